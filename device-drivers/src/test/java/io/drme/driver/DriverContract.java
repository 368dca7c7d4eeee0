package io.drme.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.model.Reason;
import io.drme.time.Clock;
import io.drme.time.SystemClock;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What every driver must do. A driver's own test implements {@link #rig} against its simulator and
 * gets all of it.
 */
@Timeout(60)
public interface DriverContract {
    /** How long a test waits for what must come; only a failing test waits so long. */
    Duration LIMIT = Duration.ofSeconds(15);

    /** One poll group, the only one. */
    int GROUP = 0;

    /** Makes a running simulated device with a driver that is wired to it, anew for each test. */
    Rig rig() throws Exception;

    /** A simulated device and what a test may do to it. */
    interface Rig extends AutoCloseable {
        /**
         * A driver, not connected, with one poll group of at least the two tags {@link #known} and
         * {@link #unknown}; the device's time limit is short.
         */
        Driver driver();

        /** A driver of the same settings whose URL leads to a port on which nobody listens. */
        Driver driverToNowhere();

        /** The device's name, for example {@code press-3}. */
        String device();

        /** The table indexes of all tags that a batch of the group has to hold. */
        Set<Integer> tags();

        /** Table index of a tag that the device serves. */
        int known();

        /** Table index of a tag whose address the device does not have. */
        int unknown();

        /** Makes the device fall silent, as if its cable had been pulled. */
        void unplug() throws Exception;

        /** Undoes {@link #unplug}. */
        void replug() throws Exception;

        /** Ends the device and everything connected to it. */
        void kill() throws Exception;

        /** Starts the device on the same address after {@link #kill}. */
        void restart() throws Exception;

        @Override
        void close();
    }

    @Test
    default void eachTagOfTheGroupGetsASample() throws Exception {
        try (var rig = rig();
                var driver = rig.driver()) {
            driver.connect();
            assertThat(readAll(driver, rig)).containsOnlyKeys(rig.tags());
        }
    }

    // One wrong address in a scan of hundreds must not cost the others.
    @Test
    default void unknownAddressIsABadReadingAndSparesItsNeighbours() throws Exception {
        try (var rig = rig();
                var driver = rig.driver()) {
            driver.connect();
            var qualities = readAll(driver, rig);
            assertThat(qualities)
                    .containsEntry(rig.known(), Quality.GOOD)
                    .containsEntry(rig.unknown(), Quality.bad(Reason.UNKNOWN_ADDRESS));
        }
    }

    @Test
    default void sourceTimesAreNow() throws Exception {
        try (var rig = rig();
                var driver = rig.driver()) {
            driver.connect();
            var batch = new Batch();
            long now = new SystemClock().epochNanos();
            readInto(driver, batch, Set.of(rig.known()));
            for (int i = 0; i < batch.size(); i++) {
                assertThat(batch.sourceTimes()[i])
                        .isCloseTo(now, within(Duration.ofMinutes(1).toNanos()));
            }
        }
    }

    @Test
    default void losingTheDeviceIsToldAndNamesIt() throws Exception {
        try (var rig = rig();
                var driver = rig.driver()) {
            driver.connect();
            readAll(driver, rig);
            rig.kill();
            assertThatThrownBy(() -> readUntilLost(driver))
                    .isInstanceOf(DriverException.Unreachable.class)
                    .hasMessageContaining(rig.device());
            assertThat(driver.lastExchange().error()).isNotEmpty();
        }
    }

    // A dead device often keeps its socket open: silence must be told too, not only a reset.
    @Test
    default void aSilentDeviceIsNotSaidToBeAlive() throws Exception {
        try (var rig = rig();
                var driver = rig.driver()) {
            driver.connect();
            readAll(driver, rig);
            rig.unplug();
            assertThat(isToldSilent(driver)).isTrue();
        }
    }

    @Test
    default void comesBackOnceTheCableIsPluggedInAgain() throws Exception {
        try (var rig = rig();
                var driver = rig.driver()) {
            driver.connect();
            readAll(driver, rig);
            rig.unplug();
            assertThat(isToldSilent(driver)).isTrue();
            rig.replug();
            driver.disconnect();
            connectWithinLimit(driver);
            assertThat(readAll(driver, rig)).containsEntry(rig.known(), Quality.GOOD);
        }
    }

    @Test
    default void comesBackAfterTheDeviceWasRestarted() throws Exception {
        try (var rig = rig();
                var driver = rig.driver()) {
            driver.connect();
            readAll(driver, rig);
            rig.kill();
            assertThatThrownBy(() -> readUntilLost(driver)).isInstanceOf(DriverException.class);
            driver.disconnect();
            rig.restart();
            connectWithinLimit(driver);
            assertThat(readAll(driver, rig)).containsEntry(rig.known(), Quality.GOOD);
        }
    }

    @Test
    default void connectingToNobodyIsUnreachableAndNamesTheDevice() throws Exception {
        try (var rig = rig();
                var driver = rig.driverToNowhere()) {
            assertThatThrownBy(driver::connect)
                    .isInstanceOf(DriverException.Unreachable.class)
                    .hasMessageContaining(rig.device());
        }
    }

    @Test
    default void connectingTwiceDoesNothing() throws Exception {
        try (var rig = rig();
                var driver = rig.driver()) {
            driver.connect();
            driver.connect();
            assertThat(readAll(driver, rig)).containsOnlyKeys(rig.tags());
        }
    }

    @Test
    default void disconnectingAndClosingTwiceIsHarmless() throws Exception {
        try (var rig = rig()) {
            var driver = rig.driver();
            assertThat(driver.lastExchange()).isEqualTo(Exchange.NONE);
            driver.disconnect();
            driver.connect();
            driver.disconnect();
            driver.disconnect();
            driver.close();
            driver.close();
        }
    }

    // A reload or SIGTERM must not wait for a device that hangs.
    @Test
    default void closingFromAnotherThreadEndsABlockedCall() throws Exception {
        try (var rig = rig()) {
            var driver = rig.driver();
            driver.connect();
            readAll(driver, rig);
            rig.unplug();
            var ended = new CountDownLatch(1);
            var reader =
                    Thread.ofVirtual().name("reader").start(() -> readThenCountDown(driver, ended));
            driver.close();
            assertThat(ended.await(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
            reader.join(LIMIT);
        }
    }

    private static void readThenCountDown(Driver driver, CountDownLatch ended) {
        try {
            readOnce(driver, new Batch(), LIMIT.multipliedBy(2));
        } catch (DriverException _) {
            // What a closed driver says is its own affair; that it returns is what counts.
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            ended.countDown();
        }
    }

    /** Reads until there is a sample of each tag; gives the newest quality of each. */
    static Map<Integer, Byte> readAll(Driver driver, Rig rig) throws Exception {
        var batch = new Batch();
        readInto(driver, batch, rig.tags());
        var qualities = new TreeMap<Integer, Byte>();
        for (int i = 0; i < batch.size(); i++) {
            qualities.put(batch.tags()[i], batch.qualities()[i]);
        }
        return qualities;
    }

    /** Reads until there is a sample of each wanted tag. */
    static void readInto(Driver driver, Batch batch, Set<Integer> wanted) throws Exception {
        Clock clock = new SystemClock();
        long deadline = clock.nanoTime() + LIMIT.toNanos();
        var missing = new HashSet<>(wanted);
        while (!missing.isEmpty()) {
            assertThat(clock.nanoTime())
                    .as("samples missing of tags %s", missing)
                    .isLessThan(deadline);
            readOnce(driver, batch, Duration.ofMillis(200));
            for (int i = 0; i < batch.size(); i++) {
                missing.remove(batch.tags()[i]);
            }
        }
    }

    private static boolean readOnce(Driver driver, Batch batch, Duration wait)
            throws DriverException, InterruptedException {
        return switch (driver) {
            case PolledDriver polled -> {
                polled.poll(GROUP, batch);
                yield true;
            }
            case PushedDriver pushed -> pushed.take(batch, wait);
        };
    }

    private static void readUntilLost(Driver driver) throws Exception {
        Clock clock = new SystemClock();
        long deadline = clock.nanoTime() + LIMIT.toNanos();
        while (clock.nanoTime() < deadline) {
            readOnce(driver, new Batch(), Duration.ofMillis(100));
        }
    }

    /** Whether the driver throws, or stops to say that the device is alive. */
    private static boolean isToldSilent(Driver driver) throws Exception {
        Clock clock = new SystemClock();
        long deadline = clock.nanoTime() + LIMIT.toNanos();
        while (clock.nanoTime() < deadline) {
            try {
                if (!readOnce(driver, new Batch(), Duration.ofMillis(500))) {
                    return true;
                }
            } catch (DriverException.Unreachable _) {
                return true;
            }
        }
        return false;
    }

    /** Connects as an owner does: again until it works. */
    private static void connectWithinLimit(Driver driver) throws Exception {
        Clock clock = new SystemClock();
        long deadline = clock.nanoTime() + LIMIT.toNanos();
        while (true) {
            try {
                driver.connect();
                return;
            } catch (DriverException.Unreachable e) {
                driver.disconnect();
                if (clock.nanoTime() > deadline) {
                    throw e;
                }
                clock.sleep(Duration.ofMillis(50));
            }
        }
    }
}
