package io.drme.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.openqa.selenium.By;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.ElementClickInterceptedException;
import org.openqa.selenium.JavascriptExecutor;
import org.openqa.selenium.Keys;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.interactions.Actions;
import org.openqa.selenium.support.ui.ExpectedConditions;
import org.openqa.selenium.support.ui.WebDriverWait;

/** A real Chromium without a screen, and how a test looks at a page in it. */
final class Chromium implements AutoCloseable {
    private static final Path CHROMIUM = Path.of("/usr/bin/chromium");
    private static final Path DRIVER = Path.of("/usr/bin/chromedriver");
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final Path folder;
    private final ChromeDriver driver;

    private Chromium(Path folder, ChromeDriver driver) {
        this.folder = folder;
        this.driver = driver;
    }

    /**
     * Starts one; where it is not installed the test ends, and fails where it has to be.
     *
     * @param language what the browser asks pages for, such as {@code en-US}
     */
    static Chromium start(Path folder, String language) {
        if (!Files.isExecutable(CHROMIUM) || !Files.isExecutable(DRIVER)) {
            var missing =
                    "chromium and chromium-driver are not installed, so no page was looked at";
            if (Boolean.parseBoolean(System.getenv("CI"))) {
                fail(missing);
            }
            abort(missing);
        }
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
                        "--accept-lang=" + language,
                        "--user-data-dir=" + folder.resolve("browser-" + language)));
        options.setExperimentalOption(
                "prefs",
                java.util.Map.of(
                        "intl.accept_languages",
                        language,
                        "download.default_directory",
                        folder.toString()));
        var service =
                new ChromeDriverService.Builder()
                        .usingDriverExecutable(new File(DRIVER.toString()))
                        .usingAnyFreePort()
                        .build();
        var driver = new ChromeDriver(service, options);
        driver.manage().window().setSize(new Dimension(1_280, 900));
        return new Chromium(folder, driver);
    }

    /** The driver itself, for what is done nowhere else. */
    ChromeDriver driver() {
        return driver;
    }

    void open(String url) {
        driver.get(url);
    }

    /** Loads the page anew and waits until it is there; by script it would go on in the old one. */
    void reload() {
        driver.navigate().refresh();
    }

    void size(int width, int height) {
        driver.manage().window().setSize(new Dimension(width, height));
    }

    String address() {
        return String.valueOf(driver.getCurrentUrl());
    }

    /** Waits until something can be clicked. */
    WebElement find(String selector) {
        return new WebDriverWait(driver, LIMIT)
                .until(ExpectedConditions.elementToBeClickable(By.cssSelector(selector)));
    }

    /** Waits for something and clicks it; the page may draw it anew meanwhile. */
    void click(String selector) {
        onceDrawn(() -> find(selector).click());
    }

    /** Waits for a field and types into it; the page may draw it anew meanwhile. */
    void type(String selector, CharSequence... keys) {
        onceDrawn(() -> find(selector).sendKeys(keys));
    }

    private void onceDrawn(Runnable deed) {
        new WebDriverWait(driver, LIMIT)
                .ignoring(
                        StaleElementReferenceException.class,
                        ElementClickInterceptedException.class)
                .until(_ -> {
                    deed.run();
                    return true;
                });
    }

    /** Presses keys, wherever the focus is. */
    void press(Keys... keys) {
        var actions = new Actions(driver);
        for (var key : keys) {
            actions.sendKeys(key);
        }
        actions.perform();
    }

    void waitForText(String text) {
        new WebDriverWait(driver, LIMIT)
                .withMessage(() -> "'" + text + "' in: " + body())
                .until(_ -> body().contains(text));
    }

    /** Waits until an expression of the page is true. */
    void waitUntil(String expression) {
        new WebDriverWait(driver, LIMIT)
                .withMessage(() -> expression + " in: " + body())
                .until(_ -> Boolean.TRUE.equals(js("return Boolean(" + expression + ")")));
    }

    /** Asked in one go: the page draws itself anew while we look. */
    String body() {
        return String.valueOf(js("return document.body.innerText"));
    }

    Object js(String script, Object... arguments) {
        var result = ((JavascriptExecutor) driver).executeScript(script, arguments);
        return result == null ? "" : result;
    }

    /**
     * The picture of a page with all of its height, into the folder that {@code -Ddrme.pictures}
     * names.
     */
    void picture(String name) throws IOException {
        var to = Path.of(System.getProperty("drme.pictures", folder.toString()));
        Files.createDirectories(to);
        var before = driver.manage().window().getSize();
        var height = (Number) js("return document.documentElement.scrollHeight");
        size(before.getWidth(), Math.clamp(height.intValue() + 150, before.getHeight(), 1_800));
        Files.write(to.resolve(name + ".png"), driver.getScreenshotAs(OutputType.BYTES));
        driver.manage().window().setSize(before);
    }

    /**
     * What can be touched and is smaller than a gloved hand needs, in CSS pixels; links within a
     * line of text are not meant.
     */
    List<String> smallTargets(int least) {
        var found =
                js(
                        """
                        const least = arguments[0];
                        const all = document.querySelectorAll(
                            'button, a, select, input:not([type=checkbox]):not([type=radio]), label.pick, tr[tabindex]');
                        return [...all].filter((e) => {
                            const box = e.getBoundingClientRect();
                            const inText = getComputedStyle(e).display === 'inline' && e.closest('p');
                            return box.width > 1 && box.height > 1 && !inText && box.height < least - 0.5;
                        }).map((e) => `${e.tagName} '${e.innerText}' ${e.getBoundingClientRect().height}`);
                        """,
                        least);
        var small = new ArrayList<String>();
        if (found instanceof List<?> list) {
            list.forEach(item -> small.add(String.valueOf(item)));
        }
        return small;
    }

    /** What the console has until now is not looked at by {@link #expectNoErrors}. */
    void forgetErrors() {
        assertThat(driver.manage().logs().get("browser").getAll()).isNotNull();
    }

    /**
     * What the browser's console has as errors, refusals of the policy included. Answers that
     * refuse a question are none: a page tells them itself, as those of a busy server.
     */
    void expectNoErrors() {
        assertThat(driver.manage().logs().get("browser").getAll())
                .filteredOn(e -> e.getLevel().intValue() >= 1_000)
                .filteredOn(e -> !e.getMessage().contains("status of 4"))
                .filteredOn(e -> !e.getMessage().contains("status of 503"))
                .isEmpty();
    }

    @Override
    public void close() {
        driver.quit();
    }
}
