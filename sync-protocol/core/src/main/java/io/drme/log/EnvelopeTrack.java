package io.drme.log;

import io.drme.model.Quality;
import io.drme.model.ValueType;
import java.util.BitSet;

/**
 * Chooses which samples of one series are kept as envelopes: of each interval the first and the
 * last value, the least and the greatest, and the samples at which the quality changed; and the
 * first and the last sample of all, so that a block of envelopes spans the time of what it
 * replaces.
 *
 * <p>First and last are meant by time: envelopes stand behind younger samples in their stream, so
 * samples may come in any order. Confined to its owner.
 */
final class EnvelopeTrack {
    /** Changes of quality kept of an interval; of a series that flaps faster the rest goes. */
    private static final int MAX_CHANGES = 4;

    private static final int NONE = -1;
    private static final int VALUE = 0;
    private static final int NOT_A_NUMBER = 1;

    private final ValueType type;
    private final long intervalNanos;
    private final BitSet kept;
    private long interval = Long.MIN_VALUE;
    private int changes;
    private int lastKind = NONE;
    private int first = NONE;
    private int last = NONE;
    private long firstTime;
    private long lastTime;
    private int least = NONE;
    private int greatest = NONE;
    private long leastBits;
    private long greatestBits;
    private int firstOfAll = NONE;
    private int lastOfAll = NONE;
    private long firstTimeOfAll;
    private long lastTimeOfAll;

    /** Keeps by setting bits, by number of sample. */
    EnvelopeTrack(ValueType type, long intervalNanos, BitSet kept) {
        this.type = type;
        this.intervalNanos = intervalNanos;
        this.kept = kept;
    }

    /** Looks at the next sample; numbers ascend. */
    void look(int number, long time, long bits, byte quality) {
        if (firstOfAll == NONE || time < firstTimeOfAll) {
            firstOfAll = number;
            firstTimeOfAll = time;
        }
        if (lastOfAll == NONE || time >= lastTimeOfAll) {
            lastOfAll = number;
            lastTimeOfAll = time;
        }
        long now = Math.floorDiv(time, intervalNanos);
        if (now != interval) {
            close();
            interval = now;
        }
        int kind = kind(bits, quality);
        if (kind != lastKind && changes < MAX_CHANGES) {
            kept.set(number);
            changes++;
        }
        lastKind = kind;
        if (kind == VALUE) {
            lookAtValue(number, time, bits);
        }
    }

    private void lookAtValue(int number, long time, long bits) {
        if (first == NONE || time < firstTime) {
            firstTime = time;
            first = number;
        }
        if (last == NONE || time >= lastTime) {
            lastTime = time;
            last = number;
        }
        if (least == NONE) {
            least = number;
            greatest = number;
            leastBits = bits;
            greatestBits = bits;
        } else if (compare(bits, leastBits) < 0) {
            least = number;
            leastBits = bits;
        } else if (compare(bits, greatestBits) > 0) {
            greatest = number;
            greatestBits = bits;
        }
    }

    private int kind(long bits, byte quality) {
        if (Quality.isBad(quality)) {
            return quality & 0xFF;
        }
        return type == ValueType.FLOAT64 && Double.isNaN(Double.longBitsToDouble(bits))
                ? NOT_A_NUMBER
                : VALUE;
    }

    private int compare(long one, long other) {
        return switch (type) {
            case FLOAT64 ->
                    Double.compare(Double.longBitsToDouble(one), Double.longBitsToDouble(other));
            case INT64, BOOLEAN -> Long.compare(one, other);
            case TEXT -> 0; // no text is less than another: the first and the last are kept
        };
    }

    /** Ends the series. */
    void end() {
        close();
        if (firstOfAll != NONE) {
            kept.set(firstOfAll);
            kept.set(lastOfAll);
        }
    }

    private void close() {
        if (first != NONE) {
            kept.set(first);
            kept.set(last);
            kept.set(least);
            kept.set(greatest);
        }
        first = NONE;
        last = NONE;
        least = NONE;
        changes = 0;
    }
}
