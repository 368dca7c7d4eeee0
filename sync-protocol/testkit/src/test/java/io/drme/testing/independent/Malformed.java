package io.drme.testing.independent;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** Bytes are not what the page says. */
final class Malformed extends RuntimeException {
    @Serial private static final long serialVersionUID = 1;

    Malformed(String message) {
        super(message);
    }

    /** What must be there. */
    static <T> T ifNone(@Nullable T value, String message) {
        if (value == null) {
            throw new Malformed(message);
        }
        return value;
    }

    static void unless(boolean isRight, String message) {
        if (!isRight) {
            throw new Malformed(message);
        }
    }
}
