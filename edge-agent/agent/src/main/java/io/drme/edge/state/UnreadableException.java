package io.drme.edge.state;

import java.io.Serial;

/** A snapshot can't be read, for the reason in its message. */
final class UnreadableException extends Exception {
    @Serial private static final long serialVersionUID = 1;

    UnreadableException(String message) {
        super(message);
    }

    UnreadableException(String message, Throwable cause) {
        super(message, cause);
    }
}
