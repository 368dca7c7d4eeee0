package io.drme.driver.gpio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drme.driver.DeviceFixture;
import io.drme.driver.DeviceLoop;
import io.drme.driver.DeviceStatus.State;
import io.drme.driver.DriverException;
import io.drme.driver.PushedDriver;
import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.sim.fault.Fault;
import io.drme.sim.fault.FaultKind;
import io.drme.sim.fault.Faults;
import io.drme.time.SystemClock;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Chips that misbehave in each way that the simulator knows. The level of a line says which one it
 * is: odd ones are high and even ones low, but for one that swings and one whose pulses are
 * counted.
 */
@Timeout(60)
class BadChipsTest {
    private static final int CONSTANT = 6;
    private static final int SWINGING = 6;
    private static final int COUNTED = 7;
    private static final int DRIVEN = 8;
    private static final int TAGS = 9;

    private static final String CHIP =
            """
            chip-lines: 32
            tick: 1ms
            lines:
              1: {value: true}
              3: {value: true}
              5: {value: true}
              6: {value: {square: {period: 60ms}}}
              7: {value: {square: {period: 40ms}}}
            """;

    private static final Duration DELAY = Duration.ofMillis(60);
    private static final Duration PAUSE = Duration.ofMillis(100);

    /** With these the levels themselves are wrong, and nobody can tell. */
    private static final Set<FaultKind> LYING = Set.of(FaultKind.SPIKES);

    @TempDir Path directory;

    private final SystemClock clock = new SystemClock();

    private GpioRig rig() throws Exception {
        return new GpioRig(CHIP, List.of("{address: 'line:0'}"));
    }

    private DeviceFixture fixture(GpioRig rig, Duration timeout) {
        var yaml =
                new StringBuilder(
                        "url: \"%s\"\ntimeout: %dms\ntags:\n"
                                .formatted(rig.url(), timeout.toMillis()));
        for (int line = 0; line < TAGS; line++) {
            yaml.append(
                    "  line-%d: {address: \"line:%d\", poll: 20ms%s}\n"
                            .formatted(
                                    line,
                                    line,
                                    line == COUNTED
                                            ? ", count: rising"
                                            : line == DRIVEN ? ", access: write, safe: 1" : ""));
        }
        return DeviceFixture.of("cabinet", new GpioDriverFactory(), yaml.toString());
    }

    private PushedDriver driver(DeviceFixture fixture) {
        return new GpioDriver(
                fixture.spec(), fixture.groups().getFirst(), directory, clock, Libc.INSTANCE);
    }

    private static void fault(GpioRig rig, FaultKind kind, Duration delay) {
        rig.faults().set(Faults.WHOLE, new Fault(kind, delay, 0), Optional.empty());
    }

    /** What the samples of one device said until now. */
    private static final class Heard {
        private final Set<Integer> good = new HashSet<>();
        private long count;
        private int swings;
        private boolean lying;

        /** Each good value is its own line's. */
        void check(Batch batch) {
            for (int i = 0; i < batch.size(); i++) {
                if (!Quality.isGood(batch.qualities()[i])) {
                    continue;
                }
                int line = batch.tags()[i] - DeviceFixture.FIRST_TABLE_INDEX;
                long bits = batch.bits()[i];
                good.add(line);
                if (line < CONSTANT && !lying) {
                    assertThat(bits).as("line %d", line).isEqualTo(line % 2);
                } else if (line == SWINGING) {
                    swings++;
                } else if (line == COUNTED) {
                    assertThat(bits).as("the count").isGreaterThanOrEqualTo(count);
                    count = bits;
                } else if (line == DRIVEN && !lying) {
                    assertThat(bits).as("the output").isEqualTo(1);
                }
            }
        }
    }

    private static void hear(PushedDriver driver, Heard heard) throws Exception {
        var batch = new Batch();
        driver.take(batch, PAUSE);
        heard.check(batch);
    }

    /** Takes, and connects anew where that is needed, until all lines live. */
    private void awaitAll(PushedDriver driver, Heard heard) throws Exception {
        long until = clock.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        heard.swings = 0;
        long before = heard.count;
        while (heard.good.size() < TAGS || heard.swings < 4 || heard.count < before + 3) {
            assertThat(clock.nanoTime()).as("all of it, not %s", heard.good).isLessThan(until);
            try {
                driver.connect();
                hear(driver, heard);
            } catch (DriverException.Unreachable _) {
                driver.disconnect();
            }
        }
    }

    static Stream<FaultKind> modes() throws Exception {
        try (var rig = new GpioRig(CHIP, List.of("{address: 'line:0'}"))) {
            return rig.faultKinds().stream().sorted();
        }
    }

    @Test
    void moreThanADozenModesAreTried() throws Exception {
        assertThat(modes().toList()).hasSizeGreaterThanOrEqualTo(12).doesNotContain(FaultKind.NONE);
    }

    // First while the driver listens, then where it connects.
    @ParameterizedTest
    @MethodSource("modes")
    void noValueEverLandsOnAnotherTagAndTheDriverRecovers(FaultKind kind) throws Exception {
        var heard = new Heard();
        try (var rig = rig();
                var driver = driver(fixture(rig, Duration.ofMillis(200)))) {
            driver.connect();
            awaitAll(driver, heard);
            heard.lying = LYING.contains(kind);
            fault(rig, kind, DELAY);
            for (int i = 0; i < 6; i++) {
                try {
                    driver.connect();
                    hear(driver, heard);
                    if (i == 3) {
                        driver.disconnect();
                    }
                } catch (DriverException.Unreachable e) {
                    assertThat(e).hasMessageContaining("device cabinet");
                    driver.disconnect();
                }
            }
            fault(rig, FaultKind.NONE, DELAY);
            if (heard.lying) {
                driver.disconnect(); // lies that are on their way are none of the truth to come
            }
            heard.lying = false;
            awaitAll(driver, heard);
        }
    }

    // Two devices, each with its loop and its thread: what one does must not be felt by the other.
    @ParameterizedTest
    @EnumSource(
            value = FaultKind.class,
            names = {"SILENT", "RESET", "EXCEPTION", "GARBAGE", "HALF_OPEN", "SHORT", "RESTART"})
    void aGoodNeighbourHearsOnAndTheBadOneComesBackByItself(FaultKind kind) throws Exception {
        try (var badChip = rig();
                var goodChip = rig();
                var bad = new Running(badChip);
                var good = new Running(goodChip)) {
            bad.awaitAll();
            good.awaitAll();
            fault(badChip, kind, Duration.ofMillis(500));
            bad.awaitState(State.UNREACHABLE);
            good.awaitAll();
            assertThat(good.loop.status().counters().badSamples()).isZero();
            assertThat(good.loop.status().counters().failures()).isZero();
            fault(badChip, FaultKind.NONE, DELAY);
            bad.awaitState(State.GOOD);
            bad.awaitAll();
        }
    }

    /** A device's loop in its own thread, with the queue that it fills. */
    private final class Running implements AutoCloseable {
        private final ArrayBlockingQueue<Batch> queue = new ArrayBlockingQueue<>(4);
        private final Heard heard = new Heard();
        private final DeviceLoop loop;
        private final Thread thread;

        Running(GpioRig rig) {
            var fixture = fixture(rig, Duration.ofSeconds(1));
            var own = directory.resolve("of-" + rig.address().getPort());
            var driver =
                    new GpioDriver(
                            fixture.spec(), fixture.groups().getFirst(), own, clock, Libc.INSTANCE);
            loop =
                    new DeviceLoop(
                            fixture.spec(),
                            fixture.groups(),
                            driver,
                            0,
                            queue,
                            clock,
                            new SplittableRandom(1));
            thread = Thread.ofVirtual().name("device").start(loop);
        }

        private void next() throws InterruptedException {
            var batch = queue.poll(30, TimeUnit.SECONDS);
            assertThat(batch).as("a tick").isNotNull();
            heard.check(batch);
        }

        void awaitAll() throws InterruptedException {
            long count = heard.count;
            int swings = heard.swings;
            while (heard.good.size() < TAGS
                    || heard.count < count + 3
                    || heard.swings < swings + 3) {
                next();
            }
        }

        void awaitState(State state) throws InterruptedException {
            while (loop.status().state() != state) {
                next();
            }
        }

        @Override
        public void close() {
            loop.stop();
            queue.clear();
            try {
                assertThat(thread.join(Duration.ofSeconds(10))).isTrue();
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        }
    }

    // The kernel numbers what it drops, so the count is right, and the loss is told.
    @Test
    void lostEdgesAreCountedAndTold() throws Exception {
        try (var rig = rig();
                var driver =
                        (PushedDriver)
                                rig.driverOf(directory, "{address: 'line:20', count: both}")) {
            driver.connect();
            hear(driver, new Heard());
            fault(rig, FaultKind.LOST_EDGES, Duration.ofMillis(300));
            for (int i = 0; i < 10; i++) {
                byHand(rig, "set 20 " + (i + 1) % 2);
            }
            var batch = new Batch();
            long until = clock.nanoTime() + TimeUnit.SECONDS.toNanos(20);
            while (batch.size() == 0 || batch.bits()[batch.size() - 1] < 10) {
                assertThat(clock.nanoTime()).isLessThan(until);
                driver.take(batch, PAUSE);
            }
            assertThat(batch.bits()[batch.size() - 1]).isEqualTo(10);
            assertThat(driver.lostValues()).isPositive();
        }
    }

    @Test
    void bouncingContactGivesOneEdgeWhereItIsDebounced() throws Exception {
        try (var rig = rig();
                var driver =
                        (PushedDriver)
                                rig.driverOf(
                                        directory,
                                        "{address: 'line:20', count: both}",
                                        "{address: 'line:21', count: both, debounce: 60ms}")) {
            driver.connect();
            driver.take(new Batch(), PAUSE);
            fault(rig, FaultKind.CHATTER, DELAY);
            byHand(rig, "get 20");
            clock.sleep(Duration.ofMillis(20)); // the simulator sees the lines as they are
            byHand(rig, "set 20 1");
            byHand(rig, "set 21 1");
            var counts = new long[2];
            long until = clock.nanoTime() + TimeUnit.SECONDS.toNanos(20);
            while (counts[0] < 3 || counts[1] < 1) {
                assertThat(clock.nanoTime()).as("%d, %d", counts[0], counts[1]).isLessThan(until);
                var batch = new Batch();
                driver.take(batch, PAUSE);
                for (int i = 0; i < batch.size(); i++) {
                    counts[batch.tags()[i] - GpioRig.FIRST_INDEX] = batch.bits()[i];
                }
            }
            assertThat(counts[1]).isEqualTo(1);
        }
    }

    @Test
    void wrongClockIsSeenInTheTimeOfTheEdge() throws Exception {
        try (var rig = rig();
                var driver = (PushedDriver) rig.driverOf(directory, "{address: 'line:20'}")) {
            fault(rig, FaultKind.WRONG_CLOCK, Duration.ofHours(1));
            driver.connect();
            var batch = new Batch();
            driver.take(batch, PAUSE);
            var off = Duration.ofNanos(clock.epochNanos() - batch.sourceTimes()[0]);
            assertThat(off).isBetween(Duration.ofMinutes(59), Duration.ofMinutes(61));
        }
    }

    @Test
    void stuckChipDoesNotMoveAndGoesOnAfterwards() throws Exception {
        try (var rig = rig();
                var driver = (PushedDriver) rig.driverOf(directory, "{address: 'line:20'}")) {
            driver.connect();
            driver.take(new Batch(), PAUSE);
            fault(rig, FaultKind.STUCK, DELAY);
            byHand(rig, "set 20 1");
            var batch = new Batch();
            driver.take(batch, PAUSE);
            assertThat(batch.size()).isZero();
            fault(rig, FaultKind.NONE, DELAY);
            driver.take(batch, Duration.ofSeconds(10));
            assertThat(batch.bits()[0]).isEqualTo(1);
        }
    }

    @Test
    void outputOfAStuckChipDoesNotFollowAndIsReadBackSo() throws Exception {
        try (var rig = rig();
                var driver =
                        (PushedDriver)
                                rig.driverOf(
                                        directory,
                                        "{address: 'line:20', access: write, safe: 0}")) {
            driver.connect();
            var outputs = driver.outputs().orElseThrow();
            fault(rig, FaultKind.STUCK, DELAY);
            assertThat(outputs.write(0, 1)).isZero();
            fault(rig, FaultKind.SHORT, DELAY);
            assertThatThrownBy(() -> outputs.write(0, 1))
                    .isInstanceOf(DriverException.Unreachable.class);
        }
    }

    @Test
    void secondClientIsTurnedAwayWhereThereIsOneConnection() throws Exception {
        try (var rig = rig();
                var first =
                        (PushedDriver)
                                rig.driverOf(directory, "{address: 'line:7', count: rising}");
                var second = (PushedDriver) rig.driverOf(directory, "{address: 'line:6'}")) {
            first.connect();
            fault(rig, FaultKind.ONE_CONNECTION, DELAY);
            assertThatThrownBy(second::connect).isInstanceOf(DriverException.Unreachable.class);
            var batch = new Batch();
            first.take(batch, PAUSE);
            first.take(batch, Duration.ofSeconds(10));
            assertThat(batch.size()).isPositive();
        }
    }

    /** One command on the control port; returns once the simulator has done it. */
    private static void byHand(GpioRig rig, String command) throws Exception {
        try (var socket = new Socket(rig.address().getAddress(), rig.address().getPort());
                var in =
                        new BufferedReader(
                                new InputStreamReader(
                                        socket.getInputStream(), StandardCharsets.US_ASCII))) {
            in.readLine();
            socket.getOutputStream().write((command + "\n").getBytes(StandardCharsets.US_ASCII));
            assertThat(in.readLine()).startsWith("level ");
        }
    }
}
