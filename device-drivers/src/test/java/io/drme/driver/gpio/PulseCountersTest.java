package io.drme.driver.gpio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drme.driver.DeviceSpec;
import io.drme.driver.PushedDriver;
import io.drme.driver.TagSpec;
import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.model.Reason;
import io.drme.time.SystemClock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Flow meters and the like: edges that are counted, over a chip held by the test. */
@Timeout(60)
class PulseCountersTest {
    private static final String METER = "{address: 'line:5', type: int64, count: rising}";

    private static final Duration POLL = Duration.ofMillis(100);

    @TempDir Path directory;

    private final FakeChip chip = new FakeChip(8);

    /** The index of the first tag, which counts. */
    private int counter;

    private PushedDriver driver(String... tags) {
        var built = GpioRig.built("chip://" + FakeChip.PATH, List.of(tags), directory);
        var spec = built.spec();
        counter = built.group().tableIndexes().getFirst();
        var quick = spec.tags().stream().map(PulseCountersTest::quick).toList();
        return new GpioDriver(
                new DeviceSpec(
                        spec.name(),
                        spec.driver(),
                        spec.url(),
                        spec.timeout(),
                        spec.settings(),
                        quick),
                built.group(),
                directory,
                new SystemClock(),
                chip);
    }

    private static TagSpec quick(TagSpec tag) {
        return new TagSpec(
                tag.name(),
                tag.rawType(),
                tag.type(),
                tag.unit(),
                tag.scale(),
                tag.offset(),
                tag.low(),
                tag.high(),
                tag.deadband(),
                POLL,
                tag.stale(),
                tag.sync(),
                tag.address());
    }

    /** Takes until the newest count is this one; gives all samples on the way. */
    private Batch takeUntil(PushedDriver driver, long count) throws Exception {
        var batch = new Batch();
        var clock = new SystemClock();
        long deadline = clock.nanoTime() + Duration.ofSeconds(15).toNanos();
        while (newest(batch) != count) {
            assertThat(clock.nanoTime()).as("a count of %d", count).isLessThan(deadline);
            driver.take(batch, Duration.ofMillis(200));
        }
        return batch;
    }

    /** The newest value of the counter, which is the first tag; -1 where there is none. */
    private long newest(Batch batch) {
        for (int i = batch.size() - 1; i >= 0; i--) {
            if (batch.tags()[i] == counter) {
                return batch.bits()[i];
            }
        }
        return -1;
    }

    @Test
    void edgesAreCountedAndToldAtMostOnceAnInterval() throws Exception {
        try (var driver = driver(METER)) {
            driver.connect();
            takeUntil(driver, 0);
            long start = System.nanoTime();
            for (int i = 1; i <= 1_000; i++) {
                chip.pulse(5, 1, i * 10L);
            }
            var told = takeUntil(driver, 1_000);
            long intervals = (System.nanoTime() - start) / POLL.toNanos();
            assertThat((long) told.size()).isLessThanOrEqualTo(intervals + 2);
            assertThat(told.qualities()[told.size() - 1]).isEqualTo(Quality.GOOD);
            assertThat(told.sourceTimes()[told.size() - 1]).isEqualTo(10_000);
        }
    }

    @Test
    void firstChangeIsToldAtOnceAndTheNextAfterAnInterval() {
        var counter = new PulseCounter(7, Duration.ofNanos(100), 0);
        assertThat(counter.waitNanos(0)).isEqualTo(Long.MAX_VALUE);
        assertThat(counter.add(1, 11)).as("wakes").isTrue();
        assertThat(counter.waitNanos(0)).isZero();
        assertThat(counter.tell(0)).isEqualTo(new PulseCounter.Reading(8, 11));
        assertThat(counter.waitNanos(1)).isEqualTo(Long.MAX_VALUE);
        assertThat(counter.add(2, 12)).as("wakes").isTrue();
        assertThat(counter.add(1, 13)).as("wakes").isFalse();
        assertThat(counter.waitNanos(40)).isEqualTo(60);
        assertThat(counter.waitNanos(100)).isZero();
        assertThat(counter.tell(100)).isEqualTo(new PulseCounter.Reading(11, 13));
        assertThat(counter.waitNanos(1_000)).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void edgesThatTheKernelsBufferLostAreCountedAllTheSame() throws Exception {
        try (var driver = driver(METER, "{address: 'line:6'}")) {
            // All of it before anybody reads: more than the buffer holds.
            chip.afterRequest(() -> {
                chip.pulse(5, 1_000, 7);
                chip.afterRequest(() -> {});
            });
            driver.connect();
            takeUntil(driver, 1_000);
            assertThat(driver.lostValues()).isEqualTo(1_000 - ChipLines.EVENT_BUFFER);
        }
    }

    @Test
    void bothEdgesOrFallingOnesAreCountedWhereTheTagSaysSo() throws Exception {
        try (var driver = driver("{address: 'line:5', count: both}")) {
            driver.connect();
            takeUntil(driver, 0);
            chip.pulse(5, 3, 10);
            takeUntil(driver, 6);
        }
        try (var driver = driver("{address: 'line:6', type: uint64, count: falling}")) {
            driver.connect();
            takeUntil(driver, 0);
            chip.pulse(6, 3, 10);
            takeUntil(driver, 3);
        }
    }

    @Test
    void countGoesOnOverReconnectsAndRestarts() throws Exception {
        try (var driver = driver(METER)) {
            driver.connect();
            chip.pulse(5, 3, 10);
            takeUntil(driver, 3);
            driver.disconnect();
            chip.pulse(5, 50, 10); // nobody watches: not counted, and nothing goes back
            driver.connect();
            assertThat(takeUntil(driver, 3).size()).isEqualTo(1);
            chip.pulse(5, 2, 20);
            takeUntil(driver, 5);
        }
        try (var driver = driver(METER)) {
            driver.connect();
            takeUntil(driver, 5);
        }
    }

    // What is in the record must never be more than what the next run begins with.
    @Test
    void countIsOnDiskBeforeItIsTold() throws Exception {
        var driver = driver(METER);
        driver.connect();
        takeUntil(driver, 0);
        chip.pulse(5, 7, 10);
        takeUntil(driver, 7);
        // As kill -9 leaves it: nothing closed.
        var kept = CountFile.read(directory.resolve("gpio/cabinet.counts"));
        assertThat(kept.count("cabinet/t0 line:5 rising")).isEqualTo(7);
        driver.close();
    }

    // A stop interrupts the device's thread, which must not tear the file from its hands.
    @Test
    void cleanStopKeepsWhatWasNotToldYet() throws Exception {
        var driver = driver(METER);
        driver.connect();
        takeUntil(driver, 0);
        chip.pulse(5, 1, 10);
        takeUntil(driver, 1);
        chip.pulse(5, 200, 20);
        var last = new Batch();
        driver.take(last, Duration.ofMillis(1));
        Thread.currentThread().interrupt();
        driver.close();
        assertThat(Thread.interrupted()).isTrue();
        var kept = CountFile.read(directory.resolve("gpio/cabinet.counts"));
        assertThat(kept.count("cabinet/t0 line:5 rising")).isEqualTo(201);
    }

    @Test
    void counterOnAnotherLineIsAnotherMeter() throws Exception {
        try (var driver = driver(METER)) {
            driver.connect();
            chip.pulse(5, 3, 10);
            takeUntil(driver, 3);
        }
        try (var driver = driver("{address: 'line:6', count: rising}")) {
            driver.connect();
            takeUntil(driver, 0);
        }
        try (var driver = driver(METER)) {
            driver.connect();
            takeUntil(driver, 3);
        }
    }

    @Test
    void countsThatCannotBeReadBeginAtZeroAndSaySo() throws Exception {
        var file = directory.resolve("gpio/cabinet.counts");
        Files.createDirectories(file.getParent());
        Files.writeString(file, "no counts");
        try (var driver = driver(METER)) {
            driver.connect();
            var first = takeUntil(driver, 0);
            assertThat(first.qualities()[0]).isEqualTo(Quality.uncertain(Reason.DEVICE_UNCERTAIN));
            chip.pulse(5, 1, 10);
            var next = takeUntil(driver, 1);
            assertThat(next.qualities()[next.size() - 1]).isEqualTo(Quality.GOOD);
        }
    }

    @Test
    void countOfBoolAndEdgeOfACounterAreRefused() {
        for (var wrong :
                List.of(
                        "{address: 'line:5', type: bool, count: rising}",
                        "{address: 'line:5', type: int64, edge: rising}",
                        "{address: 'line:5', type: int32}")) {
            assertThatThrownBy(() -> GpioRig.built("chip:///dev/x", List.of(wrong), directory))
                    .as(wrong)
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void lineNumbersWrapAndAnotherBeginningIsNoLoss() {
        var numbers = new LineNumbers();
        assertThat(numbers.lostBefore(1)).isZero();
        assertThat(numbers.lostBefore(5)).isEqualTo(3);
        assertThat(numbers.lostBefore(2)).isEqualTo(LineNumbers.UNKNOWN);
        assertThat(numbers.lostBefore(1_000_003)).isEqualTo(LineNumbers.MOST_LOST);
        assertThat(numbers.lostBefore(2_000_005)).isEqualTo(LineNumbers.UNKNOWN);
        assertThat(numbers.lostBefore(-3)).isEqualTo(LineNumbers.UNKNOWN);
        assertThat(numbers.lostBefore(-1)).isEqualTo(1);
        assertThat(numbers.lostBefore(0)).isZero();
    }

    // A peer that is wrong, or another program's bug, must not make a meter run.
    @Test
    void jumpOfTheNumbersAddsNoPulsesAndIsUncertain() throws Exception {
        try (var driver = driver(METER)) {
            driver.connect();
            takeUntil(driver, 0);
            chip.jump(5, 5_000_000);
            chip.pulse(5, 1, 10);
            var told = takeUntil(driver, 1);
            assertThat(told.qualities()[told.size() - 1])
                    .isEqualTo(Quality.uncertain(Reason.DEVICE_UNCERTAIN));
            chip.pulse(5, 1, 20);
            var next = takeUntil(driver, 2);
            assertThat(next.qualities()[next.size() - 1]).isEqualTo(Quality.GOOD);
        }
    }

    // The next run would begin lower than what is in the record as good.
    @Test
    void countThatTheDiskDoesNotTakeIsUncertain() throws Exception {
        try (var driver = driver(METER)) {
            driver.connect();
            takeUntil(driver, 0);
            var file = directory.resolve("gpio/cabinet.counts");
            Files.delete(file);
            Files.createDirectory(file);
            chip.pulse(5, 1, 10);
            var told = takeUntil(driver, 1);
            assertThat(told.qualities()[told.size() - 1])
                    .isEqualTo(Quality.uncertain(Reason.DEVICE_UNCERTAIN));
            Files.delete(file);
            chip.pulse(5, 1, 20);
            var next = takeUntil(driver, 2);
            assertThat(next.qualities()[next.size() - 1]).isEqualTo(Quality.GOOD);
        }
    }

    @Test
    void edgesThatWereReplacedAndThoseLeftAtTheEndAreCountedAsLost() throws Exception {
        var lost = new AtomicLong();
        var built =
                GpioRig.built("chip://" + FakeChip.PATH, List.of("{address: 'line:5'}"), directory);
        var clock = new SystemClock();
        var lines = List.of((GpioAddress) built.spec().tags().getFirst().address());
        var counting = new Counting(built.spec(), List.of(0), directory.resolve("unused"), clock);
        var backend = new ChipLines("cabinet", Path.of(FakeChip.PATH), clock, chip);
        var watch =
                new LineWatch(
                        new LineWatch.Device("cabinet", lines, counting, lost, clock),
                        List.of(0),
                        backend);
        watch.begin(backend.open(lines));
        int given = LineWatch.MAX_WAITING + 100;
        for (int i = 1; i <= given; i++) {
            watch.changed(0, i % 2 == 0, i, i);
        }
        int taken = watch.take(Duration.ZERO).size();
        assertThat(taken).isEqualTo(LineWatch.MAX_WAITING + 1);
        assertThat(taken + lost.get()).isEqualTo(given);
        watch.changed(0, true, given + 1, given + 1);
        watch.end();
        assertThat(taken + lost.get()).isEqualTo(given + 1);
    }
}
