package io.drme.edge;

import static io.drme.edge.RunningGateway.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drme.driver.DeviceLoop;
import io.drme.driver.DeviceSpec;
import io.drme.driver.DriverException;
import io.drme.driver.DriverSettings;
import io.drme.driver.Exchange;
import io.drme.driver.Outputs;
import io.drme.driver.PollGroup;
import io.drme.driver.PolledDriver;
import io.drme.driver.TagAddress;
import io.drme.driver.TagSpec;
import io.drme.edge.acquisition.Acquisition;
import io.drme.edge.config.GatewayConfigReader;
import io.drme.edge.recording.ClockBook;
import io.drme.edge.recording.Recorder;
import io.drme.log.FileDisk;
import io.drme.log.Store;
import io.drme.log.StoreConfig;
import io.drme.log.StoreSetup;
import io.drme.model.Batch;
import io.drme.model.GatewayId;
import io.drme.model.SyncMode;
import io.drme.model.TagName;
import io.drme.model.ValueType;
import io.drme.testing.ManualClock;
import io.drme.time.HybridClock;
import io.drme.web.ProblemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Writes to a device that does whatever a test wants. */
@Timeout(60)
class WriteDeskTest {
    private static final String TAG = "cabinet/lamp";
    private static final Duration SHORT = Duration.ofSeconds(10);
    private static final Duration LONG = Duration.ofHours(1);

    @TempDir private Path folder;

    private final ManualClock clock = new ManualClock();
    private final BlockingQueue<Long> written = new LinkedBlockingQueue<>();
    private volatile Outputs device = this::follow;
    private Recorder recorder;
    private Thread store;
    private WriteDesk desk;

    @BeforeEach
    void startTheDesk() throws Exception {
        var file = folder.resolve("gateway.yaml");
        Files.writeString(
                file,
                """
                gateway: {id: line-1, site: acme/test}
                devices: {meter: {driver: modbus, url: "tcp://127.0.0.1:1", tags: {a: {address: "holding:1", type: int16}}}}
                store: {sync-every: 50ms}
                """);
        var reader = new GatewayConfigReader(SystemTags.device().tags());
        var plan = new Layout(reader.factories()).place(reader.read(file), "f").plan();
        var acquisition =
                new Acquisition(
                        clock,
                        new HybridClock(clock, 0),
                        new ArrayBlockingQueue<>(4),
                        new ArrayBlockingQueue<>(4),
                        plan);
        var setup =
                new StoreSetup(
                        new FileDisk(folder.resolve("data")),
                        StoreConfig.defaults().in(folder.resolve("data")),
                        new GatewayId("line-1"),
                        clock,
                        new Random(1));
        Files.createDirectories(folder.resolve("data"));
        recorder =
                new Recorder(
                        Store.open(setup),
                        new ArrayBlockingQueue<>(4),
                        clock,
                        Duration.ofSeconds(1),
                        _ -> {},
                        new ClockBook());
        store = Thread.ofPlatform().start(recorder);
        var loop = loop();
        desk = new WriteDesk(clock, acquisition, recorder, _ -> Optional.of(loop));
    }

    @AfterEach
    void stopTheStore() throws Exception {
        recorder.stop();
        store.join();
    }

    private record Writable() implements TagAddress {
        @Override
        public Optional<Writing> writing() {
            return Optional.of(new Writing(OptionalLong.of(0), Map.of()));
        }
    }

    private final class Fake implements PolledDriver {
        @Override
        public void connect() {}

        @Override
        public void disconnect() {}

        @Override
        public void poll(int group, Batch out) {}

        @Override
        public Exchange lastExchange() {
            return Exchange.NONE;
        }

        @Override
        public Optional<Outputs> outputs() {
            return Optional.of((tag, bits) -> device.write(tag, bits));
        }

        @Override
        public void close() {}
    }

    private DeviceLoop loop() {
        var second = Duration.ofSeconds(1);
        var lamp =
                new TagSpec(
                        new TagName(TAG),
                        ValueType.BOOLEAN,
                        ValueType.BOOLEAN,
                        "",
                        1,
                        0,
                        Double.NEGATIVE_INFINITY,
                        Double.POSITIVE_INFINITY,
                        0,
                        second,
                        second,
                        new SyncMode.Raw(),
                        new Writable());
        var spec =
                new DeviceSpec(
                        "cabinet",
                        "fake",
                        "",
                        Duration.ofMillis(50),
                        new DriverSettings() {},
                        List.of(lamp));
        return new DeviceLoop(
                spec,
                List.of(new PollGroup(second, List.of(0), List.of(0))),
                new Fake(),
                1,
                new ArrayBlockingQueue<>(4),
                clock,
                new Random(1));
    }

    private long follow(int tag, long bits) {
        written.add(bits);
        return bits;
    }

    private void write(Object value, Duration time) throws InterruptedException {
        desk.write(TAG, value, time, "erika");
    }

    private void fails(Outputs how, Duration time) {
        device = how;
        assertThatThrownBy(() -> write(1, time)).isInstanceOf(Exception.class);
        device = this::follow;
    }

    private void pass(Duration time) {
        clock.advance(time);
        desk.step();
    }

    private void awaitSafe() throws Exception {
        await("it falls back", () -> Long.valueOf(0).equals(written.poll()));
    }

    // What the driver throws is a mistake of ours, and the output must come back all the same.
    @Test
    void aFallBackThatBreaksIsTriedAgain() throws Exception {
        write(1, SHORT);
        assertThat(written.take()).isOne();
        var tried = new CountDownLatch(1);
        device =
                (_, _) -> {
                    tried.countDown();
                    throw new IllegalStateException("planted");
                };
        pass(SHORT);
        tried.await();
        device = this::follow;
        await(
                "it is tried again",
                () -> {
                    pass(WriteDesk.RETRY);
                    return Long.valueOf(0).equals(written.poll());
                });
    }

    @Test
    void aWriteThatBreaksMayHaveBeenTakenSoItFallsBack() throws Exception {
        fails(
                (_, _) -> {
                    throw new IllegalStateException("planted");
                },
                SHORT);
        pass(SHORT);
        awaitSafe();
        fails(
                (_, _) -> {
                    throw new InterruptedException("planted");
                },
                SHORT);
        pass(SHORT);
        awaitSafe();
    }

    @Test
    void aFailedWriteNeverPutsOffAFallBack() throws Exception {
        write(1, SHORT);
        fails(
                (_, _) -> {
                    throw new DriverException.Unreachable("planted", null);
                },
                LONG);
        fails(
                (_, _) -> {
                    throw new DriverException.Refused("planted", null);
                },
                LONG);
        assertThat(written.take()).isOne();
        pass(SHORT);
        awaitSafe();
    }

    @Test
    void whatWasRefusedIsNotTakenBack() throws Exception {
        write(1, Duration.ZERO);
        fails(
                (_, _) -> {
                    throw new DriverException.Refused("planted", null);
                },
                SHORT);
        pass(LONG);
        desk.close();
        assertThat(written).containsExactly(1L);
    }

    @Test
    void theEndTakesBackWhatHoldsForATimeAndNothingElse() throws Exception {
        write(1, LONG);
        desk.close();
        assertThat(written).containsExactly(1L, 0L);
        write(1, Duration.ZERO);
        desk.close();
        assertThat(written).containsExactly(1L, 0L, 1L);
    }

    @Test
    void aDeviceThatHangsDoesNotHoldUpTheEnd() throws Exception {
        write(1, LONG);
        var interrupted = new CountDownLatch(1);
        device =
                (_, bits) -> {
                    try {
                        new CountDownLatch(1).await();
                    } catch (InterruptedException e) {
                        interrupted.countDown();
                        throw e;
                    }
                    return bits;
                };
        desk.close();
        interrupted.await();
    }

    // Whoever asked is told within the time limit, and nothing happens once they have gone.
    @Test
    void aWriteThatCannotBeginInTimeIsNeverDone() throws Exception {
        var begun = new CountDownLatch(1);
        var go = new CountDownLatch(1);
        device =
                (tag, bits) -> {
                    begun.countDown();
                    go.await();
                    return follow(tag, bits);
                };
        var first =
                Thread.ofVirtual()
                        .start(() -> {
                            try {
                                write(1, Duration.ZERO);
                            } catch (InterruptedException _) {
                                Thread.currentThread().interrupt();
                            }
                        });
        begun.await();
        assertThatThrownBy(() -> write(0, Duration.ZERO))
                .isInstanceOf(ProblemException.class)
                .hasMessageContaining("another write");
        go.countDown();
        first.join();
        assertThat(written).containsExactly(1L);
    }
}
