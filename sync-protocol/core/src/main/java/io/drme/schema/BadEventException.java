package io.drme.schema;

import java.io.Serial;

/** Bytes from disk or wire are not an event, or payload, that this release can read. */
public final class BadEventException extends Exception {
    @Serial private static final long serialVersionUID = 1;

    /** What is wrong; the receiver treats the kinds differently. */
    public enum Why {
        /** Of a schema, or schema version, that this release does not know; perhaps well-formed. */
        UNSUPPORTED,
        /** Claims more than a named limit allows. */
        LIMIT,
        /** Does not follow its schema. */
        MALFORMED
    }

    private final Why why;

    /** Says what is wrong: what was found, and what was expected. */
    public BadEventException(Why why, String message) {
        super(message);
        this.why = why;
    }

    /** What is wrong. */
    public Why why() {
        return why;
    }
}
