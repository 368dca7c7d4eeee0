package io.drme.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A plant's page that is open for long, in a real Chromium: what is old must not look live. */
class OpenPageTest {
    private static final Duration LIMIT = Duration.ofSeconds(90);
    private static final String OIL = "press-3/oil/temperature";

    @TempDir private static Path folder;

    private static Programs programs;
    private static Chromium browser;

    @BeforeAll
    static void start() throws Exception {
        browser = Chromium.start(folder, "en-US");
        programs = new Programs(folder);
        programs.startSimulators();
        Files.createDirectories(folder.resolve("conf.d"));
        Files.writeString(
                folder.resolve("conf.d/oven-9.yaml"),
                "devices: {oven-9: {profile: acme-press, url: \"tcp://127.0.0.1:%d\", unit-id: 1, with: {base: 100}}}%n"
                        .formatted(programs.press));
        var config = folder.resolve("gateway.yaml");
        Files.writeString(
                config, programs.configuration(programs.mqttPort) + "include: [conf.d/*.yaml]\n");
        programs.startAgent(config);
        programs.awaitReady(programs.agentUrl());
        browser.open(
                programs.agentUrl()
                        + "/sign-in?code="
                        + programs.signInCode(
                                programs.agentUrl(), programs.agentData(), "emil", "engineer"));
        browser.find("[data-testid='areas']");
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

    private static void view(String address) {
        browser.open(programs.agentUrl() + "/" + address);
    }

    /** What an element says; empty while there is none. */
    private static String text(String testId) {
        return String.valueOf(
                browser.js(
                        "return document.querySelector(`[data-testid='${arguments[0]}']`)?.innerText",
                        testId));
    }

    // Out for maintenance it is neither an alarm that somebody has to see, nor "shelved".
    @Test
    void anAlarmThatIsOutOfServiceIsHiddenAndPutBackFromItsPage() throws Exception {
        view("#/alarms");
        browser.find("tr[data-name='oil-hot'] .pick");
        programs.postAgent(
                "/api/v1/devices/press-3/maintenance",
                new JsonObject().put("for", "2h").put("reason", "seal is changed"));
        Programs.await(
                "the alarm is out of service",
                LIMIT,
                () ->
                        Programs.any(
                                programs.askAgent(
                                                "/api/v1/alarms", Map.of("state", "out-of-service"))
                                        .getJsonArray("items"),
                                i -> "oil-hot".equals(i.getString("name"))));
        browser.waitUntil("!document.querySelector(\"tr[data-name='oil-hot'] .pick\")");
        browser.waitUntil(
                "!document.querySelector(\"[data-testid='alarm-banner']\").innerText.includes('Oil is too hot')");

        browser.click("[data-testid='alarms-hidden']");
        browser.waitUntil("location.hash.includes('state=hidden')");
        browser.click("tr[data-state='out-of-service'] a.row-link");
        browser.waitForText("out of service until");
        assertThat(text("alarm-aside")).contains("seal is changed").doesNotContain("shelved");
        browser.click("[data-testid='deed-return-to-service']");
        browser.click("[data-testid='ask-do']");
        browser.waitUntil(
                "!document.querySelector(\"[data-testid='alarm-page'][data-state='out-of-service']\")");
        programs.postAgent("/api/v1/devices/press-3/maintenance/end", new JsonObject());
    }

    // Planted: with a map that is only ever added to the tag stays, and stays good.
    @Test
    void aTagThatLeavesTheConfigurationLeavesAnOpenPage() throws Exception {
        view("#/tag/oven-9/oil/level");
        browser.find("[data-testid='tag-page'][data-quality='good']");

        Files.delete(folder.resolve("conf.d/oven-9.yaml"));
        programs.postAgent(
                "/api/v1/configuration/apply",
                new JsonObject().put("file", folder.resolve("gateway.yaml").toString()));

        browser.waitForText("There is no tag oven-9/oil/level here");
    }

    // Without the look for signs of life the page would say "live" for as long as it is open.
    @Test
    void aLineThatIsDeadWithoutAWordIsSeenAndComesBack() throws Exception {
        view("#/tag/" + OIL);
        browser.find("[data-testid='tag-page'][data-quality='good']");
        programs.pause("agent");
        try {
            browser.find("[data-testid='connection-banner']");
            browser.find("main.old");
        } finally {
            programs.goOn("agent");
        }
        browser.find("[data-testid='connection'][data-state='open']");
        browser.find("main:not(.old)");
    }

    // With one try only, the page would stay empty for ever.
    @Test
    void aPageWhoseFirstRequestFailsTriesAgain() {
        for (var address : List.of("/#/overview", "/commission")) {
            browser.driver().executeCdpCommand("Network.enable", Map.of());
            browser.driver()
                    .executeCdpCommand(
                            "Network.setBlockedURLs", Map.of("urls", List.of("*/api/v1/session*")));
            browser.open(programs.agentUrl() + address);
            browser.reload();
            browser.find("[data-testid='not-yet']");
            browser.driver().executeCdpCommand("Network.setBlockedURLs", Map.of("urls", List.of()));
            browser.find("main [data-testid='area'], main form.access");
            browser.waitUntil("!document.querySelector(\"[data-testid='not-yet']\")");
        }
    }
}
