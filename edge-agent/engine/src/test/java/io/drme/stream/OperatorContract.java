package io.drme.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.model.Reading;
import io.drme.model.Reason;
import io.drme.model.ValueType;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What every operator must do: give the same results, and leave out as many late samples, whether
 * samples come one by one or in batches, and whether or not its state is saved and loaded between
 * any two of them.
 */
interface OperatorContract {
    /** 2026-01-01T00:00:00Z. */
    long START = 1_767_225_600_000_000_000L;

    /** The operator to be tested, made anew by each call, and the lanes it reads. */
    record Subject(List<Lane> input, Supplier<Operator> operator) {}

    /** Something that differs by seed, so that many configurations are tried. */
    Subject subject(Random random);

    /**
     * Whether samples of one source time that come one behind the other are one to it, so that they
     * are not to be torn apart. See {@link Moments}.
     */
    default boolean takesMoments() {
        return false;
    }

    /** A sample or, with a negative lane, a tick. */
    record Item(int lane, long sourceTime, long bits, String text, byte quality, long now) {}

    /** What is given to an operator in one call. */
    enum Unit {
        SAMPLE,
        MOMENT,
        BATCH;

        private boolean goesOn(Item from, Item to) {
            return this != SAMPLE
                    && to.lane() >= 0
                    && to.now() == from.now()
                    && (this == BATCH || to.sourceTime() == from.sourceTime());
        }
    }

    @ParameterizedTest
    @MethodSource("io.drme.testing.Seeds#all")
    default void oneByOneInBatchesAndWithRestartsAllGiveTheSame(long seed) throws IOException {
        var random = random(seed);
        var subject = subject(random);
        var items = items(random, subject.input());

        var unit = takesMoments() ? Unit.MOMENT : Unit.SAMPLE;
        check(subject, items, run(subject, items, unit, null), unit, seed);
    }

    /** Results are those that are expected in all three ways; used by models too. */
    static void check(
            Subject subject, List<Item> items, List<String> expected, Unit unit, long seed)
            throws IOException {
        assertThat(run(subject, items, unit, null)).isEqualTo(expected);
        assertThat(run(subject, items, Unit.BATCH, null)).isEqualTo(expected);
        assertThat(run(subject, items, unit, new Random(seed))).isEqualTo(expected);
    }

    /** A line of {@link #run} that gives what an item says, at a time. */
    static String line(Item item, Lane lane) {
        var batch = new Batch();
        batch.begin(0, 0);
        add(batch, item, List.of(lane));
        return line(0, item.sourceTime(), batch.readingAt(0, lane.type()));
    }

    static String line(int lane, long time, Reading reading) {
        return lane + " " + time + " " + reading;
    }

    static String late(long count) {
        return "late " + count;
    }

    /** Small seeds one after the other would begin with the same draws, and try half of it only. */
    static Random random(long seed) {
        return new Random(seed * 0x9E3779B97F4A7C15L);
    }

    /** Samples out of order, of any quality, with ticks, jumps and a clock that is set back. */
    static List<Item> items(Random random, List<Lane> lanes) {
        var items = new ArrayList<Item>();
        long now = START + random.nextLong(10_000_000_000L);
        for (int i = 0; i < 80; i++) {
            now += random.nextInt(8) == 0 ? 0 : random.nextLong(2_000_000_000L);
            now += random.nextInt(60) == 0 ? 90_000_000_000L : 0;
            now -= random.nextInt(60) == 0 ? 5_000_000_000L : 0;
            if (random.nextInt(5) == 0) {
                items.add(new Item(-1, 0, 0, "", (byte) 0, now));
                continue;
            }
            for (int n = random.nextInt(4); n >= 0; n--) { // samples of one batch share their time
                int lane = random.nextInt(lanes.size());
                long skew = random.nextInt(5) == 0 ? random.nextLong(-4_000_000_000L, 1) : 0;
                items.add(
                        new Item(
                                lane,
                                now + skew,
                                bits(random, lanes.get(lane).type()),
                                lanes.get(lane).type() == ValueType.TEXT ? "t" + n : "",
                                quality(random),
                                now));
            }
        }
        return items;
    }

    private static long bits(Random random, ValueType type) {
        return switch (type) {
            case BOOLEAN -> random.nextInt(2);
            case INT64 -> random.nextInt(-50, 50);
            case FLOAT64 -> Double.doubleToRawLongBits(random.nextInt(-400, 400) / 8.0);
            case TEXT -> 0;
        };
    }

    private static byte quality(Random random) {
        return switch (random.nextInt(10)) {
            case 0 -> Quality.bad(Reason.TIMEOUT);
            case 1 -> Quality.uncertain(Reason.DEVICE_UNCERTAIN);
            default -> Quality.GOOD;
        };
    }

    private static List<String> run(
            Subject subject, List<Item> items, Unit unit, @Nullable Random restarts)
            throws IOException {
        var operator = subject.operator().get();
        var results = new ArrayList<String>();
        var in = new Batch();
        var out = new Batch();
        for (int i = 0; i < items.size(); ) {
            var item = items.get(i);
            in.begin(0, 0);
            out.begin(0, 0);
            if (item.lane() < 0) {
                operator.tick(item.now(), out);
                i++;
            } else {
                do {
                    add(in, items.get(i), subject.input());
                    i++;
                } while (i < items.size() && unit.goesOn(item, items.get(i)));
                operator.process(in, item.now(), out);
            }
            drain(operator, out, results);
            if (restarts != null && restarts.nextInt(3) == 0) {
                operator = restarted(subject, operator);
            }
        }
        results.add(late(operator.late()));
        return results;
    }

    private static void add(Batch in, Item item, List<Lane> lanes) {
        if (Quality.isBad(item.quality())) {
            in.addBad(item.lane(), item.sourceTime(), Quality.reason(item.quality()));
        } else if (lanes.get(item.lane()).type() == ValueType.TEXT) {
            in.addText(item.lane(), item.sourceTime(), item.text(), item.quality());
        } else {
            in.add(item.lane(), item.sourceTime(), item.bits(), item.quality());
        }
    }

    private static void drain(Operator operator, Batch out, List<String> results) {
        for (int i = 0; i < out.size(); i++) {
            int lane = out.tags()[i];
            var reading = out.readingAt(i, operator.lanes().get(lane).type());
            results.add(line(lane, out.sourceTimes()[i], reading));
        }
    }

    private static Operator restarted(Subject subject, Operator operator) throws IOException {
        var bytes = new ByteArrayOutputStream();
        operator.save(new DataOutputStream(bytes));
        var fresh = subject.operator().get();
        fresh.load(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
        return fresh;
    }
}
