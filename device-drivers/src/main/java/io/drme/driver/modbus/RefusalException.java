package io.drme.driver.modbus;

import io.drme.model.Reason;
import java.io.Serial;

/**
 * The device answered that it will not: a Modbus exception code (Application Protocol 1.1b3, 7).
 * The connection is fine.
 */
final class RefusalException extends Exception {
    @Serial private static final long serialVersionUID = 1;

    private static final int ILLEGAL_ADDRESS = 2;
    private static final int ILLEGAL_VALUE = 3;
    private static final int PATH_UNAVAILABLE = 0x0A;
    private static final int TARGET_FAILED = 0x0B;

    private final int code;

    RefusalException(int code) {
        super("exception %d (%s)".formatted(code, meaning(code)));
        this.code = code;
    }

    /** Whether a part of the request might be answered though the whole was not. */
    boolean isAboutTheRange() {
        return code == ILLEGAL_ADDRESS || code == ILLEGAL_VALUE;
    }

    /** Whether a gateway says that the device behind it can't be reached. */
    boolean isUnreachable() {
        return code == PATH_UNAVAILABLE || code == TARGET_FAILED;
    }

    /** The exception code. */
    int code() {
        return code;
    }

    /** What the readings of the tags say. */
    Reason reason() {
        return switch (code) {
            case ILLEGAL_ADDRESS -> Reason.UNKNOWN_ADDRESS;
            case 4, 8 -> Reason.DEVICE_BAD;
            default -> Reason.REFUSED;
        };
    }

    private static String meaning(int code) {
        return switch (code) {
            case 1 -> "illegal function";
            case ILLEGAL_ADDRESS -> "illegal data address";
            case ILLEGAL_VALUE -> "illegal data value";
            case 4 -> "device failure";
            case 5 -> "accepted, takes long";
            case 6 -> "device busy";
            case 8 -> "memory parity error";
            case PATH_UNAVAILABLE -> "gateway path unavailable";
            case TARGET_FAILED -> "device behind the gateway does not answer";
            default -> "unknown code";
        };
    }
}
