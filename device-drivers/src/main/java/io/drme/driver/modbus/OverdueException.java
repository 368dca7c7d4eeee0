package io.drme.driver.modbus;

import java.io.Serial;
import java.net.SocketTimeoutException;
import java.time.Duration;

/** An answer that took longer than was borne beside others; there may be time left for it. */
final class OverdueException extends SocketTimeoutException {
    @Serial private static final long serialVersionUID = 1;
    private final transient Duration left;
    private final boolean proven;

    OverdueException(Duration left, boolean proven) {
        super("the answer did not come as soon as others' do");
        this.left = left;
        this.proven = proven;
    }

    /** Whether anything was ever answered on the connection. */
    boolean isProven() {
        return proven;
    }

    /** What is left of the request's time limit. */
    Duration left() {
        return left;
    }
}
