package io.drme.cloud.grid;

/**
 * What is known of a gateway now; rebuilt from the store, and from what the gateway says again.
 *
 * @param joinedNanos when it last said hello, cloud time; 0 where not since the centre started
 * @param seenNanos when it was last heard of, cloud time; 0 where never
 * @param newestNanos source time of the newest sample that is stored; 0 where none is
 * @param pendingSamples accepted by the gateway and covered by no receipt
 * @param pendingItems blocks and events covered by no receipt
 * @param drainMillis how long its backlog takes, as it measured at its last report; -1 where that
 *     is not known
 * @param clockOffsetNanos gateway's wall clock less the centre's at the last report
 * @param writtenBytesADay what it writes to its disk in a day; -1 where that is not known
 * @param autonomyMinutes how long its store lasts without the line, as it was at its last report;
 *     -1 where that is not known
 * @param trouble what a person should look at; empty while all is well
 */
public record GatewayState(
        long joinedNanos,
        long seenNanos,
        long newestNanos,
        long reportedNanos,
        long pendingSamples,
        long pendingItems,
        long drainMillis,
        long clockOffsetNanos,
        long writtenBytesADay,
        long autonomyMinutes,
        String trouble) {
    /** A gateway of which nothing was heard. */
    public static final GatewayState UNHEARD =
            new GatewayState(0, 0, 0, 0, 0, 0, -1, 0, -1, -1, "");

    GatewayState joined(long now) {
        return new GatewayState(
                now,
                now,
                newestNanos,
                reportedNanos,
                pendingSamples,
                pendingItems,
                drainMillis,
                clockOffsetNanos,
                writtenBytesADay,
                autonomyMinutes,
                "");
    }

    GatewayState seen(long now) {
        return new GatewayState(
                joinedNanos,
                now,
                newestNanos,
                reportedNanos,
                pendingSamples,
                pendingItems,
                drainMillis,
                clockOffsetNanos,
                writtenBytesADay,
                autonomyMinutes,
                trouble);
    }

    /** What the database says of it, where that is newer than what is known. */
    GatewayState atLeast(GatewayState stored) {
        boolean reported = stored.reportedNanos > reportedNanos;
        var newer = reported ? stored : this;
        return new GatewayState(
                joinedNanos,
                Math.max(seenNanos, stored.seenNanos),
                Math.max(newestNanos, stored.newestNanos),
                newer.reportedNanos,
                newer.pendingSamples,
                newer.pendingItems,
                newer.drainMillis,
                newer.clockOffsetNanos,
                newer.writtenBytesADay,
                newer.autonomyMinutes,
                trouble);
    }

    GatewayState stored(long newest) {
        return newest(Math.max(newest, newestNanos));
    }

    /** Where its clock turned out to have been wrong, the newest sample may be an older one. */
    GatewayState newest(long newest) {
        return new GatewayState(
                joinedNanos,
                seenNanos,
                newest,
                reportedNanos,
                pendingSamples,
                pendingItems,
                drainMillis,
                clockOffsetNanos,
                writtenBytesADay,
                autonomyMinutes,
                trouble);
    }

    GatewayState troubled(String what) {
        return new GatewayState(
                joinedNanos,
                seenNanos,
                newestNanos,
                reportedNanos,
                pendingSamples,
                pendingItems,
                drainMillis,
                clockOffsetNanos,
                writtenBytesADay,
                autonomyMinutes,
                what);
    }
}
