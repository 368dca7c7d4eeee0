package io.drme.driver;

import java.util.Locale;
import java.util.OptionalLong;

/**
 * How one device does, as pages and {@code why} show it. Immutable.
 *
 * @param device its name
 * @param driver the name of its protocol
 * @param state what it does now
 * @param reason why it is not good, as a person reads it; empty where it is good
 * @param since when the state began, nanoseconds since 1970 UTC
 * @param lastGood when the device last gave samples or a sign of life, nanoseconds since 1970 UTC
 * @param lastErrorTime when it last failed
 * @param lastError what went wrong then; empty where nothing ever did; kept after recovery
 * @param nextTry when it is tried again; empty unless it is being left alone
 * @param counters cumulative since the loop was made
 * @param exchange what passed between us last; refreshed about once a second and on each failure
 */
public record DeviceStatus(
        String device,
        String driver,
        State state,
        String reason,
        long since,
        OptionalLong lastGood,
        OptionalLong lastErrorTime,
        String lastError,
        OptionalLong nextTry,
        Counters counters,
        Exchange exchange) {

    /** What a device does. */
    public enum State {
        /** Not tried yet. */
        STARTING,
        /** It gives values. */
        GOOD,
        /** Connected, but it has not been heard of for longer than a tag's stale limit. */
        SILENT,
        /** Out of reach; tried again with back-off. */
        UNREACHABLE,
        /** It refused us; tried again at long intervals. */
        REFUSED,
        /** Its loop has ended. */
        STOPPED;

        /** The form that people and JSON see, for example {@code unreachable}. */
        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * What a loop counts.
     *
     * @param polls polls that gave samples; deliveries of a pushed driver
     * @param failedPolls beats on which the device was lost
     * @param skippedPolls beats that passed while an earlier poll, a connect or a full queue held
     *     the loop
     * @param samples samples handed on, bad ones too
     * @param badSamples those of them that were bad
     * @param connects connects that succeeded
     * @param failures connects and polls that failed
     * @param bugs of the failures, those that were mistakes in the driver
     * @param lostValues values that the driver knows to have been lost before it took them
     * @param slowedPolls beats that were left out on purpose, while the gateway could not follow
     */
    public record Counters(
            long polls,
            long failedPolls,
            long skippedPolls,
            long samples,
            long badSamples,
            long connects,
            long failures,
            long bugs,
            long lostValues,
            long slowedPolls) {}
}
