package io.drme.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.NavigableSet;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RangeSetTest {
    private static final int UNIVERSE = 60;

    static LongStream seeds() {
        var one = System.getProperty("drme.seed");
        return one == null ? LongStream.rangeClosed(1, 300) : LongStream.of(Long.parseLong(one));
    }

    /** A set of numbers and the same as ranges. */
    private record Pair(NavigableSet<Long> plain, RangeSet ranges) {}

    private static Pair random(Random random) {
        var plain = new TreeSet<Long>();
        var ranges = RangeSet.EMPTY;
        for (int i = random.nextInt(12); i > 0; i--) {
            long from = 1L + random.nextInt(UNIVERSE);
            long to = from + random.nextInt(6);
            ranges =
                    random.nextBoolean()
                            ? ranges.with(from, to)
                            : RangeSet.of(from, to).union(ranges);
            LongStream.rangeClosed(from, to).forEach(plain::add);
        }
        return new Pair(plain, ranges);
    }

    private static void same(RangeSet ranges, NavigableSet<Long> plain) {
        var numbers = new TreeSet<Long>();
        assertThat(ranges.all(numbers::add)).isTrue();
        assertThat(numbers).isEqualTo(plain);
        assertThat(ranges.size()).isEqualTo(plain.size());
        assertThat(ranges.isEmpty()).isEqualTo(plain.isEmpty());
        assertThat(ranges.first().isPresent()).isEqualTo(!plain.isEmpty());
        if (!plain.isEmpty()) {
            assertThat(ranges.first()).hasValue(plain.first());
            assertThat(ranges.last()).hasValue(plain.last());
        }
        var parts = ranges.ranges();
        for (int i = 1; i < parts.size(); i++) {
            assertThat(parts.get(i).from()).isGreaterThan(parts.get(i - 1).to() + 1);
        }
    }

    // The model is a plain set of numbers: whatever is done to both, they stay the same.
    @ParameterizedTest
    @MethodSource("seeds")
    void behavesAsASetOfNumbers(long seed) {
        var random = new Random(seed);
        var a = random(random);
        var b = random(random);
        same(a.ranges(), a.plain());

        var union = new TreeSet<>(a.plain());
        union.addAll(b.plain());
        same(a.ranges().union(b.ranges()), union);
        var minus = new TreeSet<>(a.plain());
        minus.removeAll(b.plain());
        same(a.ranges().minus(b.ranges()), minus);
        var both = new TreeSet<>(a.plain());
        both.retainAll(b.plain());
        same(a.ranges().intersect(b.ranges()), both);

        assertThat(a.ranges().containsAll(b.ranges())).isEqualTo(a.plain().containsAll(b.plain()));
        assertThat(a.ranges().equals(b.ranges())).isEqualTo(a.plain().equals(b.plain()));
        for (long n = 0; n <= UNIVERSE + 10; n++) {
            assertThat(a.ranges().contains(n)).isEqualTo(a.plain().contains(n));
            assertThat(a.ranges().around(n).isEmpty()).isEqualTo(!a.plain().contains(n));
            if (n > 0) {
                var with = new TreeSet<>(a.plain());
                with.add(n);
                same(a.ranges().with(n), with);
            }
        }
        assertThat(RangeSet.of(a.ranges().ranges())).isEqualTo(a.ranges());
        assertThat(RangeSet.parse(a.ranges().toString())).isEqualTo(a.ranges());
    }

    @Test
    void theNewestRangesAreTheGreatest() {
        var set = RangeSet.parse("1-4,8,10-12");
        assertThat(set.newest(2)).isEqualTo(RangeSet.parse("8,10-12"));
        assertThat(set.newest(3)).isEqualTo(set);
        assertThat(set.rangeCount()).isEqualTo(3);
    }

    @Test
    void numbersBelowOneAndBeyondALongAreRefused() {
        assertThatThrownBy(() -> RangeSet.of(0, 3)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> RangeSet.of(1, Long.MAX_VALUE))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(RangeSet.of(5, 4)).isEqualTo(RangeSet.EMPTY);
    }
}
