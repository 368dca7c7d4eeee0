package io.drme.cloud.store;

import java.io.Serial;

/** The centre's database can't do what was asked for now: its disk, its file, or its load. */
public final class DatabaseException extends Exception {
    @Serial private static final long serialVersionUID = 1;

    DatabaseException(String message, Throwable cause) {
        super(message, cause);
    }

    DatabaseException(String message) {
        super(message);
    }
}
