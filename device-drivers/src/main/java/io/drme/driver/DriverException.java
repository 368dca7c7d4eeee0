package io.drme.driver;

import io.drme.model.Reason;
import java.io.Serial;
import java.net.SocketTimeoutException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** The loss of a whole device, in the two kinds that its owner treats differently. */
public abstract sealed class DriverException extends Exception {
    @Serial private static final long serialVersionUID = 1;

    private final String message;

    private DriverException(String message, @Nullable Throwable cause) {
        super(message, cause);
        this.message = message;
    }

    @Override
    public String getMessage() {
        return message;
    }

    /** What the readings of the device's tags say while it is lost. */
    public abstract Reason reason();

    /** The device is out of reach for now; the owner tries again with back-off. */
    public static final class Unreachable extends DriverException {
        @Serial private static final long serialVersionUID = 1;

        /** Says which device, at which address, did not do what within how long. */
        public Unreachable(String message, @Nullable Throwable cause) {
            super(message, cause);
        }

        /** {@code TIMEOUT} where the cause is a time-out, otherwise {@code COMMS_LOST}. */
        @Override
        public Reason reason() {
            return getCause() instanceof SocketTimeoutException
                            || getCause() instanceof TimeoutException
                    ? Reason.TIMEOUT
                    : Reason.COMMS_LOST;
        }
    }

    /** The device refused us; trying again soon is useless until a person changes something. */
    public static final class Refused extends DriverException {
        @Serial private static final long serialVersionUID = 1;

        /** Says what the device refused and which setting to look at. */
        public Refused(String message, @Nullable Throwable cause) {
            super(message, cause);
        }

        @Override
        public Reason reason() {
            return Reason.REFUSED;
        }
    }
}
