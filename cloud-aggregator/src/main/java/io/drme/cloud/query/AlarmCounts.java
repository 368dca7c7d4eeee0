package io.drme.cloud.query;

/**
 * How many alarms are not over. Immutable.
 *
 * @param critical open ones of this priority, as are the next three
 * @param waiting open ones that wait for a person
 * @param hidden put aside by a person or by design: in none of the other counts
 */
public record AlarmCounts(
        long critical, long high, long medium, long low, long waiting, long hidden) {
    /** No alarm. */
    public static final AlarmCounts NONE = new AlarmCounts(0, 0, 0, 0, 0, 0);

    /** Whether a state is one in which nobody has to see the alarm now. */
    public static boolean isHidden(String state) {
        return state.equals("shelved")
                || state.equals("suppressed")
                || state.equals("out-of-service");
    }

    /** Whether an alarm in this state waits for a person. */
    public static boolean isWaiting(String state) {
        return state.equals("unacknowledged") || state.equals("returned");
    }

    /** One alarm that is not over. */
    public static AlarmCounts of(String state, String priority) {
        if (isHidden(state)) {
            return new AlarmCounts(0, 0, 0, 0, 0, 1);
        }
        long waiting = isWaiting(state) ? 1 : 0;
        return switch (priority) {
            case "critical" -> new AlarmCounts(1, 0, 0, 0, waiting, 0);
            case "high" -> new AlarmCounts(0, 1, 0, 0, waiting, 0);
            case "medium" -> new AlarmCounts(0, 0, 1, 0, waiting, 0);
            default -> new AlarmCounts(0, 0, 0, 1, waiting, 0);
        };
    }

    /** Both together. */
    public AlarmCounts plus(AlarmCounts other) {
        return new AlarmCounts(
                critical + other.critical,
                high + other.high,
                medium + other.medium,
                low + other.low,
                waiting + other.waiting,
                hidden + other.hidden);
    }

    /** All that are not over and not hidden. */
    public long open() {
        return critical + high + medium + low;
    }
}
