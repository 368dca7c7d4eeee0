package io.drme.sim.modbus;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;

/**
 * What was recorded of one kind, in the order of time, and which of it is the one to play. Who asks
 * as often as was asked then gets each once and in order, though a little earlier or later: the
 * next one is taken where it is at most half an interval ahead and at most one and a half behind.
 * Who asks otherwise gets the nearest in time. Confined to its owner's lock.
 */
final class Track<T> {
    private final ToLongFunction<T> at;
    private final List<T> items = new ArrayList<>();
    private int last = -1;

    Track(ToLongFunction<T> at) {
        this.at = at;
    }

    void add(T item) {
        items.add(item);
    }

    /** Brings what was added into the order of time; before the first question. */
    void sort() {
        items.sort(Comparator.comparingLong(at));
    }

    boolean isEmpty() {
        return items.isEmpty();
    }

    List<T> items() {
        return items;
    }

    /** Begins anew. */
    void rewind() {
        last = -1;
    }

    /** The one to play at a time; there is one. */
    T play(long nanos) {
        int next = last + 1;
        if (next > 0 && next < items.size()) {
            long ahead = atOf(next) - nanos;
            long gap = gapBefore(next);
            if (ahead <= gap / 2 && -ahead < gap + gap / 2) {
                last = next;
                return items.get(next);
            }
        }
        last = nearest(nanos);
        return items.get(last);
    }

    /** Whether what was played last is no further from a time than two of its own intervals. */
    boolean isFresh(long nanos, long least) {
        long gap = items.size() == 1 ? 0 : gapBefore(Math.max(1, last));
        return Math.abs(atOf(last) - nanos) <= Math.max(least, 2 * gap);
    }

    /** The newest at or before a time, or the first after it; there is one. */
    T known(long nanos) {
        return items.get(Math.max(0, floor(nanos)));
    }

    /** The same of those that are wanted; nothing where there is none of them. */
    Optional<T> known(long nanos, Predicate<T> wanted) {
        int from = floor(nanos);
        for (int i = from; i >= 0; i--) {
            if (wanted.test(items.get(i))) {
                return Optional.of(items.get(i));
            }
        }
        for (int i = from + 1; i < items.size(); i++) {
            if (wanted.test(items.get(i))) {
                return Optional.of(items.get(i));
            }
        }
        return Optional.empty();
    }

    private int nearest(long nanos) {
        int before = Math.max(0, floor(nanos));
        int after = Math.min(items.size() - 1, before + 1);
        return Math.abs(atOf(after) - nanos) < Math.abs(atOf(before) - nanos) ? after : before;
    }

    /** The last index at or before a time; -1 where there is none. */
    private int floor(long nanos) {
        int low = 0;
        int high = items.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (atOf(middle) <= nanos) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low - 1;
    }

    private long atOf(int i) {
        return at.applyAsLong(items.get(i));
    }

    private long gapBefore(int i) {
        return atOf(i) - atOf(i - 1);
    }
}
