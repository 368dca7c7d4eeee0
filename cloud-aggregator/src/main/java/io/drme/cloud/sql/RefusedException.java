package io.drme.cloud.sql;

import java.io.Serial;

/** A statement that is not run: it would do more than read, or reach beyond what SQL can see. */
public final class RefusedException extends Exception {
    @Serial private static final long serialVersionUID = 1;

    private final String where;
    private final String expected;

    RefusedException(String where, String message, String expected) {
        super(message);
        this.where = where;
        this.expected = expected;
    }

    /** The field of the request that it is about. */
    public String where() {
        return where;
    }

    /** What would be allowed. */
    public String expected() {
        return expected;
    }
}
