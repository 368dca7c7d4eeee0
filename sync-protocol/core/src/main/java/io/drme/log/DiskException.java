package io.drme.log;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** What a disk can do to us, in the kinds that its users treat differently. */
public abstract sealed class DiskException extends Exception {
    @Serial private static final long serialVersionUID = 1;

    private DiskException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /** There is no room. Deleting helps, trying again does not. */
    public static final class Full extends DiskException {
        @Serial private static final long serialVersionUID = 1;

        /** Says which file could not have how much room. */
        public Full(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }

    /** The device failed to read, write or sync. What was not synced before is in doubt. */
    public static final class Failed extends DiskException {
        @Serial private static final long serialVersionUID = 1;

        /** Says what failed on which file. */
        public Failed(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }

    /** There is no such file. */
    public static final class Missing extends DiskException {
        @Serial private static final long serialVersionUID = 1;

        /** Says which file is not there. */
        public Missing(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }

    /** Somebody else uses the directory. */
    public static final class Locked extends DiskException {
        @Serial private static final long serialVersionUID = 1;

        /** Says which directory, who has it, and what to do. */
        public Locked(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }
}
