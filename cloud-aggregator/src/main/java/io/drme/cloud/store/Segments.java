package io.drme.cloud.store;

import java.time.Duration;

/** Numbers that who makes segments and who reads them share; docs/cloud.md explains them. */
final class Segments {
    /** A greatest stamp that nobody noted: of blocks older than the note. */
    static final long UNKNOWN_STAMP = -1;

    static final int HOUR = 1;
    static final int DAY = 2;

    static final int BEING_MADE = 0;
    static final int READ = 1;
    static final int REPLACED = 2;

    static final int HOURS_PER_DAY = 24;

    /** How far stamps go in an hour. */
    static final long STAMPS_PER_HOUR = Duration.ofHours(1).toMillis() << 16;

    /** Lengths of the buckets of roll-ups, by level less one. */
    static final long[] BUCKET_NANOS = {
        Duration.ofMinutes(1).toNanos(), Duration.ofHours(1).toNanos(), Duration.ofDays(1).toNanos()
    };

    private Segments() {}
}
