package io.drme.cloud.promql;

import java.io.Serial;

/** Why a query has no answer. The message says what, where, and what to do instead. */
public final class QueryException extends Exception {
    @Serial private static final long serialVersionUID = 1;

    /** What kind of trouble it is, as Prometheus' clients know it. */
    public enum Kind {
        /** The query or a parameter can't be understood. */
        BAD_DATA(400, "bad_data"),
        /** Understood, but not supported, beyond a limit, or without a sensible answer. */
        EXECUTION(422, "execution"),
        /** It took too long. */
        TIMEOUT(503, "timeout"),
        /** Nobody waits for the answer any more. */
        CANCELED(503, "canceled"),
        /** The database can't answer now. */
        UNAVAILABLE(503, "unavailable");

        private final int status;
        private final String text;

        Kind(int status, String text) {
            this.status = status;
            this.text = text;
        }

        /** The HTTP status. */
        public int status() {
            return status;
        }

        /** As {@code errorType} of an answer. */
        public String text() {
            return text;
        }
    }

    private final Kind kind;

    /** A query without an answer. */
    public QueryException(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    QueryException(Kind kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    static QueryException bad(String message) {
        return new QueryException(Kind.BAD_DATA, message);
    }

    static QueryException unsupported(String what, String instead) {
        return new QueryException(
                Kind.EXECUTION,
                "%s is not supported here; %s (docs/queries.md lists what is)"
                        .formatted(what, instead));
    }

    /** What kind of trouble it is. */
    public Kind kind() {
        return kind;
    }
}
