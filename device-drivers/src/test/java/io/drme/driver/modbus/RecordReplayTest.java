package io.drme.driver.modbus;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.driver.DeviceFixture;
import io.drme.driver.DeviceLoop;
import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.sim.Plant;
import io.drme.sim.record.Protocols;
import io.drme.sim.record.RecordOptions;
import io.drme.sim.record.RecordingReader;
import io.drme.sim.record.RecordingWriter;
import io.drme.sim.record.ReplayOptions;
import io.drme.testing.ManualClock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The same gateway at a device through the recorder, and at the recording of it. */
@Timeout(60)
class RecordReplayTest {
    private static final String PLANT =
            """
            devices:
              press:
                protocol: modbus
                listen: "LISTEN"
                units:
                  1:
                    points:
                      count: {address: "holding:10", type: int32, value: {counter: {every: 700ms}}}
                      wave:  {address: "holding:200", type: float64, value: {sine: {mean: 70, amplitude: 14, period: 20s}}}
                      run:   {address: "coil:3", value: {square: {period: 7s}}}
                      level: {address: "input:7", value: {counter: {every: 1300ms, step: 3}}}
                faults:
                  - {fault: silent, after: 5s, for: 3s}
                  - {fault: exception, code: 6, after: 15s, for: 4s}
                  - {fault: reset, after: 25s, for: 3s}
                  - {fault: short, after: 35s, for: 2s}
                  - {fault: garbage, after: 45s, for: 2s}
                  - {fault: half-open, after: 55s, for: 2s}
                  - {fault: wrong-unit, after: 65s, for: 2s}
                  - {fault: restart, delay: 3s, after: 75s, for: 4s}
                  - {fault: stuck, after: 85s, for: 10s}
            """;

    private static final String TAGS =
            """
            unit-id: 1
            timeout: 250ms
            tags:
              count: {address: "holding:10", type: int32, poll: 1s}
              wave:  {address: "holding:200", type: float64, poll: 1s}
              run:   {address: "coil:3", poll: 2s}
              level: {address: "input:7", type: uint16, poll: 1s}
              none:  {address: "holding:400", type: uint16, poll: 5s}
            """;

    private static final int SAMPLES = 400;

    @TempDir private Path folder;

    /** What the gateway records, in order and with its times; the clock is of this run alone. */
    private static List<String> series(String url, ManualClock clock) throws Exception {
        var fixture =
                DeviceFixture.of(
                        "press", new ModbusDriverFactory(), "url: \"" + url + "\"\n" + TAGS);
        var driver =
                new ModbusDriverFactory()
                        .create(fixture.spec(), fixture.groups(), Path.of("unused"), clock);
        var queue = new ArrayBlockingQueue<Batch>(100_000);
        var loop =
                new DeviceLoop(
                        fixture.spec(),
                        fixture.groups(),
                        driver,
                        0,
                        queue,
                        clock,
                        new SplittableRandom(7));
        var thread = Thread.ofVirtual().name("device-press").start(loop);
        var samples = new ArrayList<String>();
        while (samples.size() < SAMPLES) {
            var batch = queue.poll(30, TimeUnit.SECONDS);
            assertThat(batch).as("a tick").isNotNull();
            for (int i = 0; i < batch.size(); i++) {
                samples.add(sample(fixture, batch, i));
            }
        }
        loop.stop();
        assertThat(thread.join(Duration.ofSeconds(10))).isTrue();
        return samples.subList(0, SAMPLES);
    }

    private static String sample(DeviceFixture fixture, Batch batch, int i) {
        var tag = fixture.spec().tags().get(batch.tags()[i] - DeviceFixture.FIRST_TABLE_INDEX);
        byte quality = batch.qualities()[i];
        return "%d ms %s %x %s"
                .formatted(
                        (batch.sourceTimes()[i] - ManualClock.START_EPOCH_NANOS) / 1_000_000,
                        tag.name().text(),
                        batch.bits()[i],
                        Quality.isGood(quality) ? "GOOD" : Quality.reason(quality));
    }

    // The clock moves only when the gateway waits, so that both runs ask at the same moments; what
    // a time of the system would add, how far a poll may be off, is shown by TrackTest.
    @ParameterizedTest
    @ValueSource(strings = {"tcp", "rtu-tcp"})
    void aReplayGivesTheSameSeriesAsTheDeviceGave(String scheme) throws Exception {
        var file = folder.resolve("press.rec");
        var recorded = recorded(scheme, file);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(recorded.toString())
                .contains("count 0 TIMEOUT", "REFUSED", "COMMS_LOST", "none 0 UNKNOWN_ADDRESS");
        var clock = new ManualClock();
        try (var recording = RecordingReader.open(file);
                var player =
                        Protocols.named(recording)
                                .replay(
                                        recording,
                                        new ReplayOptions("0", ReplayOptions.End.HOLD, 1, clock))) {
            assertThat(series(player.listening(), clock)).isEqualTo(recorded);
            assertThat(player.counts().get("never-recorded")).isZero();
        }
    }

    private static List<String> recorded(String scheme, Path file) throws Exception {
        var clock = new ManualClock();
        var listen = scheme.equals("tcp") ? "127.0.0.1:0" : scheme + "://127.0.0.1:0";
        try (var plant =
                Plant.parse(
                        "plant.yaml",
                        PLANT.replace("LISTEN", listen),
                        Plant.Overrides.NONE,
                        clock)) {
            plant.start();
            var url = "%s://127.0.0.1:%d".formatted(scheme, plant.address("press").getPort());
            var protocol = Protocols.ofUrl(url);
            try (var out =
                            RecordingWriter.create(
                                    file,
                                    protocol.name(),
                                    url,
                                    RecordingWriter.DEFAULT_MOST_BYTES,
                                    clock);
                    var recorder =
                            protocol.record(
                                    new RecordOptions(
                                            url,
                                            Optional.of("0"),
                                            Duration.ofSeconds(1),
                                            1,
                                            Optional.empty(),
                                            clock),
                                    out)) {
                return series(recorder.listening(), clock);
            }
        }
    }
}
