package io.drme.sync;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.LongPredicate;

/**
 * A set of sequence numbers, kept as ranges that neither overlap nor touch, in ascending order.
 * Immutable, so any thread may read it.
 *
 * <p>Every operation is linear in the number of ranges, which stays small: a stream that arrives in
 * order is one range.
 */
public final class RangeSet {
    /** The set without numbers. */
    public static final RangeSet EMPTY = new RangeSet(new long[0]);

    /** from0, to0, from1, to1, …; both ends belong to the range. */
    private final long[] ends;

    private RangeSet(long[] ends) {
        this.ends = ends;
    }

    /**
     * One run of numbers.
     *
     * @param from the first, from 1
     * @param to the last, at least {@code from}
     */
    public record Range(long from, long to) {
        /** Rejects an empty range and numbers below 1. */
        public Range {
            if (from < 1 || to < from || to == Long.MAX_VALUE) {
                throw new IllegalArgumentException("no range: " + from + " to " + to);
            }
        }

        /** How many numbers it has. */
        public long size() {
            return to - from + 1;
        }

        /** Whether it holds the number. */
        public boolean contains(long sequence) {
            return from <= sequence && sequence <= to;
        }
    }

    /** The set of the numbers {@code from} to {@code to}, both included; empty where to < from. */
    public static RangeSet of(long from, long to) {
        if (to < from) {
            return EMPTY;
        }
        var range = new Range(from, to);
        return new RangeSet(new long[] {range.from(), range.to()});
    }

    /** The union of these ranges, in any order, overlapping or not. */
    public static RangeSet of(List<Range> ranges) {
        var sorted = new ArrayList<>(ranges);
        sorted.sort((a, b) -> Long.compare(a.from(), b.from()));
        var ends = new long[sorted.size() * 2];
        int size = 0;
        for (var range : sorted) {
            size = append(ends, size, range.from(), range.to());
        }
        return of(ends, size);
    }

    private static RangeSet of(long[] ends, int size) {
        return size == 0 ? EMPTY : new RangeSet(Arrays.copyOf(ends, size));
    }

    /** Appends a range that begins no earlier than the last one; joins them where they touch. */
    private static int append(long[] ends, int size, long from, long to) {
        if (size > 0 && from <= ends[size - 1] + 1) {
            ends[size - 1] = Math.max(ends[size - 1], to);
            return size;
        }
        ends[size] = from;
        ends[size + 1] = to;
        return size + 2;
    }

    /** This set with one number more. */
    public RangeSet with(long sequence) {
        return contains(sequence) ? this : with(sequence, sequence);
    }

    /** This set with the numbers {@code from} to {@code to}. */
    public RangeSet with(long from, long to) {
        return union(of(from, to));
    }

    /** The numbers of either set. */
    public RangeSet union(RangeSet other) {
        if (other.isEmpty()) {
            return this;
        }
        if (isEmpty()) {
            return other;
        }
        var merged = new long[ends.length + other.ends.length];
        int size = 0;
        int i = 0;
        int j = 0;
        while (i < ends.length || j < other.ends.length) {
            if (j == other.ends.length || (i < ends.length && ends[i] <= other.ends[j])) {
                size = append(merged, size, ends[i], ends[i + 1]);
                i += 2;
            } else {
                size = append(merged, size, other.ends[j], other.ends[j + 1]);
                j += 2;
            }
        }
        return of(merged, size);
    }

    /** The numbers of this set that the other has not. */
    public RangeSet minus(RangeSet other) {
        if (isEmpty() || other.isEmpty()) {
            return this;
        }
        var left = new long[ends.length + other.ends.length];
        int size = 0;
        int j = 0;
        for (int i = 0; i < ends.length; i += 2) {
            long from = ends[i];
            while (j < other.ends.length && other.ends[j + 1] < from) {
                j += 2;
            }
            int k = j;
            while (k < other.ends.length && other.ends[k] <= ends[i + 1] && from <= ends[i + 1]) {
                if (other.ends[k] > from) {
                    size = append(left, size, from, other.ends[k] - 1);
                }
                from = other.ends[k + 1] + 1;
                k += 2;
            }
            if (from <= ends[i + 1]) {
                size = append(left, size, from, ends[i + 1]);
            }
        }
        return of(left, size);
    }

    /** The numbers that both sets have. */
    public RangeSet intersect(RangeSet other) {
        return minus(minus(other));
    }

    /** Whether the number is in the set. */
    public boolean contains(long sequence) {
        return rangeAt(sequence) >= 0;
    }

    /** Whether every number of the other set is in this one. */
    public boolean containsAll(RangeSet other) {
        return other.minus(this).isEmpty();
    }

    /** The range that holds the number. */
    public List<Range> around(long sequence) {
        int at = rangeAt(sequence);
        return at < 0 ? List.of() : List.of(new Range(ends[at], ends[at + 1]));
    }

    private int rangeAt(long sequence) {
        int low = 0;
        int high = ends.length / 2 - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            if (sequence < ends[2 * middle]) {
                high = middle - 1;
            } else if (sequence > ends[2 * middle + 1]) {
                low = middle + 1;
            } else {
                return 2 * middle;
            }
        }
        return -1;
    }

    /** Whether there are no numbers. */
    public boolean isEmpty() {
        return ends.length == 0;
    }

    /** How many numbers there are. */
    public long size() {
        long size = 0;
        for (int i = 0; i < ends.length; i += 2) {
            size += ends[i + 1] - ends[i] + 1;
        }
        return size;
    }

    /** How many ranges there are. */
    public int rangeCount() {
        return ends.length / 2;
    }

    /** The smallest number. */
    public OptionalLong first() {
        return isEmpty() ? OptionalLong.empty() : OptionalLong.of(ends[0]);
    }

    /** The greatest number. */
    public OptionalLong last() {
        return isEmpty() ? OptionalLong.empty() : OptionalLong.of(ends[ends.length - 1]);
    }

    /** The ranges, ascending. */
    public List<Range> ranges() {
        var ranges = new ArrayList<Range>(rangeCount());
        for (int i = 0; i < ends.length; i += 2) {
            ranges.add(new Range(ends[i], ends[i + 1]));
        }
        return ranges;
    }

    /**
     * The set of its greatest ranges, at most so many: what a message of bounded size can carry.
     */
    public RangeSet newest(int ranges) {
        int from = Math.max(0, ends.length - 2 * ranges);
        return from == 0
                ? this
                : of(Arrays.copyOfRange(ends, from, ends.length), ends.length - from);
    }

    /** Asks for each number, ascending, until one is refused; false when one was. */
    public boolean all(LongPredicate each) {
        for (int i = 0; i < ends.length; i += 2) {
            for (long n = ends[i]; n <= ends[i + 1]; n++) {
                if (!each.test(n)) {
                    return false;
                }
            }
        }
        return true;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RangeSet r && Arrays.equals(ends, r.ends);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(ends);
    }

    /**
     * Reads what {@link #toString} gives.
     *
     * @throws IllegalArgumentException when the text is no set
     */
    public static RangeSet parse(String text) {
        var ranges = new ArrayList<Range>();
        for (var part : text.isEmpty() ? new String[0] : text.split(",", -1)) {
            int dash = part.indexOf('-');
            long from = Long.parseLong(dash < 0 ? part : part.substring(0, dash));
            ranges.add(new Range(from, dash < 0 ? from : Long.parseLong(part.substring(dash + 1))));
        }
        return of(ranges);
    }

    /** For example {@code 1-40,43,50-60}. */
    @Override
    public String toString() {
        var text = new StringBuilder();
        for (int i = 0; i < ends.length; i += 2) {
            text.append(i == 0 ? "" : ",").append(ends[i]);
            if (ends[i + 1] > ends[i]) {
                text.append('-').append(ends[i + 1]);
            }
        }
        return text.toString();
    }
}
