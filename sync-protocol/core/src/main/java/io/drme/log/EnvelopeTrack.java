package io.drme.log;

import io.drme.model.Quality;
import io.drme.model.ValueType;
import java.util.BitSet;

/**
 * Chooses which samples of one series are kept as envelopes: of each interval the first and the
 * last value, the least and the greatest, and the samples at which the quality changed. Confined to
 * its owner.
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
    private int least = NONE;
    private int greatest = NONE;
    private long leastBits;
    private long greatestBits;

    /** Keeps by setting bits, by number of sample. */
    EnvelopeTrack(ValueType type, long intervalNanos, BitSet kept) {
        this.type = type;
        this.intervalNanos = intervalNanos;
        this.kept = kept;
    }

    /** Looks at sample {@code number}; samples come in their order. */
    void look(int number, long time, long bits, byte quality) {
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
        if (kind != VALUE) {
            return;
        }
        if (first == NONE) {
            first = number;
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
        last = number;
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

    /** Ends the interval, and at the end the series. */
    void close() {
        if (first != NONE) {
            kept.set(first);
            kept.set(last);
            kept.set(least);
            kept.set(greatest);
        }
        first = NONE;
        changes = 0;
    }
}
