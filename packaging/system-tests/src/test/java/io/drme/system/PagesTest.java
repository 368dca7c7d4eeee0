package io.drme.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import io.vertx.core.json.JsonObject;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.WebDriver;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.support.ui.ExpectedConditions;
import org.openqa.selenium.support.ui.WebDriverWait;

/**
 * Both pages in a real Chromium, over the real programs. The pictures that the README shows are
 * made here: {@code -Ddrme.pictures=docs/images} says where to.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class PagesTest {
    private static final Path CHROMIUM = Path.of("/usr/bin/chromium");
    private static final Path DRIVER = Path.of("/usr/bin/chromedriver");
    private static final Duration LIMIT = Duration.ofSeconds(60);

    @TempDir private static Path folder;

    private static Programs programs;
    private static WebDriver browser;

    @BeforeAll
    static void start() throws Exception {
        if (!Files.isExecutable(CHROMIUM) || !Files.isExecutable(DRIVER)) {
            var missing =
                    "chromium and chromium-driver are not installed, so no page was looked at";
            if (Boolean.parseBoolean(System.getenv("CI"))) {
                fail(missing);
            }
            abort(missing);
        }
        programs = new Programs(folder);
        programs.startSimulators();
        programs.startCloud();
        programs.startAgent(programs.mqttPort);
        programs.awaitReady(programs.cloudUrl());
        programs.awaitReady(programs.agentUrl());
        Programs.await(
                "values arrive",
                LIMIT,
                () ->
                        Programs.any(
                                programs.listCloud("/api/v1/latest", Map.of()),
                                i ->
                                        "press-3/oil/temperature".equals(i.getString("tag"))
                                                && "good".equals(i.getString("quality"))));
        browser = chromium();
    }

    private static WebDriver chromium() {
        var options = new ChromeOptions();
        options.setBinary(CHROMIUM.toString());
        options.addArguments(
                List.of(
                        "--headless",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--disable-quic",
                        "--no-first-run",
                        "--disable-dev-shm-usage",
                        "--disable-background-networking",
                        "--disable-component-update",
                        "--disable-sync",
                        "--user-data-dir=" + folder.resolve("browser")));
        var service =
                new ChromeDriverService.Builder()
                        .usingDriverExecutable(new File(DRIVER.toString()))
                        .usingAnyFreePort()
                        .build();
        var driver = new ChromeDriver(service, options);
        driver.manage().window().setSize(new Dimension(1_280, 900));
        return driver;
    }

    @AfterAll
    static void stop() throws Exception {
        if (browser != null) {
            browser.quit();
        }
        if (programs != null) {
            programs.close();
        }
    }

    @Test
    @Order(1)
    void thePlantsPageAsksWhoIsThere() {
        browser.get(programs.agentUrl() + "/");

        waitFor(By.cssSelector("[data-testid='sign-in'], form"));
        assertThat(browser.getCurrentUrl()).contains("/sign-in");
    }

    @Test
    @Order(2)
    void thePlantsPageShowsLiveValuesWithUnitsAndDevices() throws Exception {
        browser.get(
                programs.agentUrl()
                        + "/sign-in?code="
                        + programs.signInCode(programs.agentUrl(), programs.agentData(), "anna"));

        waitForText("press-3/oil/temperature");
        waitForText("°C");
        waitForText("cabinet");
        assertThat(body()).contains("boiler/pressure").doesNotContain("1970");
    }

    @Test
    @Order(3)
    void oneClickTellsHowATagIsReadAndWhyItIsBad() throws Exception {
        waitFor(By.cssSelector("tr[data-tag='press-3/oil/temperature']")).click();
        waitFor(By.cssSelector("[data-testid='why-open']")).click();
        waitFor(By.cssSelector("[data-testid='why-request']"));
        waitForText("with the next poll");

        programs.fault("press", new JsonObject().put("fault", "silent"));
        waitFor(By.cssSelector("tr[data-tag='press-3/oil/temperature'][data-quality='bad']"))
                .click();
        waitFor(By.cssSelector("[data-testid='why-error']"));
        waitForText("Why press-3/oil/temperature is bad");
        waitForText("tried again");
        picture("plant-why");
        programs.fault("press", new JsonObject().put("fault", "none"));
        waitFor(By.cssSelector("tr[data-tag='press-3/oil/temperature'][data-quality='good']"));
    }

    @Test
    @Order(4)
    void anAlarmOfThePlantIsAcknowledgedByNameOnThePage() throws Exception {
        Programs.await(
                "the oil runs hot",
                Duration.ofSeconds(90),
                () ->
                        Programs.any(
                                programs.askAgent(
                                                "/api/v1/alarms", Map.of("state", "unacknowledged"))
                                        .getJsonArray("items"),
                                i -> "oil-hot".equals(i.getString("name"))));
        waitForText("Oil is too hot");
        picture("plant-alarm");
        waitFor(By.cssSelector("[data-testid='acknowledge']")).click();

        Programs.await(
                "who acknowledged is recorded",
                LIMIT,
                () ->
                        Programs.any(
                                programs.askAgent(
                                                "/api/v1/alarms",
                                                Map.of("from", "2020-01-01T00:00:00Z"))
                                        .getJsonArray("items"),
                                i -> "anna".equals(i.getString("acknowledgedBy"))));
    }

    @Test
    @Order(5)
    void theFleetsPageShowsGatewaysAndTheirAlarms() throws Exception {
        browser.get(
                programs.cloudUrl()
                        + "/sign-in?code="
                        + programs.signInCode(programs.cloudUrl(), programs.cloudData(), "olga"));

        waitForText("press-line-1");
        picture("fleet-page");
        assertThat(body()).contains("acme/stuttgart/press-shop");
    }

    private static WebElement waitFor(By what) {
        return new WebDriverWait(browser, LIMIT)
                .until(ExpectedConditions.elementToBeClickable(what));
    }

    private static void waitForText(String text) {
        new WebDriverWait(browser, LIMIT).until(_ -> body().contains(text));
    }

    /** Asked in one go: the page draws itself anew while we look. */
    private static String body() {
        return String.valueOf(
                ((ChromeDriver) browser).executeScript("return document.body.innerText"));
    }

    private static void picture(String name) throws IOException {
        var to = Path.of(System.getProperty("drme.pictures", folder.toString()));
        Files.createDirectories(to);
        Files.write(
                to.resolve(name + ".png"),
                ((ChromeDriver) browser).getScreenshotAs(OutputType.BYTES));
    }
}
