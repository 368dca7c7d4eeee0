package io.drme.schema;

/**
 * What an alarm is beside its state.
 *
 * @param group first-out group of the alarm; empty where it has none
 * @param first whether this occurrence was the first of its group
 * @param escalatedFrom priority before it was raised, as nobody acknowledged the alarm in time;
 *     empty where it was not
 */
public record AlarmMarks(String group, boolean first, String escalatedFrom) {
    /** Of an alarm without a group that nobody had to be reminded of. */
    public static final AlarmMarks NONE = new AlarmMarks("", false, "");
}
