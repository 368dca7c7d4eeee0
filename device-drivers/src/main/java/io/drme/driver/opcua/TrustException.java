package io.drme.driver.opcua;

import java.io.Serial;

/** A certificate that can't be trusted or used as asked; the message says why and what to do. */
public final class TrustException extends Exception {
    @Serial private static final long serialVersionUID = 1;

    TrustException(String message) {
        super(message);
    }

    TrustException(String message, Throwable cause) {
        super(message, cause);
    }
}
