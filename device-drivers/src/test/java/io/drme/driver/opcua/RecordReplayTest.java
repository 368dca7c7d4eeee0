package io.drme.driver.opcua;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.driver.DeviceFixture;
import io.drme.driver.DeviceLoop;
import io.drme.model.Batch;
import io.drme.model.Glob;
import io.drme.model.Quality;
import io.drme.model.Reason;
import io.drme.sim.Plant;
import io.drme.sim.fault.Fault;
import io.drme.sim.fault.FaultKind;
import io.drme.sim.fault.Faults;
import io.drme.sim.record.Protocols;
import io.drme.sim.record.RecordOptions;
import io.drme.sim.record.RecordingReader;
import io.drme.sim.record.RecordingWriter;
import io.drme.sim.record.ReplayOptions;
import io.drme.sim.record.Running;
import io.drme.time.SystemClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The same gateway at a server while that is recorded, and at the recording of it. */
@Timeout(120)
class RecordReplayTest {
    private static final String PLANT =
            """
            devices:
              boiler:
                protocol: opcua
                listen: "127.0.0.1:0"
                security: [none]
                nodes:
                  "nsu=urn:acme:boiler;s=Count": {type: int32, value: {counter: {every: 400ms}}}
                  "nsu=urn:acme:boiler;s=\\"DB1\\".\\"Wave; 1\\"": {type: double, value: {random-walk: {start: 0, step: 1, min: -9, max: 9, every: 450ms}}}
                  "nsu=urn:acme:burner;i=7": {type: uint64, value: 18446744073709551615}
                  "nsu=urn:acme:burner;i=8": {type: boolean, value: {square: {period: 2s}}}
                  "nsu=urn:acme:burner;i=9": {type: string, value: "AP-300 \\"é\\"", status: Uncertain_LastUsableValue}
                  "nsu=urn:acme:burner;s=Other": {type: float, value: 0.1}
            """;

    private static final String TAGS =
            """
            timeout: 2s
            tags:
              count: {address: "nsu=urn:acme:boiler;s=Count", type: int64, poll: 1s, sampling: 50ms}
              wave:  {address: 'nsu=urn:acme:boiler;s="DB1"."Wave%3B 1"', type: float64, poll: 1s, sampling: 50ms}
              big:   {address: "ns=3;i=7", type: int64, poll: 1s, sampling: 50ms}
              run:   {address: "nsu=urn:acme:burner;i=8", type: bool, poll: 1s, sampling: 50ms}
              text:  {address: "nsu=urn:acme:burner;i=9", type: text, poll: 1s, sampling: 50ms}
              none:  {address: "nsu=urn:acme:burner;i=99", type: int64, poll: 1s, sampling: 50ms}
            """;

    private final SystemClock clock = new SystemClock();
    @TempDir private Path folder;
    private String end = "";

    /** A gateway and what it records of each tag; what comes again unchanged is there once. */
    private final class Gateway implements AutoCloseable {
        private final DeviceFixture fixture;
        private final ArrayBlockingQueue<Batch> queue = new ArrayBlockingQueue<>(1000);
        private final DeviceLoop loop;
        private final Thread thread;
        private final Map<String, List<String>> series = new TreeMap<>();

        Gateway(String url) {
            var factory = new OpcUaDriverFactory();
            fixture = DeviceFixture.of("boiler", factory, "url: \"" + url + "\"\n" + TAGS);
            loop =
                    new DeviceLoop(
                            fixture.spec(),
                            fixture.groups(),
                            factory.create(fixture.spec(), fixture.groups(), folder, clock),
                            0,
                            queue,
                            clock,
                            new SplittableRandom(7));
            thread = Thread.ofVirtual().name("device-boiler").start(loop);
        }

        List<String> of(String tag) {
            return series.computeIfAbsent("boiler/" + tag, _ -> new ArrayList<>());
        }

        /** Goes on until a tag has so many entries. */
        void until(String tag, int entries) throws InterruptedException {
            while (of(tag).size() < entries) {
                take();
            }
        }

        /** Goes on until a tag has one that ends so. */
        void until(String tag, String end) throws InterruptedException {
            while (of(tag).isEmpty() || !of(tag).getLast().endsWith(end)) {
                take();
            }
        }

        private void take() throws InterruptedException {
            var batch = queue.poll(30, TimeUnit.SECONDS);
            assertThat(batch).as("a tick; so far %s", series).isNotNull();
            for (int i = 0; i < batch.size(); i++) {
                int index = batch.tags()[i] - DeviceFixture.FIRST_TABLE_INDEX;
                byte quality = batch.qualities()[i];
                var sample =
                        "%x %s %s"
                                .formatted(
                                        batch.text(i) == null ? batch.bits()[i] : 0,
                                        batch.text(i),
                                        Quality.isGood(quality) ? "GOOD" : Quality.reason(quality));
                var of =
                        series.computeIfAbsent(
                                fixture.spec().tags().get(index).name().text(),
                                _ -> new ArrayList<>());
                if (of.isEmpty() || !of.getLast().equals(sample)) {
                    of.add(sample);
                }
            }
        }

        @Override
        public void close() {
            loop.stop();
            queue.clear();
            try {
                assertThat(thread.join(Duration.ofSeconds(20))).isTrue();
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private Running recorder(String url, RecordingWriter out, Optional<Glob> match)
            throws IOException {
        return Protocols.ofUrl(url)
                .record(
                        new RecordOptions(
                                url, Optional.empty(), Duration.ofMillis(50), 100, match, clock),
                        out);
    }

    private RecordingWriter writer(String name, String url) throws IOException {
        return RecordingWriter.create(
                folder.resolve(name), "opcua", url, RecordingWriter.DEFAULT_MOST_BYTES, clock);
    }

    private static void fault(Plant plant, FaultKind kind) {
        plant.member("boiler")
                .orElseThrow()
                .faults()
                .set(Faults.WHOLE, Fault.of(kind), Optional.empty());
    }

    private Plant plant() throws Exception {
        var plant = Plant.parse("plant.yaml", PLANT, Plant.Overrides.NONE, clock);
        plant.start();
        return plant;
    }

    private static String url(Plant plant) {
        return "opc.tcp://127.0.0.1:" + plant.address("boiler").getPort();
    }

    /** What the gateway had of the server itself. */
    private Map<String, List<String>> recorded() throws Exception {
        try (var plant = plant();
                var out = writer("boiler.rec", url(plant));
                var recorder = recorder(url(plant), out, Optional.empty());
                var gateway = new Gateway(url(plant))) {
            gateway.until("count", 5);
            fault(plant, FaultKind.EXCEPTION);
            gateway.until("count", Reason.SENSOR_FAILURE.name());
            fault(plant, FaultKind.NONE);
            gateway.until("count", gateway.of("count").size() + 4);
            gateway.until("text", Reason.STALE.name());
            var series = new TreeMap<String, List<String>>();
            gateway.series.forEach((tag, samples) -> series.put(tag, List.copyOf(samples)));
            // So that the replay, which ends here, has all of it behind it.
            gateway.until("count", gateway.of("count").size() + 2);
            end = gateway.of("count").getLast();
            hasItToo(recorder);
            assertThat(recorder.counts()).containsEntry("variables", 6L);
            assertThat(recorder.counts()).containsEntry("lost", 0L);
            return series;
        }
    }

    /** The recorder has a subscription of its own, which may be behind the gateway's. */
    private void hasItToo(Running recorder) throws InterruptedException {
        long values = recorder.counts().getOrDefault("values", 0L);
        while (recorder.counts().getOrDefault("values", 0L) < values + 20) {
            clock.sleep(Duration.ofMillis(20));
        }
    }

    // The recorder began before the gateway did, so the replay has more before and behind.
    @Test
    void aReplayGivesTheSeriesThatTheServerGave() throws Exception {
        var recorded = recorded();
        try (var recording = RecordingReader.open(folder.resolve("boiler.rec"));
                var player =
                        Protocols.named(recording)
                                .replay(
                                        recording,
                                        new ReplayOptions("0", ReplayOptions.End.HOLD, 1, clock));
                var gateway = new Gateway(player.listening())) {
            gateway.until("count", end);
            recorded.forEach((tag, series) -> {
                var replayed = gateway.series.getOrDefault(tag, List.of());
                assertThat(Collections.indexOfSubList(replayed, series))
                        .as("%s: of the server %s, of the replay %s", tag, series, replayed)
                        .isNotNegative();
            });
            assertThat(gateway.of("big").toString()).contains("SENSOR_FAILURE");
        }
    }

    @Test
    void whileTheRecordedServerWasAwayTheReplayIsAwayToo() throws Exception {
        try (var plant = plant()) {
            try (var out = writer("away.rec", url(plant));
                    var recorder = recorder(url(plant), out, Optional.of(Glob.of("Count")))) {
                // Time for the gateway of the replay to be there before.
                while (recorder.counts().getOrDefault("values", 0L) < 5) {
                    clock.sleep(Duration.ofMillis(20));
                }
                fault(plant, FaultKind.RESET);
                while (recorder.counts().getOrDefault("lost", 0L) == 0) {
                    clock.sleep(Duration.ofMillis(20));
                }
                fault(plant, FaultKind.NONE);
                while (!Files.readString(folder.resolve("away.rec")).contains("\"back\"")) {
                    clock.sleep(Duration.ofMillis(20));
                }
            }
        }
        var lines = Files.readAllLines(folder.resolve("away.rec"));
        assertThat(lines).filteredOn(l -> l.contains("\"is\":\"node\"")).hasSize(1);
        try (var recording = RecordingReader.open(folder.resolve("away.rec"));
                var player =
                        Protocols.named(recording)
                                .replay(
                                        recording,
                                        new ReplayOptions("0", ReplayOptions.End.ONCE, 1, clock));
                var gateway = new Gateway(player.listening())) {
            gateway.until("count", 2);
            long connections = player.counts().getOrDefault("connections", 0L);
            // It comes back by itself, which may be after the recording's end.
            while (!player.isOver()
                    || player.counts().getOrDefault("connections", 0L) <= connections) {
                gateway.take();
            }
        }
    }
}
