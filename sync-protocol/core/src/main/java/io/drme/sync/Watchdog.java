package io.drme.sync;

import java.util.Collection;

/**
 * Sends again what found no receipt in time, and gives the line up when nothing ever does. The time
 * is stretched while nothing at all is receipted.
 */
final class Watchdog {
    /** After so many rounds without any receipt the line is taken for dead. */
    static final int MAX_SILENT_ROUNDS = 2;

    /** The greatest factor by which waiting for a receipt is stretched. */
    private static final int MAX_STRETCH_SHIFT = 3;

    private final long patienceNanos;
    private long progressAt;
    private int silentRounds;
    private long resent;

    Watchdog(long patienceNanos) {
        this.patienceNanos = patienceNanos;
    }

    /** Items sent more than once. */
    long resent() {
        return resent;
    }

    /** Another line. */
    void begin() {
        silentRounds = 0;
    }

    /** Something is to be waited for from now on. */
    void from(long now) {
        progressAt = now;
    }

    /** A receipt came. */
    void progress(long now) {
        progressAt = now;
        silentRounds = 0;
    }

    /** One item is known to be lost. */
    void lost(Lane lane, long sequence) {
        resent++;
        lane.again(sequence);
    }

    /** Whatever was sent before a time is lost. */
    void lostBefore(Collection<Lane> lanes, long sentBeforeNanos) {
        lanes.forEach(l -> resent += l.againBefore(sentBeforeNanos));
    }

    /** Looks after what is under way; true when the line is to be given up. */
    boolean look(Collection<Lane> lanes, long now) {
        if (lanes.stream().allMatch(l -> l.itemsUnderWay() == 0)) {
            progressAt = now;
            return false;
        }
        long patience = patienceNanos << Math.min(silentRounds, MAX_STRETCH_SHIFT);
        lostBefore(lanes, now - patience);
        if (now - progressAt >= patience) {
            progressAt = now;
            if (++silentRounds >= MAX_SILENT_ROUNDS) {
                silentRounds = 0;
                return true;
            }
        }
        return false;
    }
}
