package io.drme.web.client;

import java.io.Serial;

/**
 * A command that could not be done; the message says why and what to do, and is all that is shown.
 */
public final class CommandException extends Exception {
    @Serial private static final long serialVersionUID = 1;

    /** Says why, and what to do. */
    public CommandException(String message) {
        super(message);
    }
}
