package io.drme.model;

import java.util.Locale;

/** Why a reading is not good. The codes, 1 to 63, go on disk and wire: never reuse one. */
public enum Reason {
    /** The device did not answer within the driver's time limit. */
    TIMEOUT(1),
    /** The connection to the device is down. */
    COMMS_LOST(2),
    /** The device answered that it has no such address. */
    UNKNOWN_ADDRESS(3),
    /** The value lies outside the range that the tag declares, or its type can't hold it. */
    OUT_OF_RANGE(4),
    /** The last value is older than the tag's stale limit. */
    STALE(5),
    /** The device says that its sensor failed, or gave a code that the tag declares invalid. */
    SENSOR_FAILURE(6),
    /** Nothing was read since the start. */
    NOT_YET_READ(7),
    /** The gateway's clock was not synced when this was stamped. */
    CLOCK_UNSYNCED(8),
    /** The device refused to give the value: an exception code, or no right to read. */
    REFUSED(9),
    /** The answer could not be understood as the tag's type. */
    MALFORMED(10),
    /** The device vouches only partly for the value, and says no more. */
    DEVICE_UNCERTAIN(11),
    /** The device says the value is bad, and no more. */
    DEVICE_BAD(12),
    /** The device is out of service, or being configured. */
    OUT_OF_SERVICE(13),
    /** The value was derived from inputs that were not all good. */
    INPUT_NOT_GOOD(14),
    /** One of the few samples that were kept when a full store was thinned. */
    THINNED(15);

    private static final Reason[] BY_CODE = values();

    private final int code;

    Reason(int code) {
        this.code = code;
    }

    /** The number that stands for this reason on disk and wire; 1 to 63. */
    public int code() {
        return code;
    }

    /** The form that people, JSON and configuration see, for example {@code comms-lost}. */
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * Finds a reason by its code.
     *
     * @throws IllegalArgumentException when no reason has that code
     */
    public static Reason ofCode(int code) {
        if (code < 1 || code > BY_CODE.length) {
            throw new IllegalArgumentException("no reason has the code " + code);
        }
        return BY_CODE[code - 1];
    }

    static int count() {
        return BY_CODE.length;
    }
}
