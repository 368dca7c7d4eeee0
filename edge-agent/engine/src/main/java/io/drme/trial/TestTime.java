package io.drme.trial;

import io.drme.config.Quantities;
import io.drme.time.Hlc;
import java.math.BigDecimal;
import java.time.Duration;

/** The time of a test: when it begins, how it passes, how it is written. */
final class TestTime {
    /** 2026-01-01T00:00:00Z, a Thursday as 1970-01-01, so that windows up to a week begin here. */
    static final long START_NANOS = 1_767_225_600_000_000_000L;

    /** The longest window is 31 d, and some time around it has to fit. */
    static final Duration MAX_LENGTH = Duration.ofDays(32);

    static final long MILLI_NANOS = 1_000_000;
    static final long SECOND_NANOS = 1_000_000_000;

    /** Windows end in silence a second after their time; the last expectation has to see that. */
    static final long AFTER_NANOS = 2 * SECOND_NANOS;

    /** As often as a gateway ticks. */
    private static final long TICK_NANOS = 100 * MILLI_NANOS;

    private static final long FINE_UP_TO_NANOS = 3_600 * SECOND_NANOS;

    private TestTime() {}

    /** The time between two ticks: of a long test longer, so that a month takes no minutes. */
    static long tickNanos(long lengthNanos) {
        return lengthNanos <= FINE_UP_TO_NANOS ? TICK_NANOS : SECOND_NANOS;
    }

    /** The stamp that a batch has at a time of the test. */
    static long stamp(long nanos) {
        return Hlc.of((START_NANOS + nanos) / MILLI_NANOS, 0);
    }

    /** As a person writes it: {@code 12.5s}, {@code 2h}. */
    static String text(long nanos) {
        return nanos % SECOND_NANOS == 0
                ? Quantities.text(Duration.ofNanos(nanos))
                : BigDecimal.valueOf(nanos, 9).stripTrailingZeros().toPlainString() + "s";
    }
}
