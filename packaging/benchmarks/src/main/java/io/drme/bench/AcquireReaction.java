package io.drme.bench;

import io.drme.time.Clock;
import io.drme.time.SystemClock;
import io.drme.web.client.Connection;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Random;

/**
 * How soon an alarm follows a sample: from the device's answer with the new value to the alarm's
 * time, and to the moment at which somebody who asks the agent without pause is told. The whole
 * agent with its flags, its store and its page, and 1,000 other values a second.
 */
final class AcquireReaction {
    private static final int ROUNDS = 300;
    private static final Duration READY_WITHIN = Duration.ofSeconds(60);
    private static final Duration SEEN_WITHIN = Duration.ofSeconds(5);
    private static final int MOST_PAUSE_MILLIS = 200;
    private static final double MOST_MILLIS = 5;
    private static final double MILLI = 1e6;
    private static final long SECOND = 1_000_000_000;
    private static final int HIGH = 100;
    private static final int PROBE_BYTES = 4096;

    private final Clock clock = new SystemClock();
    private final Random random = new Random(1);
    private final Path folder;
    private final double[] syncs = new double[ROUNDS];
    private int probes;

    AcquireReaction(Path folder) {
        this.folder = folder;
    }

    List<Row> rows() throws Exception {
        var work = new FootprintWork("reaction", 10, 0);
        var data = Files.createDirectories(folder.resolve("data-reaction"));
        try (var plant = FootprintPlant.start(Files.createDirectories(folder.resolve("reaction")));
                var panel = PanelDevice.start(clock)) {
            var config = config(work, plant, panel.port());
            try (var agent =
                    Child.program(
                            "agent-reaction",
                            "agent",
                            List.of(
                                    "run",
                                    "--config",
                                    config.toString(),
                                    "--data",
                                    data.toString()),
                            folder)) {
                agent.await(
                        "accepts samples",
                        READY_WITHIN,
                        () -> FootprintAgent.accepted(data) > work.tags());
                try (var connection = Connection.find(null, data, Map.of())) {
                    return measure(panel, connection);
                }
            }
        }
    }

    private Path config(FootprintWork work, FootprintPlant plant, int panel) throws Exception {
        var devices = plant.simulate(work);
        var file =
                work.gateway(
                        folder,
                        devices.modbus(),
                        devices.opcUa(),
                        plant.mqttPort(),
                        FootprintPlant.freePort());
        var text =
                Files.readString(file)
                        .replace(
                                "devices:\n",
                                "devices:\n  panel: {driver: modbus, url: \"tcp://127.0.0.1:%d\", unit-id: 1, poll: 50ms, tags: {lamp: {address: \"holding:0\", type: uint16}}}\n"
                                        .formatted(panel))
                        .replace(
                                "alarms:\n",
                                "alarms:\n  lamp: {tag: \"panel/lamp\", high: 50, priority: high, message: \"On\", action: \"Look\"}\n");
        return Files.writeString(file, text);
    }

    private List<Row> measure(PanelDevice panel, Connection agent) throws Exception {
        var raised = new double[ROUNDS];
        var seen = new double[ROUNDS];
        var floor = new double[ROUNDS];
        for (int i = 0; i < ROUNDS; i++) {
            clock.sleep(Duration.ofMillis(random.nextInt(MOST_PAUSE_MILLIS)));
            // A gateway's times are whole milliseconds.
            var from = Instant.ofEpochSecond(0, clock.epochNanos()).truncatedTo(ChronoUnit.MILLIS);
            long told = panel.change(HIGH);
            var alarm = await(agent, from);
            seen[i] = (clock.epochNanos() - told) / MILLI;
            raised[i] = (nanos(alarm.getString("raisedAt")) - told) / MILLI;
            // Only then the next one is an occurrence of its own, with a time of its own.
            agent.post(
                    "/api/v1/alarms/%s/acknowledge".formatted(alarm.getString("id")),
                    new JsonObject());
            panel.change(0);
            floor[i] = floor(agent, from);
        }
        Arrays.sort(raised);
        Arrays.sort(seen);
        Arrays.sort(floor);
        Arrays.sort(syncs);
        System.err.printf(
                "bench: acquire: alarm after the answer p50 %.2f ms, told p50 %.2f ms; a sync p50 %.2f, p99 %.2f ms; a sync and a question p50 %.2f, p99 %.2f ms%n",
                AlarmWatch.quantile(raised, 0.5),
                AlarmWatch.quantile(seen, 0.5),
                AlarmWatch.quantile(syncs, 0.5),
                AlarmWatch.quantile(syncs, 0.99),
                AlarmWatch.quantile(floor, 0.5),
                AlarmWatch.quantile(floor, 0.99));
        return List.of(
                row("alarm's time behind the answer, p99", raised, OptionalDouble.empty()),
                row(
                        "alarm told to who asks behind the answer, p99",
                        seen,
                        OptionalDouble.of(AlarmWatch.quantile(floor, 0.99))));
    }

    /**
     * What cannot be had for less: nobody is told before the alarm is on disk, and who asks has to
     * ask. One sync beside the working agent on its disk, then one such question.
     */
    private double floor(Connection agent, Instant from) throws Exception {
        long began = clock.nanoTime();
        try (var probe =
                FileChannel.open(
                        folder.resolve("data-reaction.probe"),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE)) {
            probe.write(ByteBuffer.allocate(PROBE_BYTES), PROBE_BYTES * (long) probes++);
            probe.force(false);
        }
        syncs[probes - 1] = (clock.nanoTime() - began) / MILLI;
        agent.list(
                "/api/v1/alarms", Map.of("from", from.toString(), "limit", "10"), Long.MAX_VALUE);
        return (clock.nanoTime() - began) / MILLI;
    }

    private JsonObject await(Connection agent, Instant from) throws Exception {
        var wanted = Map.of("from", from.toString(), "limit", "10");
        long until = clock.nanoTime() + SEEN_WITHIN.toNanos();
        while (clock.nanoTime() - until < 0) {
            for (var item : agent.list("/api/v1/alarms", wanted, Long.MAX_VALUE)) {
                var alarm = (JsonObject) item;
                if (alarm.getString("name").equals("lamp")) {
                    return alarm;
                }
            }
        }
        throw new IOException("the alarm was not raised within " + SEEN_WITHIN);
    }

    private static long nanos(String time) {
        var at = Instant.parse(time);
        return at.getEpochSecond() * SECOND + at.getNano();
    }

    private static Row row(String measure, double[] sorted, OptionalDouble floor) {
        double worst = AlarmWatch.quantile(sorted, 0.99);
        return new Row(
                "reaction, poll 50 ms, 1000 values/s beside",
                measure + ", ms",
                true,
                worst,
                Map.of(),
                floor,
                "<= 5",
                worst <= MOST_MILLIS,
                sorted[0] > -1);
    }
}
