package io.drme.web.client;

import java.io.Serial;

/**
 * A command that could not be done; the message says why and what to do, and is all that is shown.
 */
public final class CommandException extends Exception {
    @Serial private static final long serialVersionUID = 1;

    /** What a person may correct in the command itself. */
    private final boolean wrongUsage;

    /** Says why, and what to do. */
    public CommandException(String message) {
        this(message, false);
    }

    private CommandException(String message, boolean wrongUsage) {
        super(message);
        this.wrongUsage = wrongUsage;
    }

    /** For what was typed and is not allowed; says what is. */
    public static CommandException wrongUsage(String message) {
        return new CommandException(message, true);
    }

    /**
     * What the program ends with: 2 where the command has to be written otherwise, 1 where it
     * failed.
     */
    public int exitCode() {
        return wrongUsage ? 2 : 1;
    }
}
