package io.drme.alarm;

import io.drme.schema.AlarmFlood;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The load of alarms as it stands; times are gateway time in nanoseconds since 1970 UTC.
 *
 * @param now when
 * @param since what is counted goes back to here: 24 hours, or to where the record begins
 * @param lastTenMinutes alarms in the last ten minutes, exact to ten seconds
 * @param total alarms since {@code since}
 * @param peak the most within ten minutes
 * @param byPriority alarms since {@code since}
 * @param isFlooded whether a flood lasts
 * @param floods the newest first
 * @param frequent the most frequent first
 * @param chattering those that chatter now first
 * @param letGo how many alarms were let go for want of room, so that what they did before is in no
 *     list
 */
public record LoadFigures(
        long now,
        long since,
        long lastTenMinutes,
        long total,
        Peak peak,
        Map<Priority, Long> byPriority,
        boolean isFlooded,
        List<AlarmFlood> floods,
        List<Frequent> frequent,
        List<Chattering> chattering,
        long letGo) {
    /** So many stand in a list. */
    public static final int MOST_LISTED = 100;

    private static final double TEN_MINUTES_NANOS = Floods.SPAN_NANOS;

    /**
     * The most alarms within ten minutes, exact to ten seconds.
     *
     * @param atNanos when those ended; 0 where none came
     */
    public record Peak(long alarms, long atNanos) {}

    /**
     * An alarm that comes often.
     *
     * @param count in the last 24 hours, by whole hours
     * @param share of all alarms, 0 to 1
     */
    public record Frequent(String name, String tag, long count, double share) {}

    /**
     * An alarm that comes and goes three times a minute or more.
     *
     * @param isNow whether it does at this time
     * @param bursts how often it began to
     * @param most changes within one minute
     * @param lastAt when it did last
     */
    public record Chattering(
            String name, String tag, boolean isNow, long bursts, int most, long lastAt) {}

    /** How many came in ten minutes, on average; of a shorter time than that, in that. */
    public double averageInTenMinutes() {
        return total / Math.max(1, (now - since) / TEN_MINUTES_NANOS);
    }

    /** The part of the time in which there was a flood, 0 to 1. */
    public double timeInFlood() {
        long inFlood = 0;
        for (var flood : floods) {
            long until = flood.until() == 0 ? now : flood.until();
            inFlood += Math.max(0, until - Math.max(flood.since(), since));
        }
        return now == since ? 0 : inFlood / (double) (now - since);
    }

    /** What EEMUA 191 and ISA-18.2 say of so many alarms in ten minutes for one person. */
    public enum Verdict {
        /** At most one: a person has time for each. */
        GOOD,
        /** At most two: what a person can follow at most, over a shift. */
        MANAGEABLE,
        /** At most ten: too many for long. */
        TOO_MANY,
        /** More than ten: nobody can follow. */
        FLOOD;

        /** The verdict on a rate. */
        public static Verdict on(double inTenMinutes) {
            return inTenMinutes <= 1
                    ? GOOD
                    : inTenMinutes <= 2
                            ? MANAGEABLE
                            : inTenMinutes <= Floods.MOST_WITHOUT ? TOO_MANY : FLOOD;
        }

        /** The form in the API, for example {@code too-many}. */
        public String text() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }
}
