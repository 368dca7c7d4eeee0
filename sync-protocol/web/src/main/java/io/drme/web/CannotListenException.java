package io.drme.web;

import java.io.Serial;

/** A server can't listen where it should; the message says why and what to do. */
public final class CannotListenException extends Exception {
    @Serial private static final long serialVersionUID = 1;

    /** Says where, why and what to do. */
    public CannotListenException(String message) {
        super(message);
    }
}
