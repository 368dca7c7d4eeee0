package io.drme.driver;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** The loss of a whole device, in the two kinds that its owner treats differently. */
public abstract sealed class DriverException extends Exception {
    @Serial private static final long serialVersionUID = 1;

    private DriverException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /** The device is out of reach for now; the owner tries again with back-off. */
    public static final class Unreachable extends DriverException {
        @Serial private static final long serialVersionUID = 1;

        /** Says which device, at which address, did not do what within how long. */
        public Unreachable(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }

    /** The device refused us; trying again soon is useless until a person changes something. */
    public static final class Refused extends DriverException {
        @Serial private static final long serialVersionUID = 1;

        /** Says what the device refused and which setting to look at. */
        public Refused(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }
}
