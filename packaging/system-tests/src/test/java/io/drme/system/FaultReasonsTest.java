package io.drme.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.sim.line.TcpLine;
import io.drme.system.FaultyPlant.Case;
import io.drme.time.SystemClock;
import io.drme.web.client.CommandException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every fault of the simulated devices, and every one of a gateway and its line, with real
 * programs: the hole that it leaves has exactly the one reason that is expected, at the gateway and
 * at the centre alike, and nothing is ever unexplained.
 */
class FaultReasonsTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    /** Longer than 2.5 polls of a second, so that it is a hole. */
    private static final Duration A_HOLE = Duration.ofSeconds(3);

    private static final String CALM = FaultyPlant.CALM + "/" + FaultyPlant.TAG;
    private static final SystemClock CLOCK = new SystemClock();

    @TempDir private Path folder;

    private Programs programs;
    private FaultyPlant plant;
    private TcpLine line;

    /** A gap as REST gives it. */
    private record Seen(Instant from, Instant to, String reason, String detail) {
        static Seen of(JsonObject item) {
            return new Seen(
                    Instant.parse(item.getString("from")),
                    Instant.parse(item.getString("to")),
                    item.getString("reason"),
                    item.getString("detail"));
        }
    }

    @BeforeEach
    void open() throws Exception {
        programs = new Programs(folder);
        plant = new FaultyPlant(folder);
        line = new TcpLine(programs.mqttPort);
    }

    @AfterEach
    void close() {
        programs.close();
        line.close();
    }

    @Test
    void eachFaultLeavesAHoleWithItsOneReasonAtGatewayAndCentre() throws Exception {
        programs.startSimulators(plant.scenario());
        programs.startCloud();
        programs.awaitReady(programs.cloudUrl());
        programs.startAgent(configuration(true));
        programs.awaitReady(programs.agentUrl());
        var first = now();
        allGood(first);
        theDevicesFaults();
        whatHappensToTheGateway();
        nothingIsUnexplained(first);
    }

    private Path configuration(boolean usual) throws Exception {
        return plant.configuration(line.port(), programs.agentPort, usual);
    }

    private static Instant now() {
        return Instant.ofEpochSecond(0, CLOCK.epochNanos());
    }

    /** All tags have a good value that is younger than this, and the centre has it too. */
    private void allGood(Instant since) throws Exception {
        int tags = FaultyPlant.CASES.size() + 3;
        Programs.await(
                "all tags are good at the gateway",
                LIMIT,
                () -> good(latestAtGateway("*"), since) == tags);
        Programs.await(
                "all tags are good at the centre",
                LIMIT,
                () -> good(latestAtCentre("*"), since) == tags);
    }

    private JsonArray latestAtGateway(String device) throws CommandException, InterruptedException {
        return programs.listAgent(
                "/api/v1/latest", Map.of("match", FaultyPlant.GATEWAY + "/" + device + "/*"));
    }

    private JsonArray latestAtCentre(String device) throws CommandException, InterruptedException {
        return programs.listCloud(
                "/api/v1/latest", Map.of("match", FaultyPlant.GATEWAY + "/" + device + "/*"));
    }

    private static int good(JsonArray latest, Instant since) {
        int good = 0;
        for (int i = 0; i < latest.size(); i++) {
            var item = latest.getJsonObject(i);
            if (item.getString("quality").equals("good")
                    && Instant.parse(item.getString("sourceTime")).isAfter(since)) {
                good++;
            }
        }
        return good;
    }

    /** All at once, as one device's fault must not show on another. */
    private void theDevicesFaults() throws Exception {
        var from = now();
        for (var one : FaultyPlant.CASES) {
            programs.fault(one.device(), one.fault());
        }
        var faulted = now();
        for (var one : FaultyPlant.CASES) {
            if (one.leavesAGap()) {
                isBad(one, true);
                isBad(one, false);
            }
        }
        for (var one : FaultyPlant.CASES) {
            Programs.await("a hole of " + one, LIMIT, () -> isLongEnough(one, faulted));
        }
        var healed = now();
        for (var one : FaultyPlant.CASES) {
            programs.fault(one.device(), new JsonObject().put("fault", "none"));
        }
        allGood(healed);
        var to = now();
        var soft = new SoftAssertions();
        for (var one : FaultyPlant.CASES) {
            var expected = one.leavesAGap() ? List.of(one.reason()) : List.<String>of();
            bothSay(soft, one.tag(), from, to, expected);
            for (var gap : atGateway(one.tag(), from, to)) {
                soft.assertThat(gap.from).as(one + " " + gap).isBefore(faulted.plus(A_HOLE));
                soft.assertThat(gap.to).as(one + " " + gap).isAfter(healed.minus(A_HOLE));
            }
        }
        bothSay(soft, CALM, from, to, List.of());
        soft.assertAll();
    }

    /**
     * The latest value says it, on both sides in the same words, and what the last good one was.
     */
    private void isBad(Case one, boolean atGateway) throws Exception {
        Programs.await(
                "%s is seen at the %s".formatted(one, atGateway ? "gateway" : "centre"),
                LIMIT,
                () -> {
                    var latest =
                            atGateway
                                    ? latestAtGateway(one.device())
                                    : latestAtCentre(one.device());
                    return Programs.any(
                            latest,
                            i ->
                                    i.getString("quality").equals("bad")
                                            && one.reason().equals(i.getString("reason"))
                                            && i.getValue("value") == null
                                            && i.getValue("lastGoodValue") != null);
                });
    }

    /** A fault that must not show has lasted as long as the others. */
    private boolean isLongEnough(Case one, Instant faulted)
            throws CommandException, InterruptedException {
        return one.leavesAGap()
                ? now().isAfter(faulted.plus(A_HOLE))
                : good(latestAtGateway(one.device()), faulted.plus(A_HOLE)) == 1;
    }

    /**
     * The same gaps on both sides, once the centre has what the gateway sent (a gap at the centre
     * ends at the last thing that came); those of this tag have these reasons and no others.
     */
    private void bothSay(
            SoftAssertions soft, String tag, Instant from, Instant to, List<String> reasons)
            throws Exception {
        var gateway = atGateway(tag, from, to);
        var centre = new AtomicReference<List<Seen>>(List.of());
        Programs.comesTrue(
                LIMIT,
                () -> {
                    centre.set(atCentre(tag, from, to));
                    return centre.get().equals(gateway);
                });
        soft.assertThat(reasons(gateway))
                .as("%s at the gateway: %s", tag, gateway)
                .isEqualTo(reasons);
        soft.assertThat(centre.get()).as("%s at the centre", tag).isEqualTo(gateway);
    }

    private static Map<String, String> question(String tag, Instant from, Instant to) {
        return Map.of(
                "gateway",
                FaultyPlant.GATEWAY,
                "tag",
                tag,
                "from",
                from.toString(),
                "to",
                to.toString());
    }

    private List<Seen> atGateway(String tag, Instant from, Instant to)
            throws CommandException, InterruptedException {
        return seen(programs.listAgent("/api/v1/gaps", question(tag, from, to)));
    }

    private List<Seen> atCentre(String tag, Instant from, Instant to)
            throws CommandException, InterruptedException {
        return seen(programs.listCloud("/api/v1/gaps", question(tag, from, to)));
    }

    private static List<Seen> seen(JsonArray items) {
        var seen = new ArrayList<Seen>();
        for (int i = 0; i < items.size(); i++) {
            seen.add(Seen.of(items.getJsonObject(i)));
        }
        return seen;
    }

    /** All while the line is cut, as the centre takes its time to notice that. */
    private void whatHappensToTheGateway() throws Exception {
        var cut = now();
        line.cut();
        var noticed = theLineIsNoticed(cut);
        var applied = now();
        theConfigurationLeavesOut(applied);
        var stopped = now();
        assertThat(programs.stop("agent")).as(programs.log("agent")).isIn(0, 143);
        theAgentIsBack(stopped);
        var killed = now();
        programs.kill("agent");
        theAgentIsBack(killed);
        line.mend();
        allGood(now());

        var soft = new SoftAssertions();
        bothSay(soft, CALM, cut, noticed, List.of());
        bothSay(soft, FaultyPlant.COMING, cut, stopped, List.of("tag-removed"));
        soft.assertThat(atGateway(FaultyPlant.KEPT, cut, stopped)).as("on the site").isEmpty();
        var kept = atCentre(FaultyPlant.KEPT, cut, stopped);
        soft.assertThat(reasons(kept)).as(kept.toString()).containsExactly("local");
        var end = now();
        for (var tag : List.of(CALM, FaultyPlant.COMING, FaultyPlant.KEPT)) {
            bothSay(soft, tag, stopped, end, List.of("gateway-down", "gateway-down"));
        }
        soft.assertThat(atCentre(CALM, stopped, end))
                .filteredOn(g -> g.reason.equals("gateway-down"))
                .extracting(Seen::detail)
                .satisfiesExactly(
                        first -> assertThat(first).startsWith("the agent was stopped"),
                        second -> assertThat(second).startsWith("the agent ended unexpectedly"));
        soft.assertAll();
    }

    /** Until when the line had been cut, once the centre says so. */
    private Instant theLineIsNoticed(Instant cut) throws Exception {
        Programs.await(
                "the centre knows that the uplink is down",
                LIMIT,
                () -> reasons(atCentre(CALM, cut, now())).equals(List.of("uplink-down")));
        var noticed = now();
        assertThat(atGateway(CALM, cut, noticed)).isEmpty();
        return noticed;
    }

    /** For longer than a hole takes; then all is as before. */
    private void theConfigurationLeavesOut(Instant applied) throws Exception {
        apply(false);
        Programs.await(
                "without a tag, and with one that is local",
                LIMIT,
                () ->
                        now().isAfter(applied.plus(A_HOLE))
                                && good(latestAtGateway(FaultyPlant.CALM), applied.plus(A_HOLE))
                                        == 2
                                && reasons(atGateway(FaultyPlant.COMING, applied, now()))
                                        .equals(List.of("tag-removed")));
        var back = now();
        apply(true);
        Programs.await(
                "all three tags again",
                LIMIT,
                () -> good(latestAtGateway(FaultyPlant.CALM), back) == 3);
    }

    private void apply(boolean usual) throws Exception {
        programs.postAgent(
                "/api/v1/configuration/apply",
                new JsonObject().put("file", configuration(usual).toString()));
    }

    private void theAgentIsBack(Instant ended) throws Exception {
        Programs.await("a hole", LIMIT, () -> now().isAfter(ended.plus(A_HOLE)));
        var started = now();
        programs.startAgent(configuration(true));
        programs.awaitReady(programs.agentUrl());
        Programs.await(
                "the calm device is read",
                LIMIT,
                () -> good(latestAtGateway(FaultyPlant.CALM), started) == 3);
    }

    /**
     * In order. On a busy machine the first polls after a start or a configuration may take longer
     * than a hole; that goes with what was before it.
     */
    private static List<String> reasons(List<Seen> gaps) {
        var reasons = new ArrayList<String>();
        Instant end = Instant.MIN;
        for (var gap : gaps) {
            boolean isBeginning = gap.reason.equals("not-yet-read") || gap.reason.equals("slow");
            if (!isBeginning || !gap.from.equals(end)) {
                reasons.add(gap.reason);
            }
            end = gap.to;
        }
        return reasons;
    }

    private void nothingIsUnexplained(Instant first) throws Exception {
        for (var item : programs.listAgent("/api/v1/tags", Map.of())) {
            var tag = ((JsonObject) item).getString("tag");
            atGateway(tag, first.minus(Duration.ofHours(1)), now());
            atCentre(tag, first.minus(Duration.ofHours(1)), now());
        }
        assertThat(
                        programs.counter(
                                programs.agentUrl(),
                                programs.agentData(),
                                "drme_gaps_unexplained_total"))
                .as(programs.log("agent"))
                .isZero();
        assertThat(
                        programs.counter(
                                programs.cloudUrl(),
                                programs.cloudData(),
                                "drme_gaps_unexplained_total"))
                .as(programs.log("cloud"))
                .isZero();
    }
}
