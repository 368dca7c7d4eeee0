package io.drme.cloud;

import java.io.Serial;

/** The centre can't start; the message says why and what to do. */
final class StartException extends Exception {
    @Serial private static final long serialVersionUID = 1;

    StartException(String message) {
        super(message);
    }
}
