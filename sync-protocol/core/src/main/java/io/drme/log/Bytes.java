package io.drme.log;

import io.drme.sync.RangeSet;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.Map;

/** What the log's own payloads are made of: variable-length integers, range sets, cause counts. */
final class Bytes {
    /** The most ranges kept of a set; beyond, the newest stay. */
    static final int MAX_RANGES = 4_096;

    private static final int MAX_VAR_BYTES = 10;

    private Bytes() {}

    /** Writes 0 or more in groups of seven bits, the lowest first; 1 to 10 bytes. */
    static void putVar(ByteBuffer out, long value) {
        long left = value;
        while ((left & ~0x7FL) != 0) {
            out.put((byte) (left | 0x80));
            left >>>= 7;
        }
        out.put((byte) left);
    }

    /**
     * Reads what {@link #putVar} wrote.
     *
     * @throws IllegalArgumentException where it is longer than 10 bytes
     */
    static long getVar(ByteBuffer in) {
        long value = 0;
        for (int i = 0; i < MAX_VAR_BYTES; i++) {
            byte b = in.get();
            value |= (b & 0x7FL) << (7 * i);
            if (b >= 0) {
                return value;
            }
        }
        throw new IllegalArgumentException("a number longer than 10 bytes");
    }

    /** How many bytes a set takes at most. */
    static int sizeOf(RangeSet ranges) {
        return MAX_VAR_BYTES * (1 + 2 * Math.min(ranges.rangeCount(), MAX_RANGES));
    }

    /** Writes a set: the number of ranges, then gap and length of each. */
    static void putRanges(ByteBuffer out, RangeSet ranges) {
        var kept = ranges.newest(MAX_RANGES).ranges();
        putVar(out, kept.size());
        long behind = 0;
        for (var range : kept) {
            putVar(out, range.from() - behind);
            putVar(out, range.to() - range.from());
            behind = range.to() + 1;
        }
    }

    /** Reads what {@link #putRanges} wrote. */
    static RangeSet getRanges(ByteBuffer in) {
        int count = (int) getVar(in);
        if (count < 0 || count > MAX_RANGES || 2L * count > in.remaining()) {
            throw new IllegalArgumentException("a set of " + count + " ranges");
        }
        var ranges = new ArrayList<RangeSet.Range>(count);
        long behind = 0;
        for (int i = 0; i < count; i++) {
            long from = behind + getVar(in);
            long to = from + getVar(in);
            ranges.add(new RangeSet.Range(from, to));
            behind = to + 1;
        }
        return RangeSet.of(ranges);
    }

    /** Writes counts by cause. */
    static void putCauses(ByteBuffer out, Map<DropCause, Long> counts) {
        putVar(out, counts.size());
        for (var entry : counts.entrySet()) {
            putVar(out, entry.getKey().code());
            putVar(out, entry.getValue());
        }
    }

    /** Reads what {@link #putCauses} wrote. */
    static EnumMap<DropCause, Long> getCauses(ByteBuffer in) {
        var counts = new EnumMap<DropCause, Long>(DropCause.class);
        for (long left = getVar(in); left > 0; left--) {
            counts.put(DropCause.ofCode((int) getVar(in)), getVar(in));
        }
        return counts;
    }
}
