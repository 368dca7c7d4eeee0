package io.drme.stream;

import static io.drme.stream.OperatorContract.START;

import io.drme.model.Quality;
import io.drme.model.Reason;
import io.drme.model.ValueType;
import io.drme.stream.OperatorContract.Item;
import io.drme.stream.OperatorContract.Subject;
import io.drme.stream.OperatorContract.Unit;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What changes and throttle pass is what their pages say, one by one, in batches and with restarts
 * between any two samples.
 *
 * <p>Planted and caught: a difference from the last sample and not from the last one passed; a time
 * that is not counted from the last one passed; NaN that differs from itself; a text or a sample
 * that waits, lost by a restart; a last value that passes twice, or a moment too late.
 */
class PassingModelTest {
    private static final List<ValueType> TYPES = List.of(ValueType.values());
    private static final long SECOND = 1_000_000_000L;
    private static final long GRAIN = SECOND / 4; // so that ends are met exactly
    private static final double[] VALUES = {
        0, -0.0, 1, 1.5, 2, 3, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY
    };

    /** Samples of one tag and ticks; several samples may be of one time. */
    private static List<Item> items(Random random, ValueType type) {
        var items = new ArrayList<Item>();
        long time = START;
        for (int i = 0; i < 120; i++) {
            time += random.nextInt(5) == 0 ? 0 : GRAIN * random.nextInt(9);
            if (random.nextInt(3) == 0) {
                items.add(new Item(-1, 0, 0, "", (byte) 0, time));
                continue;
            }
            var text = type == ValueType.TEXT ? "t" + random.nextInt(2) : "";
            items.add(new Item(0, time, bits(random, type), text, quality(random), time));
        }
        return items;
    }

    private static long bits(Random random, ValueType type) {
        return switch (type) {
            case BOOLEAN -> random.nextInt(2);
            case INT64 ->
                    random.nextInt(4) == 0 ? Long.MAX_VALUE - random.nextInt(2) : random.nextInt(4);
            case FLOAT64 -> Double.doubleToRawLongBits(VALUES[random.nextInt(VALUES.length)]);
            case TEXT -> 0;
        };
    }

    private static byte quality(Random random) {
        return switch (random.nextInt(12)) {
            case 0 -> Quality.bad(Reason.TIMEOUT);
            case 1 -> Quality.bad(Reason.COMMS_LOST);
            case 2 -> Quality.uncertain(Reason.DEVICE_UNCERTAIN);
            default -> Quality.GOOD;
        };
    }

    private static Lane lane(Random random) {
        return new Lane("a", "", TYPES.get(random.nextInt(TYPES.size())), random.nextBoolean());
    }

    @ParameterizedTest
    @MethodSource("io.drme.testing.Seeds#all")
    void whatDiffersFromTheLastOnePassedPasses(long seed) throws IOException {
        var random = OperatorContract.random(seed);
        var lane = lane(random);
        double by = random.nextInt(3) * 0.75;
        long atLeast = random.nextBoolean() ? Long.MAX_VALUE : GRAIN * random.nextInt(1, 36);
        var every =
                atLeast == Long.MAX_VALUE
                        ? Optional.<Duration>empty()
                        : Optional.of(Duration.ofNanos(atLeast));
        var step = new ChangesStep(by, every);
        var items = items(random, lane.type());

        Item passed = null;
        var expected = new ArrayList<String>();
        for (var item : items) {
            if (item.lane() < 0) {
                continue;
            }
            boolean isOver = passed != null && item.sourceTime() - passed.sourceTime() >= atLeast;
            if (passed == null || isOver || differs(item, passed, lane.type(), by)) {
                expected.add(OperatorContract.line(item, lane));
                passed = item;
            }
        }
        expected.add(OperatorContract.late(0));

        var subject = new Subject(List.of(lane), () -> new ChangesOperator(List.of(lane), step));
        OperatorContract.check(subject, items, expected, Unit.SAMPLE, seed);
    }

    /** A bad sample has no value; of numbers that are none each kind differs from all others. */
    private static boolean differs(Item item, Item passed, ValueType type, double by) {
        if (item.quality() != passed.quality()) {
            return true;
        }
        if (Quality.isBad(item.quality())) {
            return false;
        }
        return switch (type) {
            case BOOLEAN -> item.bits() != passed.bits();
            case TEXT -> !item.text().equals(passed.text());
            case INT64 ->
                    Math.abs(item.bits() - passed.bits()) > by; // no two that overflow are drawn
            case FLOAT64 -> {
                double value = Double.longBitsToDouble(item.bits());
                double before = Double.longBitsToDouble(passed.bits());
                boolean isSame =
                        (Double.isFinite(value) && Double.isFinite(before))
                                ? Math.abs(value - before) <= by
                                : String.valueOf(value).equals(String.valueOf(before));
                yield !isSame;
            }
        };
    }

    @ParameterizedTest
    @MethodSource("io.drme.testing.Seeds#all")
    void atMostOneInATimePassesAndTheLastIsNeverLost(long seed) throws IOException {
        var random = OperatorContract.random(seed);
        var lane = lane(random);
        long every = GRAIN * random.nextInt(1, 32);
        var items = items(random, lane.type());

        var expected = new ArrayList<String>();
        Item passed = null;
        int passedAt = -1;
        for (int i = 0; i < items.size(); i++) {
            var item = items.get(i);
            int candidate = newest(items.subList(0, i + 1));
            if (candidate == passedAt) {
                continue;
            }
            boolean passes =
                    item.lane() >= 0
                            ? passed == null
                                    || item.quality() != passed.quality()
                                    || item.sourceTime() - passed.sourceTime() >= every
                            : passed != null && item.now() - SECOND >= passed.sourceTime() + every;
            if (passes) {
                passed = items.get(candidate);
                passedAt = candidate;
                expected.add(OperatorContract.line(passed, lane));
            }
        }
        expected.add(OperatorContract.late(0));

        var step = new ThrottleStep(Duration.ofNanos(every));
        var subject = new Subject(List.of(lane), () -> new ThrottleOperator(List.of(lane), step));
        OperatorContract.check(subject, items, expected, Unit.SAMPLE, seed);
    }

    /** Where the newest sample stands; -1 where there is none. */
    private static int newest(List<Item> items) {
        int at = items.size() - 1;
        while (at >= 0 && items.get(at).lane() < 0) {
            at--;
        }
        return at;
    }
}
