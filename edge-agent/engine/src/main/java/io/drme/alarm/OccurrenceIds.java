package io.drme.alarm;

/** Ids of occurrences: the gateway and a stamp that it gives once. */
final class OccurrenceIds {
    private OccurrenceIds() {}

    static String of(String gateway, long stamp) {
        return gateway + "-" + Long.toString(stamp, Character.MAX_RADIX);
    }

    /** The stamp in an id, or 0 where it is the id of another release. */
    static long stamp(String id) {
        try {
            return Long.parseLong(id.substring(id.lastIndexOf('-') + 1), Character.MAX_RADIX);
        } catch (NumberFormatException _) {
            return 0;
        }
    }
}
