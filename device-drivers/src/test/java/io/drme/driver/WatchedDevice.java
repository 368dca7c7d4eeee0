package io.drme.driver;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.driver.DeviceStatus.State;
import io.drme.model.Batch;
import io.drme.time.Clock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * A device's loop on a thread of its own, and a second thread that hands each batch to a test,
 * which must not throw there.
 */
public final class WatchedDevice implements AutoCloseable {
    private static final int MOST_BATCHES = 256;
    private static final Duration GOOD_WITHIN = Duration.ofSeconds(60);
    private static final Duration LOOK_EVERY = Duration.ofMillis(100);

    private final String name;
    private final Clock clock;
    private final ArrayBlockingQueue<Batch> queue = new ArrayBlockingQueue<>(MOST_BATCHES);
    private final DeviceLoop loop;
    private final Thread reader;
    private final Thread watcher;

    /**
     * Starts both threads.
     *
     * @param directory the driver's own
     * @param watch called on one thread, in the order of the batches
     */
    public WatchedDevice(
            DeviceFixture fixture,
            DriverFactory factory,
            Path directory,
            Clock clock,
            Consumer<Batch> watch) {
        this.name = fixture.spec().name();
        this.clock = clock;
        var driver = factory.create(fixture.spec(), fixture.groups(), directory, clock);
        this.loop =
                new DeviceLoop(
                        fixture.spec(),
                        fixture.groups(),
                        driver,
                        0,
                        queue,
                        clock,
                        new SplittableRandom(name.hashCode()));
        this.reader = Thread.ofVirtual().name("device-" + name).start(loop);
        this.watcher = Thread.ofVirtual().name("watch-" + name).start(() -> watch(watch));
    }

    private void watch(Consumer<Batch> watch) {
        try {
            while (true) {
                var batch = queue.poll(1, TimeUnit.SECONDS);
                if (batch != null && batch.size() > 0) {
                    watch.accept(batch);
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** What the loop tells of itself. */
    public DeviceStatus status() {
        return loop.status();
    }

    /** Waits until {@code enough} came; fails where that takes more than a minute. */
    public void awaitGood(BooleanSupplier enough) throws InterruptedException {
        long until = clock.nanoTime() + GOOD_WITHIN.toNanos();
        while (!enough.getAsBoolean() && clock.nanoTime() - until < 0) {
            clock.sleep(LOOK_EVERY);
        }
        assertThat(enough.getAsBoolean())
                .as("%s delivers again: %s", name, status().lastError())
                .isTrue();
        assertThat(status().state()).as("%s: %s", name, status().lastError()).isEqualTo(State.GOOD);
    }

    /** Ends both threads; fails where the loop does not end. */
    @Override
    public void close() {
        loop.stop();
        watcher.interrupt();
        try {
            assertThat(reader.join(Duration.ofSeconds(10))).as("%s ends", name).isTrue();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
