package io.drme.bench;

import io.drme.sim.line.TcpLine;
import io.drme.time.Clock;
import io.drme.time.SystemClock;
import io.drme.web.client.Connection;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.Predicate;

/**
 * A gateway's line was down for a day and comes back: how long until the centre has all of it,
 * while 1,000 tags are read on and alarms come and go; once on loopback, once on a line of 2
 * Mbit/s. Agent, centre and simulators are the real programs.
 *
 * <p>{@code DRME_BENCH_HOURS} makes the day shorter.
 */
final class BackfillBench implements Bench {
    private static final String HOURS = "DRME_BENCH_HOURS";
    private static final int DAY_HOURS = 24;
    private static final long NARROW_BYTES_PER_SECOND = 250_000;
    private static final double REACH_SECONDS_A_DAY = 60;
    private static final double LEAST_A_CPU_SECOND = 0.72;
    private static final double REACH_FLOOR = 1.2;
    private static final double REACH_IDLE = 2;
    private static final int BRIDGED_SAMPLES = 200_000;
    private static final int JSON_BLOCKS = 30;
    private static final long LIVE_FIRST = 6_000;
    private static final Duration READY_WITHIN = Duration.ofSeconds(60);
    private static final Duration FILLED_WITHIN = Duration.ofMinutes(20);
    private static final Duration SETTLED_WITHIN = Duration.ofSeconds(60);
    private static final Duration LOOK_EVERY = Duration.ofMillis(100);
    private static final Duration IDLE = Duration.ofSeconds(30);

    private final Clock clock = new SystemClock();

    @Override
    public String name() {
        return "backfill";
    }

    /**
     * What one case came to.
     *
     * @param firstSeconds from the return of the line to the first receipt
     * @param seconds from the return of the line to the receipt of the last held block
     * @param cpuSeconds of agent and centre in that time, live traffic included
     * @param lineBytes what went up in that time
     * @param alarms milliseconds from the clearing of an alarm to a page of the centre, sorted
     * @param idle the same without a backlog
     * @param objection what is wrong with the result; empty where nothing is
     */
    @SuppressWarnings("ArrayRecordComponent") // handed on, never compared
    private record Outcome(
            BackfillHeld held,
            double firstSeconds,
            double seconds,
            double cpuSeconds,
            long lineBytes,
            double[] alarms,
            double[] idle,
            String objection) {}

    @Override
    public List<Row> run(Options options) throws Exception {
        int hours = hours();
        var rows = new ArrayList<Row>();
        try (var plant = FootprintPlant.start(options.scratch())) {
            int modbus = FootprintPlant.freePort();
            plant.simulate("backfill", BackfillWork.plant(options.scratch(), modbus));
            var wide = fill(plant, options.scratch(), "wide", modbus, hours, 0);
            var narrow =
                    fill(
                            plant,
                            options.scratch(),
                            "narrow",
                            modbus,
                            hours,
                            NARROW_BYTES_PER_SECOND);
            rows.addAll(wideRows(hours, wide));
            rows.addAll(narrowRows(narrow));
            rows.addAll(peerRows(wide, plant, options.scratch()));
        }
        return rows;
    }

    /** Fewer samples than ours: they take no shorter for more. */
    private List<Row> peerRows(Outcome wide, FootprintPlant plant, Path folder) throws Exception {
        var rates = new LinkedHashMap<String, Double>();
        var bytes = new LinkedHashMap<String, Double>();
        var bridge = new BridgePeer(folder, clock).run(BRIDGED_SAMPLES);
        var blocks = new JsonBlocksPeer(clock).run(plant.startBroker(), JSON_BLOCKS);
        note("mosquitto-bridge", bridge, rates, bytes);
        note("json-zstd-blocks", blocks, rates, bytes);
        double rate = wide.held.samples() / wide.seconds;
        double perSample = (double) wide.lineBytes / wide.held.samples();
        double best = rates.values().stream().mapToDouble(d -> d).max().orElse(0);
        double least = bytes.values().stream().mapToDouble(d -> d).min().orElse(1);
        boolean valid = wide.objection.isEmpty();
        return List.of(
                new Row(
                        "against peers, loopback",
                        "samples/s",
                        false,
                        rate,
                        rates,
                        OptionalDouble.empty(),
                        ">= the best peer",
                        rate >= best,
                        valid),
                new Row(
                        "against peers",
                        "bytes/sample on the line",
                        true,
                        perSample,
                        bytes,
                        OptionalDouble.of((double) wide.held.bytes() / wide.held.samples()),
                        "<= 1/2 of the best peer",
                        perSample <= least / 2,
                        valid));
    }

    private static void note(
            String name,
            BridgePeer.Result result,
            Map<String, Double> rates,
            Map<String, Double> bytes) {
        if (result.isWhole()) {
            rates.put(name, result.samplesPerSecond());
            bytes.put(name, result.bytesPerSample());
        } else {
            System.err.printf("bench: backfill: %s lost or doubled samples%n", name);
        }
    }

    private static int hours() {
        var asked = System.getenv(HOURS);
        return asked == null ? DAY_HOURS : Math.clamp(Integer.parseInt(asked), 1, DAY_HOURS);
    }

    private Outcome fill(
            FootprintPlant plant, Path folder, String name, int modbus, int hours, long rate)
            throws Exception {
        var data = Files.createDirectories(folder.resolve("data-" + name));
        System.err.printf("bench: backfill: writing %d h of 1,000 tags …%n", hours);
        var held = BackfillHeld.write(data, name, hours, clock);
        var bandwidth = rate == 0 ? "" : ", bandwidth: 2Mbit/s";
        try (var line = new TcpLine(plant.mqttPort(), rate, "");
                var centre = Connection.find(null, plant.centre(), Map.of());
                var watch = AlarmWatch.open(centre, name, clock)) {
            line.cut();
            var config = BackfillWork.gateway(folder, name, modbus, line.port(), bandwidth);
            try (var agent =
                    Child.program(
                            "agent-" + name,
                            "agent",
                            List.of(
                                    "run",
                                    "--config",
                                    config.toString(),
                                    "--data",
                                    data.toString()),
                            folder)) {
                long live = held.samples() + LIVE_FIRST;
                try (var eyes = Eyes.on(agent, data)) {
                    eyes.await("reading", READY_WITHIN, a -> a.getLong("accepted", 0L) > live);
                    var both = List.of(agent, plant.centreProcess());
                    return measured(held, new Site(name, eyes, line), both, centre, watch);
                }
            }
        }
    }

    /** A gateway, who looks at it, and its line. */
    private record Site(String name, Eyes eyes, TcpLine line) {}

    /**
     * Looks at the account of an agent: seldom and over one connection, so that the looking does
     * not take the CPU that is measured.
     */
    private record Eyes(Child agent, Connection connection) implements AutoCloseable {
        static Eyes on(Child agent, Path data) throws Exception {
            var found = new Connection[1];
            agent.await(
                    "an address",
                    READY_WITHIN,
                    () -> {
                        found[0] = Connection.find(null, data, Map.of());
                        return true;
                    });
            return new Eyes(agent, found[0]);
        }

        JsonObject account() throws Exception {
            return connection.get("/api/v1/reconcile", Map.of());
        }

        void await(String what, Duration limit, Predicate<JsonObject> condition) throws Exception {
            agent.await(what, limit, LOOK_EVERY, () -> condition.test(account()));
        }

        @Override
        public void close() {
            connection.close();
        }
    }

    private Outcome measured(
            BackfillHeld held,
            Site site,
            List<Child> agentAndCentre,
            Connection centre,
            AlarmWatch watch)
            throws Exception {
        var name = site.name;
        var agent = agentAndCentre.getFirst();
        double cpuBefore = cpuSeconds(agentAndCentre);
        long begin = clock.nanoTime();
        site.line.mend();
        site.eyes.await("receipts", READY_WITHIN, a -> acknowledged(a) > 0);
        long first = clock.nanoTime();
        long firstWall = clock.epochNanos();
        site.eyes.await("the backlog sent", FILLED_WITHIN, a -> acknowledged(a) >= held.samples());
        double seconds = (clock.nanoTime() - begin) / 1e9;
        double cpu = cpuSeconds(agentAndCentre) - cpuBefore;
        long bytes = site.line.bytesUp();
        var alarms = watch.millisSince(firstWall);
        var objection = objection(held, name, agent, site.eyes, centre);
        watch.millisSince(Long.MAX_VALUE);
        long idleFrom = clock.epochNanos();
        clock.sleep(IDLE);
        var idle = watch.millisSince(idleFrom);
        System.err.printf(
                "bench: backfill: %s %.1f s, CPU %.1f s, %d alarms shown, p99 %.0f ms, idle %d, %.0f ms %s%n",
                name,
                seconds,
                cpu,
                alarms.length,
                AlarmWatch.quantile(alarms, 0.99),
                idle.length,
                AlarmWatch.quantile(idle, 0.99),
                objection);
        return new Outcome(
                held, (first - begin) / 1e9, seconds, cpu, bytes, alarms, idle, objection);
    }

    private static double cpuSeconds(List<Child> children) throws IOException {
        double sum = 0;
        for (var child : children) {
            sum += child.usage().cpuSeconds();
        }
        return sum;
    }

    private static long acknowledged(JsonObject account) {
        return account.getLong("acknowledged", 0L);
    }

    /** Nothing lost, nothing doubled, and both sides say the same. */
    private static String objection(
            BackfillHeld held, String name, Child agent, Eyes eyes, Connection centre)
            throws Exception {
        var ours = eyes.account();
        if (!ours.getBoolean("balanced", false) || !ours.getJsonObject("dropped").isEmpty()) {
            return "the agent's account is off: " + ours.encode();
        }
        var last = new JsonObject[] {new JsonObject()};
        try {
            agent.await(
                    "both accounts agree",
                    SETTLED_WITHIN,
                    LOOK_EVERY,
                    () -> {
                        var account = centre.get("/api/v1/reconcile", Map.of("gateway", name));
                        last[0] = account;
                        long acknowledged = account.getLong("acknowledged", 0L);
                        return account.getBoolean("balanced", false)
                                && account.getJsonArray("failed").isEmpty()
                                && account.getJsonObject("dropped").isEmpty()
                                && account.getLong("quarantined", 0L) == 0
                                && acknowledged >= held.samples()
                                && account.getLong("stored", 0L) == acknowledged;
                    });
            return "";
        } catch (IOException _) {
            return "the centre's account is off: " + last[0].encode();
        }
    }

    private static List<Row> wideRows(int hours, Outcome wide) {
        double reach = REACH_SECONDS_A_DAY * hours / DAY_HOURS;
        boolean valid = wide.objection.isEmpty();
        var name = "%d h of 1000 tags, loopback".formatted(hours);
        return List.of(
                new Row(
                        name,
                        "s",
                        true,
                        wide.seconds,
                        Map.of(),
                        OptionalDouble.of(wide.firstSeconds),
                        "<= %.1f (60 for a day); floor: to the first receipt".formatted(reach),
                        wide.seconds <= reach,
                        valid),
                new Row(
                        name,
                        "M samples/CPU-s of agent and centre",
                        false,
                        wide.held.samples() / 1e6 / wide.cpuSeconds,
                        Map.of(),
                        OptionalDouble.empty(),
                        ">= 0.72 (two cores for 60 s for a day)",
                        wide.held.samples() / 1e6 / wide.cpuSeconds >= LEAST_A_CPU_SECOND,
                        valid),
                alarms(name, wide));
    }

    private static List<Row> narrowRows(Outcome narrow) {
        double floor = (double) narrow.held.bytes() / NARROW_BYTES_PER_SECOND;
        var name = "%.1f M samples, 2 Mbit/s".formatted(narrow.held.samples() / 1e6);
        return List.of(
                new Row(
                        name,
                        "s",
                        true,
                        narrow.seconds,
                        Map.of(),
                        OptionalDouble.of(floor),
                        "<= 1.2 x floor",
                        narrow.seconds <= REACH_FLOOR * floor,
                        narrow.objection.isEmpty()),
                alarms(name, narrow));
    }

    private static Row alarms(String name, Outcome outcome) {
        double busy = AlarmWatch.quantile(outcome.alarms, 0.99);
        double idle = AlarmWatch.quantile(outcome.idle, 0.99);
        return new Row(
                name,
                "alarm p99 ms",
                true,
                busy,
                new LinkedHashMap<>(),
                OptionalDouble.of(idle),
                "<= 2 x idle",
                busy <= REACH_IDLE * idle,
                outcome.objection.isEmpty());
    }
}
