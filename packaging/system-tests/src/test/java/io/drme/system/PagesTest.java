package io.drme.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * Both pages in a real Chromium, over the real programs; {@link PlantPageTest} looks at the plant's
 * views one by one. The pictures that the README shows are made here: {@code
 * -Ddrme.pictures=docs/images} says where to.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class PagesTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    @TempDir private static Path folder;

    private static Programs programs;
    private static Chromium browser;

    @BeforeAll
    static void start() throws Exception {
        browser = Chromium.start(folder, "en-US");
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
    }

    @AfterAll
    static void stop() throws Exception {
        if (browser != null) {
            browser.close();
        }
        if (programs != null) {
            programs.close();
        }
    }

    @Test
    @Order(1)
    void thePlantsPageAsksWhoIsThere() {
        browser.open(programs.agentUrl() + "/");

        browser.find("[data-testid='sign-in'], form");
        assertThat(browser.address()).contains("/sign-in");
    }

    @Test
    @Order(2)
    void thePlantsPageShowsLiveValuesWithUnitsAndDevices() throws Exception {
        browser.open(
                programs.agentUrl()
                        + "/sign-in?code="
                        + programs.signInCode(programs.agentUrl(), programs.agentData(), "anna"));

        browser.find("[data-testid='area'][data-area='press-3']");
        browser.waitForText("°C");
        browser.waitForText("cabinet");
        assertThat(browser.body()).contains("boiler").doesNotContain("1970");
    }

    @Test
    @Order(3)
    void theFleetsPageShowsGatewaysAndTheirAlarms() throws Exception {
        browser.open(
                programs.cloudUrl()
                        + "/sign-in?code="
                        + programs.signInCode(programs.cloudUrl(), programs.cloudData(), "olga"));

        browser.waitForText("press-line-1");
        browser.picture("fleet-page");
        assertThat(browser.body()).contains("acme/stuttgart/press-shop");
        browser.click("[data-testid='view-explore']");
        browser.waitUntil("document.querySelector(\"[data-testid='trend']\")?.dataset.points > 0");
        browser.click("[data-testid='view-alarms']");
        browser.find("[data-testid='alarm-state']");
        browser.expectNoErrors();
    }
}
