package io.drme.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Keys;

/**
 * The fleet's page in a real Chromium, view by view, over a real centre with many gateways: those
 * of a simulated fleet, and one of the real agent with real devices and alarms.
 */
class FleetPageTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    /** For what a hundred gateways need to come on a machine that has more to do. */
    private static final Duration ALL_ARE_THERE = Duration.ofMinutes(3);

    private static final String OIL = "press-line-1/press-3/oil/temperature";
    private static final int GATEWAYS = 120;

    private static final List<String> VIEWS =
            List.of(
                    "#/sites",
                    "#/sites?as=list",
                    "#/gateways",
                    "#/gateway/press-line-1",
                    "#/alarms",
                    "#/explore?tags=" + OIL,
                    "#/sql",
                    "#/accounting",
                    "#/cluster");

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
        Files.writeString(
                folder.resolve("conf.d/oven-9.yaml"),
                "devices: {oven-9: {profile: acme-press, url: \"tcp://127.0.0.1:%d\", unit-id: 1, with: {base: 100}}}%n"
                        .formatted(programs.press));
        var config = folder.resolve("gateway.yaml");
        Files.writeString(
                config, programs.configuration(programs.mqttPort) + "include: [conf.d/*.yaml]\n");
        programs.awaitReady(programs.cloudUrl());
        programs.startAgent(config);
        // By a name of its own: the simulators of devices run too, and are stopped by theirs.
        programs.start(
                "fleet",
                "sim",
                List.of(),
                List.of(
                        "fleet",
                        "--uplink",
                        "mqtt://127.0.0.1:" + programs.mqttPort,
                        "--gateways",
                        Integer.toString(GATEWAYS),
                        "--tags",
                        "3",
                        "--rate",
                        "0.5",
                        "--seal-every",
                        "5s",
                        "--ramp",
                        "2s"));
        Programs.await(
                "all gateways are there, with their sites and the real one's values",
                ALL_ARE_THERE,
                () -> {
                    var all = programs.askCloud("/api/v1/sites", Map.of("levels", "0"));
                    return all.getJsonArray("items").size() == 1
                            && all.getJsonArray("items").getJsonObject(0).getInteger("online")
                                    == GATEWAYS + 1
                            && Programs.any(
                                    programs.listCloud("/api/v1/latest", Map.of("match", OIL)),
                                    i -> "good".equals(i.getString("quality")));
                });
        for (var page : List.of(programs.agentUrl(), programs.cloudUrl())) {
            browser.open(page + "/");
            browser.find("form");
            assertThat(browser.address()).as("a page asks who is there").contains("/sign-in");
        }
        browser.open(
                programs.cloudUrl()
                        + "/sign-in?code="
                        + programs.signInCode(programs.cloudUrl(), programs.cloudData(), "olga"));
        browser.find("[data-testid='treemap']");
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
        browser.open(programs.cloudUrl() + "/" + address);
    }

    private static long count(String selector) {
        return ((Number)
                        browser.js(
                                "return document.querySelectorAll(arguments[0]).length", selector))
                .longValue();
    }

    /** Waits for an alarm that waits for a person, and so stays until one came; its id. */
    private static String openAlarm(String name) throws Exception {
        var found = new JsonObject();
        Programs.await(
                name + " waits at the centre",
                LIMIT,
                () ->
                        Programs.any(
                                programs.listCloud("/api/v1/alarms", Map.of("state", "open")),
                                i -> {
                                    boolean is =
                                            name.equals(i.getString("name"))
                                                    && List.of("unacknowledged", "returned")
                                                            .contains(i.getString("state"));
                                    if (is) {
                                        found.put("id", i.getString("id"));
                                    }
                                    return is;
                                }));
        return found.getString("id");
    }

    @Test
    void sitesAreAreasThatTheKeyboardWalksAndThatLeadToTheirGateways() throws Exception {
        view("#/sites");
        browser.find("[data-testid='site-cell']");
        browser.waitForText("of 121 gateways");
        assertThat(count("[data-testid='site-cell']")).isBetween(20L, 101L);
        assertThat(count(".treemap [tabindex='0']")).as("one stop of Tab").isEqualTo(1);
        // Within the box, none over another, and the largest the largest.
        assertThat(
                        browser.js(
                                """
                                const box = document.querySelector('.treemap').getBoundingClientRect();
                                const cells = [...document.querySelectorAll('.cell')].map((c) => c.getBoundingClientRect());
                                const outside = cells.filter((c) => c.left < box.left - 1 || c.right > box.right + 1
                                    || c.top < box.top - 1 || c.bottom > box.bottom + 1).length;
                                const over = cells.flatMap((a, i) => cells.slice(i + 1).filter((b) =>
                                    Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1
                                    && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1)).length;
                                return `${outside} ${over}`;
                                """))
                .isEqualTo("0 0");

        browser.js("document.querySelector(\".treemap [tabindex='0']\").focus()");
        browser.press(Keys.ARROW_RIGHT, Keys.ARROW_DOWN);
        browser.waitUntil("document.activeElement.dataset.site?.startsWith('fleet/site-')");
        browser.picture("fleet-sites");
        browser.press(Keys.ENTER);
        browser.waitUntil("location.hash.startsWith('#/gateways?site=fleet')");
        browser.find("[data-testid='gateway'][data-state='online']");

        view("#/sites?as=list&under=acme");
        browser.find("[data-testid='site'][data-site='acme/stuttgart/press-shop']");
        assertThat(count("[data-testid='site']")).isEqualTo(1);
    }

    // Of 10,000 gateways a page holds a hundred: the centre filters and sorts.
    @Test
    void gatewaysAreFilteredSortedAndPagedByTheCentre() {
        view("#/gateways?order=id");
        browser.find("[data-testid='gateway'][data-gateway='press-line-1']");
        assertThat(count("[data-testid='gateway']")).isEqualTo(100);
        browser.click("[data-testid='page-next']");
        browser.find("[data-testid='gateway'][data-gateway='sim-00119']");
        assertThat(count("[data-testid='gateway']")).isEqualTo(GATEWAYS + 1 - 100);
        browser.click("[data-testid='page-before']");
        browser.find("[data-testid='gateway'][data-gateway='sim-00000']");

        browser.type("[data-testid='gateway-text']", "press-SHOP");
        browser.waitUntil("document.querySelectorAll(\"[data-testid='gateway']\").length === 1");
        browser.waitUntil("location.hash.includes('text=press-SHOP')");
        browser.click("[data-testid='state-offline']");
        browser.waitForText("No gateway matches");
    }

    // The feed never tells that a tag is gone: in a map that is only added to it would stay, good.
    @Test
    void aGatewaysPageHasItsValuesLiveAndATagThatLeavesItsConfigurationLeavesThePage()
            throws Exception {
        view("#/gateway/press-line-1");
        browser.find("[data-testid='gateway-page'][data-state='online']");
        browser.find("tr[data-tag='oven-9/oil/level'][data-quality='good']");
        browser.find("[data-testid='device'][data-device='press-3']");
        browser.find("[data-testid='reconcile'][data-balanced='true']");
        browser.waitForText(
                programs.askCloud("/api/v1/gateways/press-line-1", Map.of())
                        .getString("agentVersion"));
        browser.picture("fleet-gateway");

        Files.delete(folder.resolve("conf.d/oven-9.yaml"));
        programs.postAgent(
                "/api/v1/configuration/apply",
                new JsonObject().put("file", folder.resolve("gateway.yaml").toString()));
        browser.waitUntil("!document.querySelector(\"tr[data-tag^='oven-9/']\")");
        browser.find("tr[data-tag='press-3/oil/level']");
    }

    // Shelved first: what is acknowledged and over is gone, and the next would take a minute to
    // come.
    @Test
    void oneAlarmIsShelvedAndAllOthersAreAcknowledgedFromTheCentre() throws Exception {
        var oil = openAlarm("oil-hot");
        var door = openAlarm("door-open");
        view("#/alarms?site=acme/**");
        browser.find("tr[data-id='" + oil + "']");
        browser.find("tr[data-id='" + door + "']");
        browser.picture("fleet-alarms");
        browser.click("[data-testid='priority-low']");
        browser.waitUntil("!document.querySelector(\"tr[data-id='" + oil + "']\")");
        browser.click("tr[data-id='" + door + "'] .pick");
        browser.click("[data-testid='deed-shelve']");
        browser.type("[data-testid='ask-words']", "hinge is being changed");
        browser.click("[data-testid='ask-do']");
        browser.waitUntil("!document.querySelector(\"tr[data-id='" + door + "']\")");
        browser.click("[data-testid='alarms-hidden']");
        browser.find("tr[data-id='" + door + "'][data-state='shelved']");
        Programs.await(
                "the gateway counts one that is hidden",
                LIMIT,
                () ->
                        programs.askCloud("/api/v1/gateways/press-line-1", Map.of())
                                        .getJsonObject("alarms")
                                        .getInteger("hidden")
                                == 1);
        browser.click("tr[data-id='" + door + "'] .pick");
        browser.click("[data-testid='deed-unshelve']");
        browser.click("[data-testid='ask-do']");
        browser.waitUntil("!document.querySelector(\"tr[data-id='" + door + "']\")");

        view("#/alarms?text=cooler&site=acme/**");
        browser.find("tr[data-id='" + oil + "'] .pick");
        browser.waitUntil("!document.querySelector(\"tr[data-name='door-open']\")");
        browser.click("[data-testid='pick-all']");
        browser.click("[data-testid='deed-acknowledge']");
        browser.type("[data-testid='ask-words']", "seen from afar", Keys.TAB, Keys.ENTER);
        Programs.await(
                "olga acknowledged it",
                LIMIT,
                () ->
                        Programs.any(
                                programs.listCloud("/api/v1/alarms", Map.of()),
                                i ->
                                        oil.equals(i.getString("id"))
                                                && "olga".equals(i.getString("acknowledgedBy"))));
    }

    @Test
    void tagsOfSeveralGatewaysAreFoundComparedAndExported() throws Exception {
        view("#/explore");
        browser.type("[data-testid='explore-search']", "press OIL temp");
        offersHold("press", "oil", "temp");
        browser.click("[data-testid='explore-offer'][data-tag='" + OIL + "']");
        browser.waitUntil("document.querySelector(\"[data-testid='trend']\")?.dataset.points > 0");
        browser.type(
                "[data-testid='explore-search']",
                Keys.chord(Keys.CONTROL, "a"),
                "sim-00007 temperature");
        offersHold("sim-00007", "temperature");
        browser.click("[data-testid='explore-offer'][data-tag^='sim-00007/']");
        browser.click("[data-testid='compare']");
        browser.find("[data-testid='explore-offer'][data-tag='" + OIL + "'][aria-pressed='true']");
        browser.waitUntil(
                "document.querySelector(\"[data-testid='trend']\")?.dataset.lines === '2'");
        browser.waitForText("not configured");
        browser.js("document.querySelector(\"[data-testid='trend']\").focus()");
        browser.press(Keys.END, Keys.ARROW_LEFT);
        browser.waitForText("At ");
        browser.picture("fleet-explore");

        browser.js(
                "[...document.querySelectorAll(\"[data-testid='range']\")].find((b) => b.innerText === '5 y').click()");
        browser.waitUntil("location.hash.includes('range=157680000000')");
        browser.waitForText("of each 7 d");
        browser.click("[data-testid='export']");
        Programs.await("the file is there", LIMIT, () -> !csv("oil").isEmpty());
        assertThat(csv("oil"))
                .startsWith("time,until,gateway,tag,unit,value,min,max,samples,quality,reason\n")
                .contains(",press-line-1,press-3/oil/temperature,Cel,")
                .contains(",sim-00007,");
    }

    /** Waits until those of an earlier search are gone, among which a click may find another. */
    private static void offersHold(String... words) {
        browser.waitUntil(
                "((offers) => offers.length && offers.every((o) => '%s'.split(' ').every((w) => o.dataset.tag.toLowerCase().includes(w))))([...document.querySelectorAll(\"[data-testid='explore-offer']\")])"
                        .formatted(String.join(" ", words)));
    }

    /** What was downloaded; empty until it is there. */
    private static String csv(String part) {
        try (var files = Files.list(folder)) {
            var found =
                    files.filter(f -> f.toString().endsWith(".csv") && f.toString().contains(part))
                            .findFirst();
            return found.isEmpty() ? "" : Files.readString(found.get());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void sqlShowsWhatItSeesAndPointsAtThePlaceThatIsWrong() throws Exception {
        view(
                "#/sql?q=select%20site%2C%20count(*)%20as%20n%0Afrom%20gateways%20group%20by%20site%20order%20by%20n%20desc");
        browser.waitForText("rows of a table are seen");
        browser.find("[data-testid='sql-schema'] details[open]");
        // The first statement brings in the grid's whole SQL, for which a busy machine may need
        // more
        // than a statement may take.
        Programs.await(
                "the rows are there",
                LIMIT,
                () -> {
                    browser.click("[data-testid='sql-run']:not(:disabled)");
                    browser.find("[data-testid='sql-run']:not(:disabled)");
                    return count("[data-testid='sql-rows'] tbody tr") > 20;
                });
        browser.picture("fleet-sql");

        browser.type(
                "[data-testid='sql-text']",
                Keys.chord(Keys.CONTROL, "a"),
                "select gateway,\n nosuch from gateways");
        Programs.await(
                "the place is shown",
                LIMIT,
                () -> {
                    browser.type("[data-testid='sql-text']", Keys.chord(Keys.CONTROL, Keys.ENTER));
                    browser.find("[data-testid='sql-run']:not(:disabled)");
                    return count("[data-testid='sql-place']") == 1;
                });
        browser.waitUntil(
                "(() => { const b = document.activeElement; return b.value?.slice(b.selectionStart, b.selectionEnd) === 'nosuch'; })()");
        assertThat(
                        browser.js(
                                "return document.querySelector(\"[data-testid='sql-place']\").innerText"))
                .asString()
                .startsWith(" nosuch from gateways\n ▲");
    }

    @Test
    void accountsAndTheMembersOfTheCentreAreShown() throws Exception {
        view("#/accounting?text=press-line-1");
        browser.find("[data-testid='account'][data-gateway='press-line-1'][data-balanced='true']");
        view("#/cluster");
        browser.find("[data-testid='member'][data-state='up']");
        browser.waitForText("271");
        browser.waitForText("SQLite");
        browser.picture("fleet-cluster");
    }

    @Test
    void everyViewIsForHandsAndReadersInBothThemesAndLanguages() throws Exception {
        var axe = Axe.get();
        browser.forgetErrors();
        for (var theme : List.of("light", "dark")) {
            browser.js("localStorage.setItem('drme-theme', arguments[0])", theme);
            browser.js(
                    "localStorage.setItem('drme-language', arguments[0])",
                    theme.equals("dark") ? "de" : "en");
            browser.reload();
            for (var address : VIEWS) {
                view(address);
                browser.find("main .panel");
                browser.waitUntil(
                        "document.getAnimations().map((a) => a.finish?.call && a.cancel())");
                assertThat(browser.smallTargets(44)).as(theme + " " + address).isEmpty();
                assertThat(axe.serious(browser)).as(theme + " " + address).isEmpty();
            }
        }
        view("#/sites");
        browser.waitForText("Offene Alarme");
        browser.picture("fleet-sites-dark");
        browser.js("localStorage.clear()");
        browser.reload();
        browser.waitForText("Open alarms");
        browser.expectNoErrors();
    }
}
