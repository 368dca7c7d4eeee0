package io.drme.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.sim.line.TcpLine;
import io.drme.web.client.CommandException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The whole line with real programs and protocols: simulators, agent and centre as processes. The
 * line is cut for 30 s, the agent is killed in the middle of it and the centre once the line is
 * back.
 */
class OutageSystemTest {
    private static final String GATEWAY = "press-line-1";
    private static final Duration CUT_FOR = Duration.ofSeconds(30);
    private static final Duration LIMIT = Duration.ofSeconds(90);

    @TempDir private Path folder;

    @Test
    void nothingIsLostOrDoubledOverACutLineAndTwoKills() throws Exception {
        try (var programs = new Programs(folder);
                var line = new TcpLine(programs.mqttPort)) {
            programs.startSimulators();
            programs.startCloud();
            programs.startAgent(line.port());
            programs.awaitReady(programs.cloudUrl());
            programs.awaitReady(programs.agentUrl());
            allThreeProtocolsArrive(programs);

            letTheDoorBeClosedAndCalm(programs);
            line.cut();
            var cutAt = Programs.now();
            long acceptedAtCut = account(programs).getLong("accepted");
            Programs.pass(CUT_FOR.dividedBy(2));
            var before = programs.askAgent("/api/v1/reconcile", Map.of());
            programs.setCabinetDoor(true);
            Programs.await(
                    "the door's alarm is raised while the line is cut",
                    LIMIT,
                    () -> Programs.any(openDoors(programs, cutAt), _ -> true));
            programs.kill("agent");
            programs.startAgent(line.port());
            programs.awaitReady(programs.agentUrl());
            assertThat(programs.askAgent("/api/v1/reconcile", Map.of()).getLong("accepted"))
                    .as("nothing accepted is lost by kill -9")
                    .isGreaterThanOrEqualTo(before.getLong("accepted"));
            Programs.pass(CUT_FOR.dividedBy(2));
            var alarmsAtGateway = alarms(programs, false);
            var raisedInBetween = ids(openDoors(programs, cutAt));
            assertThat(raisedInBetween).as("it outlives the kill").isNotEmpty();
            assertThat(ids(alarms(programs, true)))
                    .as("the centre can't know it yet")
                    .doesNotContainAnyElementsOf(raisedInBetween);

            line.mend();
            Programs.await(
                    "the backlog is drained", LIMIT, () -> caughtUp(programs, acceptedAtCut));
            programs.kill("cloud");
            programs.startCloud();
            programs.awaitReady(programs.cloudUrl());
            Programs.await(
                    "it goes on after the centre was killed",
                    LIMIT,
                    () -> caughtUp(programs, acceptedAtCut));

            assertThat(programs.stop("agent")).as(programs.log("agent")).isIn(0, 143);
            Programs.await("the accounts balance at rest", LIMIT, () -> atRest(programs));
            nothingLostNothingDoubled(programs, acceptedAtCut);
            assertThat(ids(alarms(programs, true)))
                    .as("alarms of the outage are in the centre")
                    .containsAll(raisedInBetween)
                    .containsAll(ids(alarmsAtGateway));
        }
    }

    private static void allThreeProtocolsArrive(Programs programs) throws InterruptedException {
        for (var tag :
                new String[] {"press-3/oil/temperature", "boiler/pressure", "cabinet/door"}) {
            Programs.await(
                    tag + " is good in the centre",
                    LIMIT,
                    () ->
                            Programs.any(
                                    programs.listCloud(
                                            "/api/v1/latest", Map.of("match", GATEWAY + "/" + tag)),
                                    i ->
                                            "good".equals(i.getString("quality"))
                                                    && i.getValue("value") != null));
        }
        Programs.await(
                "units are known",
                LIMIT,
                () ->
                        Programs.any(
                                programs.listCloud(
                                        "/api/v1/latest",
                                        Map.of("match", GATEWAY + "/press-3/oil/temperature")),
                                i -> "Cel".equals(i.getString("unit"))));
        Programs.await(
                "there is an account", LIMIT, () -> account(programs).getLong("accepted", 0L) > 0);
    }

    private static JsonObject account(Programs programs)
            throws CommandException, InterruptedException {
        return programs.askCloud("/api/v1/reconcile", Map.of("gateway", GATEWAY));
    }

    /** Everything that was accepted by now is either stored or only as young as a block. */
    private static boolean caughtUp(Programs programs, long more)
            throws CommandException, InterruptedException {
        var a = account(programs);
        return a.getBoolean("balanced", false)
                && a.getLong("accepted") > more
                && a.getLong("stored") + a.getLong("quarantined", 0L)
                        > more - a.getLong("local", 0L)
                && a.getLong("pending") < 400;
    }

    private static boolean atRest(Programs programs) throws CommandException, InterruptedException {
        return account(programs).getBoolean("balanced", false);
    }

    private static void nothingLostNothingDoubled(Programs programs, long atLeast)
            throws Exception {
        var a = account(programs);
        assertThat(a.getBoolean("balanced")).as(a.encode()).isTrue();
        assertThat(a.getJsonObject("dropped").isEmpty()).as(a.encode()).isTrue();
        assertThat(a.getLong("quarantined")).as(a.encode()).isZero();
        assertThat(a.getLong("acknowledged")).as(a.encode()).isEqualTo(a.getLong("stored"));
        assertThat(a.getLong("accepted")).isGreaterThan(atLeast);
        eachSampleStandsOnce(programs);
    }

    /** Independent of every counter: no moment of a tag stands twice in the centre's history. */
    private static void eachSampleStandsOnce(Programs programs) throws Exception {
        var seen = new HashSet<String>();
        JsonArray history =
                programs.listCloud(
                        "/api/v1/history",
                        Map.of(
                                "gateway",
                                GATEWAY,
                                "tag",
                                "press-3/oil/temperature",
                                "from",
                                "2020-01-01T00:00:00Z"));
        assertThat(history.size()).isGreaterThan(50);
        for (int i = 0; i < history.size(); i++) {
            var item = history.getJsonObject(i);
            assertThat(
                            seen.add(
                                    item.getString("gatewayTime")
                                            + item.getString("sourceTime")
                                            + item.getValue("value")))
                    .as("doubled: " + item.encode())
                    .isTrue();
        }
    }

    private static JsonArray alarms(Programs programs, boolean cloud) throws Exception {
        var all = Map.of("from", "2020-01-01T00:00:00Z");
        return cloud
                ? programs.listCloud("/api/v1/alarms", all)
                : programs.askAgent("/api/v1/alarms", all).getJsonArray("items");
    }

    /**
     * Holds the door closed by hand and acknowledges, so that the next opening is an occurrence of
     * its own.
     */
    private static void letTheDoorBeClosedAndCalm(Programs programs) throws Exception {
        programs.setCabinetDoor(false);
        Programs.await(
                "the door's alarm is over",
                LIMIT,
                () -> {
                    boolean over = true;
                    var all = programs.askAgent("/api/v1/alarms", Map.of()).getJsonArray("items");
                    for (int i = 0; i < all.size(); i++) {
                        var one = all.getJsonObject(i);
                        if (one.getString("name").equals("door-open")) {
                            over = false;
                            programs.postAgent(
                                    "/api/v1/alarms/" + one.getString("id") + "/acknowledge",
                                    new JsonObject());
                        }
                    }
                    return over;
                });
    }

    /** Occurrences of the door's alarm at the gateway that were raised since. */
    private static JsonArray openDoors(Programs programs, String since)
            throws CommandException, InterruptedException {
        var found = new JsonArray();
        var items =
                programs.askAgent("/api/v1/alarms", Map.of("from", since)).getJsonArray("items");
        for (int i = 0; i < items.size(); i++) {
            if (items.getJsonObject(i).getString("name").equals("door-open")) {
                found.add(items.getJsonObject(i));
            }
        }
        return found;
    }

    private static Set<String> ids(JsonArray items) {
        var ids = new HashSet<String>();
        for (int i = 0; i < items.size(); i++) {
            ids.add(items.getJsonObject(i).getString("id"));
        }
        return ids;
    }
}
