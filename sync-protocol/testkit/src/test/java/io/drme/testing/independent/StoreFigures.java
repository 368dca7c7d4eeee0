package io.drme.testing.independent;

import java.util.Map;
import java.util.TreeMap;

/** The store's cumulative figures, as each commit and the marks have them. */
record StoreFigures(
        long bootCount,
        long stampMark,
        long lastEventTime,
        long lastCommitNanos,
        long read,
        long derived,
        long filtered,
        long acceptedData,
        long acceptedLocal,
        long acknowledged,
        long expiredLocal,
        Map<Integer, Long> refused,
        Map<Integer, Long> droppedData,
        Map<Integer, Long> droppedLocal) {

    static StoreFigures read(Cursor in) {
        return new StoreFigures(
                in.varint(),
                in.varint(),
                in.varint(),
                in.u64(),
                in.varint(),
                in.varint(),
                in.varint(),
                in.varint(),
                in.varint(),
                in.varint(),
                in.varint(),
                causes(in),
                causes(in),
                causes(in));
    }

    private static Map<Integer, Long> causes(Cursor in) {
        var counts = new TreeMap<Integer, Long>();
        for (long left = in.varint(); left > 0; left--) {
            counts.put(in.count(255), in.varint());
        }
        return counts;
    }
}
