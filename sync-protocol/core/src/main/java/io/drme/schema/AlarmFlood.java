package io.drme.schema;

import java.util.List;

/**
 * More alarms come than a person can follow, or no longer. Times are nanoseconds since 1970 UTC.
 *
 * @param kind {@link #BEGAN} or {@link #ENDED}
 * @param since when it began: at the eleventh alarm within ten minutes
 * @param until when it ended: as fewer than five came within ten minutes; 0 while it lasts
 * @param alarms how many came, from the first of the eleven on
 * @param peak the most within ten minutes, exact to ten seconds
 * @param first what came first, oldest first, at most {@link #MOST_FIRST}
 */
public record AlarmFlood(
        String kind, long since, long until, long alarms, long peak, List<First> first)
        implements Payload {
    /** What {@code kind} is where it began. */
    public static final String BEGAN = "began";

    /** What {@code kind} is where it ended. */
    public static final String ENDED = "ended";

    /** So many alarms are named: what a person looks through to find the cause. */
    public static final int MOST_FIRST = 10;

    /** Takes an immutable copy. */
    public AlarmFlood {
        first = List.copyOf(first);
    }

    /**
     * One of the alarms that came first.
     *
     * @param alarm id of the occurrence
     * @param name of the alarm in the configuration
     * @param tag the tag it watches, {@code device/path}
     * @param at when it was raised, nanoseconds since 1970 UTC
     */
    public record First(String alarm, String name, String tag, long at) {}

    void write(AvroWriter out) {
        out.putString(kind).putLong(since).putLong(until).putLong(alarms).putLong(peak);
        if (!first.isEmpty()) {
            out.putLong(first.size());
        }
        for (var one : first) {
            out.putString(one.alarm).putString(one.name).putString(one.tag).putLong(one.at);
        }
        out.putLong(0);
    }

    static AlarmFlood read(AvroReader in) throws BadEventException {
        return new AlarmFlood(
                in.takeString(),
                in.takeLong(),
                in.takeLong(),
                in.takeLong(),
                in.takeLong(),
                in.takeArray(AlarmFlood::readFirst, MOST_FIRST));
    }

    private static First readFirst(AvroReader in) throws BadEventException {
        return new First(in.takeString(), in.takeString(), in.takeString(), in.takeLong());
    }
}
