package io.drme.driver.gpio;

import io.drme.driver.TagAddress;
import java.time.Duration;

/**
 * One input line and how it is watched.
 *
 * @param line offset on the chip, 0 to {@link #MAX_LINE}
 * @param edge which changes count
 * @param debounce how long a level must hold before it counts; 0 counts every edge
 * @param activeLow whether the low level means true
 * @param bias the pull resistor
 */
public record GpioAddress(int line, Edge edge, Duration debounce, boolean activeLow, Bias bias)
        implements TagAddress {
    /** The greatest offset; far beyond any chip, it bounds what a typing error can ask for. */
    public static final int MAX_LINE = 4_095;

    /** Which changes of a line count, after {@code active} was applied. */
    public enum Edge {
        /** Every change. */
        BOTH,
        /** From inactive to active. */
        RISING,
        /** From active to inactive. */
        FALLING
    }

    /** The pull resistor of a line. */
    public enum Bias {
        /** As the board has set it. */
        AS_IS,
        /** Pulled up. */
        PULL_UP,
        /** Pulled down. */
        PULL_DOWN,
        /** Switched off. */
        DISABLED
    }
}
