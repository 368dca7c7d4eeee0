package io.drme.sim.modbus;

import java.util.Locale;

/** How a point's value lies in registers. */
enum PointType {
    BOOL(2),
    INT16(2),
    UINT16(2),
    INT32(4),
    UINT32(4),
    INT64(8),
    UINT64(8),
    FLOAT32(4),
    FLOAT64(8),
    TEXT(0);

    private final int bytes;

    PointType(int bytes) {
        this.bytes = bytes;
    }

    /** Bytes in registers; 0 where the point says. */
    int bytes() {
        return bytes;
    }

    String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
