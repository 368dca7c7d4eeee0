package io.drme.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Keys;

/**
 * Each view of the plant's page in a real Chromium, with real alarms from the simulators. The
 * pictures in docs/plant-page.md are made here: {@code -Ddrme.pictures=docs/images}.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class PlantPageTest {
    private static final Duration LIMIT = Duration.ofSeconds(90);
    private static final String OIL = "press-3/oil/temperature";
    private static final List<String> VIEWS =
            List.of(
                    "#/overview",
                    "#/alarms",
                    "#/tags",
                    "#/tag/" + OIL,
                    "#/trends?tags=" + OIL + ",boiler/pressure,cabinet/door",
                    "#/devices",
                    "#/pipelines",
                    "#/store");

    @TempDir private static Path folder;

    private static Programs programs;
    private static Chromium browser;

    @BeforeAll
    static void start() throws Exception {
        browser = Chromium.start(folder, "en-US");
        programs = new Programs(folder);
        programs.startSimulators();
        programs.startCloud();
        Files.createDirectories(folder.resolve("conf.d"));
        var config = folder.resolve("gateway.yaml");
        Files.writeString(
                config,
                programs.configuration(programs.mqttPort)
                                .replace(
                                        "message: \"Oil is too hot\",",
                                        "message: \"Oil is too hot\", cause: \"The cooler is dirty\","
                                                + " consequence: \"The seals harden\", respond-within: 10m,")
                        + "include: [conf.d/*.yaml]\n");
        programs.startAgent(config);
        programs.awaitReady(programs.agentUrl());
        browser.open(
                programs.agentUrl()
                        + "/sign-in?code="
                        + programs.signInCode(programs.agentUrl(), programs.agentData(), "anna"));
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
        browser.js("location.hash = arguments[0]", address);
    }

    private static void awaitAlarm(String name, String state) throws Exception {
        Programs.await(
                name + " is " + state,
                LIMIT,
                () ->
                        Programs.any(
                                programs.askAgent("/api/v1/alarms", Map.of("state", state))
                                        .getJsonArray("items"),
                                i -> name.equals(i.getString("name"))));
    }

    @Test
    @Order(1)
    void theOverviewIsGreyButForWhatIsAbnormal() throws Exception {
        browser.find("[data-testid='area'][data-area='boiler'] [data-state='good']");
        awaitAlarm("oil-hot", "unacknowledged");

        browser.find("[data-testid='area'][data-area='press-3'].high");
        browser.find("[data-area='press-3'] [data-testid='count-high']");
        browser.waitUntil(
                "document.querySelector(\"[data-testid='lost-short'] .big\").innerText === '0'");
        browser.waitForText("Oil is too hot");
        assertThat(isGrey("[data-area='boiler']")).as("a calm area").isTrue();
        assertThat(isGrey("[data-area='press-3']")).as("an area with an alarm").isFalse();
        browser.picture("plant-overview");
    }

    /** Whether an element and all in it is grey: no colour but those of panels and texts. */
    private static boolean isGrey(String selector) {
        return Boolean.TRUE.equals(
                browser.js(
                        """
                        const grey = (c) => {
                            const [r, g, b] = (c.match(/[0-9.]+/g) ?? [0, 0, 0]).map(Number);
                            return Math.max(r, g, b) - Math.min(r, g, b) < 60;
                        };
                        const root = document.querySelector(arguments[0]);
                        return [root, ...root.querySelectorAll('*')].every((e) => {
                            const s = getComputedStyle(e);
                            return grey(s.color) && grey(s.backgroundColor) && grey(s.borderLeftColor)
                                && grey(s.fill);
                        });
                        """,
                        selector));
    }

    @Test
    @Order(2)
    void everyViewHasAnAddressAndTheBannerAndTargetsForAGlove() {
        for (var address : VIEWS) {
            browser.open(programs.agentUrl() + "/" + address);
            browser.reload();
            browser.find("[data-testid='alarm-banner'] [data-testid='banner-one']");
            browser.find("main .panel, main [data-testid='area']");
            assertThat(browser.smallTargets(44)).as(address).isEmpty();
        }
        browser.expectNoErrors();
    }

    @Test
    @Order(3)
    void theKeyboardAloneLeadsFromTheHeadToAnAlarm() {
        view("#/overview");
        browser.find("[data-testid='areas']");
        browser.js("document.activeElement.blur(); document.body.focus()");
        browser.press(Keys.TAB, Keys.ENTER);
        assertThat(browser.js("return document.activeElement.id")).isEqualTo("main");

        browser.js("document.querySelector(\"[data-testid='view-alarms']\").focus()");
        browser.press(Keys.ENTER);
        browser.find("[data-testid='alarms'] a.row-link");
        browser.js("document.querySelector(\"[data-testid='alarms'] a.row-link\").focus()");
        browser.press(Keys.ENTER);
        browser.find("[data-testid='alarm-page']");
        assertThat(browser.address()).contains("#/alarm/");
    }

    @Test
    @Order(4)
    void anAlarmsPageTellsCauseActionAndItsTrendAroundTheMoment() throws Exception {
        view("#/alarms");
        browser.click("[data-testid='alarms'] a.row-link");
        browser.waitUntil(
                "document.querySelector(\"[data-testid='alarm-action']\")?.innerText.length > 5");
        browser.waitUntil("document.querySelector(\"[data-testid='trend']\")?.dataset.points > 0");
        browser.find("[data-testid='alarm-steps'] tbody tr");
        view("#/alarms");
        browser.click("tr[data-name='oil-hot'] a.row-link");
        browser.waitForText("The cooler is dirty");
        browser.waitForText("The seals harden");
        browser.waitForText("10 min");
        browser.picture("plant-alarm");
    }

    @Test
    @Order(5)
    void alarmsAreFilteredAndSeveralAcknowledgedWithAComment() throws Exception {
        awaitAlarm("door-open", "unacknowledged");
        view("#/alarms");
        browser.find("tr[data-name='door-open']");
        browser.find("tr[data-name='oil-hot']");

        browser.click("[data-testid='priority-low']");
        browser.waitUntil("!document.querySelector(\"tr[data-name='oil-hot']\")");
        browser.click("[data-testid='priority-low']");
        browser.type("[data-testid='alarm-text']", "cooler");
        browser.waitUntil("!document.querySelector(\"tr[data-name='door-open']\")");
        browser.type("[data-testid='alarm-text']", Keys.chord(Keys.CONTROL, "a"), Keys.DELETE);

        browser.find("tr[data-name='door-open']");
        browser.click("[data-testid='pick-all']");
        browser.picture("plant-alarms");
        browser.click("[data-testid='deed-acknowledge']");
        browser.type("[data-testid='ask-words']", "cooler is being cleaned", Keys.TAB, Keys.ENTER);

        Programs.await(
                "who acknowledged is recorded",
                LIMIT,
                () ->
                        programs
                                        .askAgent(
                                                "/api/v1/alarms",
                                                Map.of("from", "2020-01-01T00:00:00Z"))
                                        .getJsonArray("items")
                                        .stream()
                                        .map(JsonObject.class::cast)
                                        .filter(i -> "anna".equals(i.getString("acknowledgedBy")))
                                        .count()
                                >= 2);
    }

    @Test
    @Order(6)
    void anAlarmIsShelvedWithAReasonAndItsPageTellsWhoAndWhy() throws Exception {
        awaitAlarm("oil-hot", "unacknowledged");
        view("#/alarms");
        browser.click("tr[data-name='oil-hot'] a.row-link");
        browser.click("[data-testid='deed-shelve']");
        browser.type("[data-testid='ask-words']", "sensor is being changed");
        browser.click("[data-testid='ask-do']");

        awaitAlarm("oil-hot", "shelved");
        browser.find("[data-testid='alarm-page'][data-state='shelved']");
        browser.waitForText("sensor is being changed");
        browser.waitForText("shelved until");
        browser.find("[data-testid='alarm-before'] tbody tr");

        view("#/alarms");
        browser.find("[data-testid='alarms']");
        browser.waitUntil(
                "!document.querySelector(\"tr[data-name='oil-hot'][data-state='shelved']\")");
        browser.click("[data-testid='banner-hidden']");
        browser.click("tr[data-name='oil-hot'][data-state='shelved'] a.row-link");
        browser.click("[data-testid='deed-unshelve']");
        browser.click("[data-testid='ask-do']");
        browser.waitUntil(
                "!document.querySelector(\"[data-testid='alarm-page'][data-state='shelved']\")");
    }

    @Test
    @Order(7)
    void severalTagsLieOverOneAnotherAndTheCursorTellsTheirValues() throws Exception {
        view("#/trends?tags=" + OIL + ",boiler/pressure");
        browser.type("[data-testid='trend-add']", "boiler/temperature", Keys.ENTER);
        browser.waitUntil(
                "document.querySelector(\"[data-testid='trend']\")?.dataset.lines === '3'");
        browser.js("document.querySelector(\"[data-testid='trend']\").focus()");
        browser.press(Keys.END, Keys.ARROW_LEFT);
        browser.waitUntil(
                "[...document.querySelectorAll(\"[data-testid='readout-entry'] strong\")].every((e) => /\\d/.test(e.innerText))");
        browser.waitForText("At ");
        browser.picture("plant-trends");
        assertThat(browser.address()).contains("boiler%2Ftemperature");

        browser.click("[data-testid='export']");
        Programs.await("the file is there", LIMIT, () -> !csv().isEmpty());
        assertThat(csv())
                .startsWith("time,until,tag,unit,value,min,max,samples,quality,reason\n")
                .contains(OIL + ",Cel,")
                .contains("boiler/pressure,bar,");
    }

    /** What was downloaded; empty until it is there. */
    private static String csv() {
        try (var files = Files.list(folder)) {
            var found = files.filter(f -> f.toString().endsWith(".csv")).findFirst();
            return found.isEmpty() ? "" : Files.readString(found.get());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    @Order(8)
    void aBadValueIsNeverBlankAndNeverCurrentAndTellsWhy() throws Exception {
        view("#/tag/" + OIL);
        browser.find("[data-testid='tag-page'][data-quality='good']");
        browser.click("[data-testid='why-open']");
        browser.find("[data-testid='why-request']");

        programs.fault("press", new JsonObject().put("fault", "silent"));
        browser.find("[data-testid='tag-page'][data-quality='bad']");
        browser.waitUntil(
                "/— \\([0-9.]+ °C, [0-9.]+ s ago, /.test(document.querySelector(\"[data-testid='tag-value']\").innerText)");
        browser.find("[data-testid='why-error']");
        browser.waitForText("Why " + OIL + " is bad");
        browser.waitForText("tried again");
        browser.picture("plant-why");
        view("#/devices");
        browser.find("tr[data-device='press-3']:not([data-state='good'])");
        browser.picture("plant-devices");

        programs.fault("press", new JsonObject().put("fault", "none"));
        view("#/tag/" + OIL);
        browser.find("[data-testid='tag-page'][data-quality='good']");
        browser.find("[data-testid='gap']");
    }

    @Test
    @Order(9)
    void pipelinesAndStoreShowTheirFigures() throws Exception {
        view("#/pipelines");
        browser.find("tr[data-pipeline='press-health']");
        browser.waitForText("of one core; the limit is 50.0 %");
        browser.picture("plant-pipelines");
        view("#/store");
        browser.find("[data-testid='reconcile'][data-balanced='true']");
        browser.waitForText("Time to drain");
        browser.picture("plant-store");
    }

    @Test
    @Order(10)
    void thePageSpeaksTheLanguageOfThePersonsChoiceInBothThemes() throws Exception {
        view("#/overview");
        browser.find("[data-testid='language'] option[value='de']").click();
        browser.waitForText("Übersicht");
        browser.waitForText("Verlorene Werte");
        assertThat(browser.js("return document.documentElement.lang")).isEqualTo("de");
        browser.waitUntil(
                "document.querySelector(\"[data-testid='lost-short'] .big\").innerText === '0'");
        browser.click("[data-testid='theme']");
        browser.waitUntil("document.documentElement.dataset.theme === 'dark'");
        browser.picture("plant-overview-dark");
        browser.js("localStorage.clear()");
        browser.reload();
        browser.waitForText("Overview");
    }

    @Test
    @Order(11)
    void axeFindsNothingSeriousInAnyViewAndTheme() throws Exception {
        var axe = Axe.get();
        for (var theme : List.of("light", "dark")) {
            browser.js("localStorage.setItem('drme-theme', arguments[0])", theme);
            for (var address : VIEWS) {
                view(address);
                browser.reload();
                browser.find("main .panel, main [data-testid='area']");
                // A blinking symbol is half there half of the time.
                browser.waitUntil(
                        "document.getAnimations().map((a) => a.finish?.call && a.cancel())");
                assertThat(axe.serious(browser)).as(theme + " " + address).isEmpty();
            }
            view("#/alarms");
            browser.click("tr[data-testid='alarm'] a.row-link");
            browser.click("[data-testid='deed-comment'], [data-testid='deed-unshelve']");
            browser.find("[data-testid='ask']");
            assertThat(axe.serious(browser)).as(theme + " alarm and dialog").isEmpty();
            browser.press(Keys.ESCAPE);
            browser.waitUntil("!document.querySelector('dialog')");
        }
        browser.js("localStorage.clear()");
    }

    @Test
    @Order(12)
    void aScreenForEverybodyAsksForNameAndPinEachTime() throws Exception {
        var code = programs.signInCode(programs.agentUrl(), programs.agentData(), "ben");
        browser.click("[data-testid='sign-out']");
        browser.click("#by-code");
        browser.type("#code", code);
        browser.type("#password", "739164", Keys.ENTER);
        browser.find("[data-testid='alarm-banner']");
        var wall = programs.signInCode(programs.agentUrl(), programs.agentData(), "hall-1", "wall");
        browser.open(programs.agentUrl() + "/sign-in?code=" + wall);
        browser.waitForText("screen for everybody");

        awaitAlarm("oil-hot", "unacknowledged");
        view("#/alarms");
        browser.click("tr[data-name='oil-hot'] [data-testid='acknowledge']");
        browser.type("[data-testid='ask-name']", "ben");
        browser.type("[data-testid='ask-pin']", "111111", Keys.ENTER);
        browser.waitUntil(
                "document.querySelector(\"[data-testid='ask-problem']\")?.innerText.includes('do not match')");
        browser.picture("plant-wall");
        assertThat(browser.js("return document.querySelector(\"[data-testid='ask-pin']\").value"))
                .as("a PIN that stays for the next who comes by")
                .isEqualTo("");
        browser.type("[data-testid='ask-pin']", "739164", Keys.ENTER);

        Programs.await(
                "ben acknowledged",
                LIMIT,
                () ->
                        Programs.any(
                                programs.askAgent(
                                                "/api/v1/alarms",
                                                Map.of("from", "2020-01-01T00:00:00Z"))
                                        .getJsonArray("items"),
                                i -> "ben".equals(i.getString("acknowledgedBy"))));
        assertThat(browser.js("return document.querySelector(\"[data-testid='who']\").innerText"))
                .asString()
                .contains("hall-1");
    }

    @Test
    @Order(13)
    void anEngineerPutsADeviceIntoServiceStepByStep() throws Exception {
        var code =
                programs.signInCode(programs.agentUrl(), programs.agentData(), "emil", "engineer");
        browser.open(programs.agentUrl() + "/sign-in?code=" + code);
        browser.click("[data-testid='view-commission']");

        browser.type("[data-testid='field-url']", "tcp://127.0.0.1:" + Programs.freePort());
        browser.click("[data-testid='do-probe']");
        browser.find("[data-testid='steps'] tr[data-result='failed']");
        browser.waitForText("check the port");

        browser.type(
                "[data-testid='field-url']",
                Keys.chord(Keys.CONTROL, "a"),
                "tcp://127.0.0.1:" + programs.press,
                Keys.ENTER);
        browser.waitUntil(
                "document.querySelectorAll(\"[data-testid='steps'] tr[data-result='ok']\").length >= 4");

        browser.type("[data-testid='field-from']", "0");
        browser.type("[data-testid='field-to']", "10", Keys.ENTER);
        browser.click("[data-testid='offer'][data-name='input/7'] input");
        browser.type("[data-testid='field-address']", "holding:200", Keys.ENTER);
        browser.click(
                "[data-testid='readings'] tr[data-type='float32'][data-order='cdab'] [data-testid='take']");
        browser.waitUntil("document.querySelectorAll(\"[data-testid='chosen-tag']\").length === 2");
        browser.picture("plant-commission");

        browser.type("[data-testid='field-device']", "press-9", Keys.ENTER);
        browser.waitUntil(
                "document.querySelector(\"[data-testid='plan']\")?.innerText.includes('+ device press-9')");
        assertThat(folder.resolve("conf.d/press-9.yaml"))
                .as("a plan writes nothing")
                .doesNotExist();
        browser.click("[data-testid='do-apply']");
        browser.click("[data-testid='do-keep']");
        browser.waitForText("It is kept");

        Programs.await(
                "the new device is read",
                LIMIT,
                () ->
                        Programs.any(
                                programs.askAgent("/api/v1/latest", Map.of("match", "*/press-9/**"))
                                        .getJsonArray("items"),
                                i ->
                                        "press-9/holding-200".equals(i.getString("tag"))
                                                && "good".equals(i.getString("quality"))));
        assertThat(folder.resolve("conf.d/press-9.csv")).content().contains("holding:200");
        assertThat(browser.smallTargets(44)).isEmpty();
        assertThat(Axe.get().serious(browser)).isEmpty();
        browser.expectNoErrors();
    }

    /**
     * How soon something is painted and the areas are there, at a quarter of the machine's speed:
     * {@code -Ddrme.measure=true} prints it. No limit is held here, as it is the machine's too.
     */
    @Test
    @Order(14)
    @EnabledIfSystemProperty(named = "drme.measure", matches = "true")
    void figuresOfTheFirstPaintAtAQuarterOfTheSpeed() {
        browser.driver().executeCdpCommand("Emulation.setCPUThrottlingRate", Map.of("rate", 4));
        browser.driver().executeCdpCommand("Network.enable", Map.of());
        for (boolean cold : new boolean[] {true, false}) {
            browser.driver()
                    .executeCdpCommand("Network.setCacheDisabled", Map.of("cacheDisabled", cold));
            var paints = new ArrayList<Long>();
            var areas = new ArrayList<Long>();
            for (int i = 0; i < 9; i++) {
                browser.open(programs.agentUrl() + "/#/overview");
                browser.reload();
                browser.waitUntil(
                        "performance.getEntriesByName('first-contentful-paint').length && document.querySelector(\"[data-testid='area']\")");
                paints.add(
                        millis(
                                "performance.getEntriesByName('first-contentful-paint')[0].startTime"));
                areas.add(millis("performance.now()"));
            }
            System.out.printf(
                    "cache %s: first paint %s ms, areas seen by %s ms%n",
                    cold ? "off" : "on",
                    paints.stream().sorted().toList(),
                    areas.stream().sorted().toList());
        }
        browser.driver().executeCdpCommand("Emulation.setCPUThrottlingRate", Map.of("rate", 1));
    }

    private static long millis(String expression) {
        return ((Number) browser.js("return " + expression)).longValue();
    }
}
