package io.drme.sim.record;

import java.io.IOException;
import java.io.Serial;

/** A file that is no recording, or a damaged one. The message says where and what was expected. */
public final class BadRecordingException extends IOException {
    @Serial private static final long serialVersionUID = 1;

    /** Says what is wrong, with the file and the line. */
    public BadRecordingException(String message) {
        super(message);
    }
}
