package io.drme.model;

import java.util.Locale;

/**
 * How far a value can be trusted, packed into one byte for the hot path: the severity in the two
 * high bits, the code of the {@link Reason} in the six low ones. Good is 0.
 *
 * <p>The severities are those of an OPC UA StatusCode (Part 4, 7.39).
 */
public final class Quality {
    /** The packed quality of a value that the device vouches for. */
    public static final byte GOOD = 0;

    private static final int REASON_MASK = 0x3F;
    private static final int SEVERITY_SHIFT = 6;

    /** The three degrees of trust. The ordinals go on disk and wire. */
    public enum Severity {
        /** The device vouches for the value. */
        GOOD,
        /** There is a value, but it may be off. */
        UNCERTAIN,
        /** There is no usable value. */
        BAD;

        /** The form that people, JSON and expressions see: good, uncertain or bad. */
        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private Quality() {}

    /** Packs an uncertain quality. */
    public static byte uncertain(Reason reason) {
        return (byte) (1 << SEVERITY_SHIFT | reason.code());
    }

    /** Packs a bad quality. */
    public static byte bad(Reason reason) {
        return (byte) (2 << SEVERITY_SHIFT | reason.code());
    }

    /** The severity in a packed quality that passed {@link #isValid}. */
    public static Severity severity(byte quality) {
        return switch ((quality & 0xFF) >>> SEVERITY_SHIFT) {
            case 0 -> Severity.GOOD;
            case 1 -> Severity.UNCERTAIN;
            default -> Severity.BAD;
        };
    }

    /** Whether there is no usable value. */
    public static boolean isBad(byte quality) {
        return (quality & 0xFF) >>> SEVERITY_SHIFT == 2;
    }

    /** Whether the device vouches for the value. */
    public static boolean isGood(byte quality) {
        return quality == GOOD;
    }

    /**
     * The reason in a packed quality.
     *
     * @throws IllegalArgumentException when the quality is good, or its reason unknown
     */
    public static Reason reason(byte quality) {
        return Reason.ofCode(quality & REASON_MASK);
    }

    /** Whether a byte from disk or wire is a quality that this release knows. */
    public static boolean isValid(byte quality) {
        int severity = (quality & 0xFF) >>> SEVERITY_SHIFT;
        int reason = quality & REASON_MASK;
        return severity == 0
                ? reason == 0
                : severity < 3 && reason >= 1 && reason <= Reason.count();
    }

    /** Lowers trust: a good quality becomes uncertain for this reason, another stays as it is. */
    public static byte downgrade(byte quality, Reason reason) {
        return isGood(quality) ? uncertain(reason) : quality;
    }
}
