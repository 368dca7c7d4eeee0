package io.drme.sim.modbus;

import java.util.Locale;

/** The four tables of a Modbus unit. */
enum Area {
    COIL(true),
    DISCRETE(true),
    INPUT(false),
    HOLDING(false);

    private final boolean bits;

    Area(boolean bits) {
        this.bits = bits;
    }

    /** Whether it holds bits; otherwise registers of 16 bits. */
    boolean isBits() {
        return bits;
    }

    String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
