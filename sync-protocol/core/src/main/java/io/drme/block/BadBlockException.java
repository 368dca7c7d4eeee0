package io.drme.block;

import java.io.Serial;

/** Bytes from disk or wire are not a block, or journal frame, that this release can read. */
public final class BadBlockException extends Exception {
    @Serial private static final long serialVersionUID = 1;

    /** What is wrong; the receiver treats the kinds differently. */
    public enum Why {
        /** It does not begin with a block's magic bytes, or is shorter than any block. */
        NOT_A_BLOCK,
        /** The checksum does not match: damaged on the way, to be sent or read again. */
        CHECKSUM,
        /** Intact, but of a format version or codec that this release does not know. */
        UNSUPPORTED,
        /** Intact, but it claims more than a named limit allows. */
        LIMIT,
        /** Intact, but its parts contradict each other: the writer had a bug. */
        MALFORMED
    }

    /** Kept as a plain field: the enum is serialisable. */
    private final Why why;

    /** Says what is wrong and where: what was found, and what was expected. */
    public BadBlockException(Why why, String message) {
        super(message);
        this.why = why;
    }

    /** What is wrong. */
    public Why why() {
        return why;
    }
}
