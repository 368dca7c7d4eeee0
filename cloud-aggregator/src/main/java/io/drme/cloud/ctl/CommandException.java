package io.drme.cloud.ctl;

import java.io.Serial;

/**
 * A command that could not be done; the message says why and what to do, and is all that is shown.
 */
final class CommandException extends Exception {
    @Serial private static final long serialVersionUID = 1;

    CommandException(String message) {
        super(message);
    }
}
