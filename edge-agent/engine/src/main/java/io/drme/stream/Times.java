package io.drme.stream;

/** What a time says by the calendar in UTC, numbered as in CEL. Takes nanoseconds since 1970. */
final class Times {
    private static final long NANOS_A_SECOND = 1_000_000_000;
    private static final long NANOS_A_DAY = 86_400 * NANOS_A_SECOND;
    private static final long DAYS_IN_400_YEARS = 146_097;
    private static final int[] FIRST_DAYS = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};

    private Times() {}

    static long epochSeconds(long nanos) {
        return Math.floorDiv(nanos, NANOS_A_SECOND);
    }

    static long milliseconds(long nanos) {
        return Math.floorMod(Math.floorDiv(nanos, 1_000_000), 1_000);
    }

    static long seconds(long nanos) {
        return Math.floorMod(epochSeconds(nanos), 60);
    }

    static long minutes(long nanos) {
        return Math.floorMod(Math.floorDiv(epochSeconds(nanos), 60), 60);
    }

    static long hours(long nanos) {
        return Math.floorMod(Math.floorDiv(epochSeconds(nanos), 3_600), 24);
    }

    private static long day(long nanos) {
        return Math.floorDiv(nanos, NANOS_A_DAY);
    }

    /** From 0, a Sunday; day 0 of 1970 was a Thursday. */
    static long dayOfWeek(long nanos) {
        return Math.floorMod(day(nanos) + 4, 7);
    }

    /** From 0. */
    static long dayOfYear(long nanos) {
        long day = day(nanos);
        return day - firstDayOf(fullYear(nanos));
    }

    static long fullYear(long nanos) {
        long day = day(nanos);
        long year = 1970 + Math.floorDiv(day * 400, DAYS_IN_400_YEARS);
        if (firstDayOf(year) > day) {
            return year - 1;
        }
        return firstDayOf(year + 1) <= day ? year + 1 : year;
    }

    /** From 0. */
    static long month(long nanos) {
        long year = fullYear(nanos);
        long day = day(nanos) - firstDayOf(year);
        int month = 11;
        while (firstDayOf(month, year) > day) {
            month--;
        }
        return month;
    }

    /** From 0. */
    static long dayOfMonth(long nanos) {
        long year = fullYear(nanos);
        return dayOfYear(nanos) - firstDayOf((int) month(nanos), year);
    }

    /** From 1. */
    static long date(long nanos) {
        return dayOfMonth(nanos) + 1;
    }

    private static long firstDayOf(long year) {
        long before = year - 1;
        return (year - 1970) * 365 + leapYears(before) - leapYears(1969);
    }

    private static long leapYears(long upTo) {
        return Math.floorDiv(upTo, 4) - Math.floorDiv(upTo, 100) + Math.floorDiv(upTo, 400);
    }

    private static int firstDayOf(int month, long year) {
        boolean isLeap = (year & 3) == 0 && (year % 100 != 0 || year % 400 == 0);
        return FIRST_DAYS[month] + (isLeap && month > 1 ? 1 : 0);
    }
}
