package io.drme.driver.modbus;

import java.util.Locale;

/** The four tables of a Modbus device. */
enum Area {
    COIL(1, true, 0),
    DISCRETE(2, true, 1),
    INPUT(4, false, 3),
    HOLDING(3, false, 4);

    /** The most bits that one request may ask for (Application Protocol 1.1b3, 6.1). */
    static final int MOST_BITS = 2000;

    /** The most registers that one request may ask for (Application Protocol 1.1b3, 6.3). */
    static final int MOST_REGISTERS = 125;

    private final int function;
    private final boolean bits;
    private final int classicDigit;

    Area(int function, boolean bits, int classicDigit) {
        this.function = function;
        this.bits = bits;
        this.classicDigit = classicDigit;
    }

    /** The code of the function that reads it. */
    int function() {
        return function;
    }

    /** Whether its addresses are bits; otherwise registers of 16 bits. */
    boolean isBits() {
        return bits;
    }

    /** What its addresses begin with in lists such as 40001; not its function. */
    int classicDigit() {
        return classicDigit;
    }

    /** The bytes of an answer with so many bits or registers. */
    int answerBytes(int count) {
        return bits ? (count + 7) / 8 : 2 * count;
    }

    String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
