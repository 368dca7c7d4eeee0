package io.drme.history;

/**
 * Something on record that explains why there are no values for a while.
 *
 * @param from begin, nanoseconds since 1970 UTC
 * @param to end
 * @param reason the word that a gap gets
 * @param detail more, for a person; may be empty
 */
record Fact(long from, long to, Rank rank, String reason, String detail) {

    /** Which fact counts where several hold: the first. */
    enum Rank {
        /** The tag was not there. */
        ABSENT,
        DROPPED,
        THINNED,
        DAMAGED,
        UPLINK,
        /** Once there and released since. */
        EXPIRED,
        GATEWAY,
        /**
         * Here, and kept apart. Its times are only known by its neighbours', so that what is known
         * better comes first.
         */
        QUARANTINED,
        DEVICE,
        CLOCK,
        FLAT,
        /** The gateway ran; that is all. */
        RUNNING
    }

    boolean covers(long begin, long end) {
        return from <= begin && to >= end;
    }

    boolean overlaps(long begin, long end) {
        return from < end && to > begin;
    }
}
