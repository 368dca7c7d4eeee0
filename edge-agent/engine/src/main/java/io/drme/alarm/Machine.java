package io.drme.alarm;

import static io.drme.alarm.AlarmState.ACKNOWLEDGED;
import static io.drme.alarm.AlarmState.LATCHED;
import static io.drme.alarm.AlarmState.NORMAL;
import static io.drme.alarm.AlarmState.OUT_OF_SERVICE;
import static io.drme.alarm.AlarmState.RETURNED;
import static io.drme.alarm.AlarmState.SHELVED;
import static io.drme.alarm.AlarmState.SUPPRESSED;
import static io.drme.alarm.AlarmState.UNACKNOWLEDGED;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The states of an alarm and what leads from one to the next, as one table; docs/alarms.md shows
 * the same. What is not in the table is not possible.
 */
final class Machine {
    private record Row(AlarmState from, Input input, AlarmState to) {}

    private static final List<Row> COMMON =
            List.of(
                    new Row(NORMAL, Input.RAISE, UNACKNOWLEDGED),
                    new Row(NORMAL, Input.RAISE_SUPPRESSED, SUPPRESSED),
                    new Row(UNACKNOWLEDGED, Input.CLEAR, RETURNED),
                    new Row(UNACKNOWLEDGED, Input.ACKNOWLEDGE, ACKNOWLEDGED),
                    new Row(RETURNED, Input.RAISE, UNACKNOWLEDGED));
    private static final List<Row> PLAIN =
            List.of(
                    new Row(ACKNOWLEDGED, Input.CLEAR, NORMAL),
                    new Row(RETURNED, Input.ACKNOWLEDGE, NORMAL));
    private static final List<Row> LATCHING =
            List.of(
                    new Row(ACKNOWLEDGED, Input.CLEAR, LATCHED),
                    new Row(RETURNED, Input.ACKNOWLEDGE, LATCHED),
                    new Row(LATCHED, Input.RAISE, UNACKNOWLEDGED),
                    new Row(LATCHED, Input.RAISE_SUPPRESSED, SUPPRESSED),
                    new Row(LATCHED, Input.RESET, NORMAL),
                    new Row(LATCHED, Input.SHELVE, SHELVED),
                    new Row(LATCHED, Input.TAKE_OUT, OUT_OF_SERVICE));

    /** What hides an alarm, and from where. */
    private static final List<Row> HIDING =
            List.of(
                    new Row(UNACKNOWLEDGED, Input.SHELVE, SHELVED),
                    new Row(ACKNOWLEDGED, Input.SHELVE, SHELVED),
                    new Row(RETURNED, Input.SHELVE, SHELVED),
                    new Row(UNACKNOWLEDGED, Input.SUPPRESS, SUPPRESSED),
                    new Row(ACKNOWLEDGED, Input.SUPPRESS, SUPPRESSED),
                    new Row(RETURNED, Input.SUPPRESS, SUPPRESSED),
                    new Row(NORMAL, Input.TAKE_OUT, OUT_OF_SERVICE),
                    new Row(UNACKNOWLEDGED, Input.TAKE_OUT, OUT_OF_SERVICE),
                    new Row(ACKNOWLEDGED, Input.TAKE_OUT, OUT_OF_SERVICE),
                    new Row(RETURNED, Input.TAKE_OUT, OUT_OF_SERVICE),
                    new Row(SHELVED, Input.TAKE_OUT, OUT_OF_SERVICE),
                    new Row(SUPPRESSED, Input.TAKE_OUT, OUT_OF_SERVICE),
                    new Row(SHELVED, Input.BACK_SUPPRESSED, SUPPRESSED),
                    new Row(OUT_OF_SERVICE, Input.BACK_SUPPRESSED, SUPPRESSED),
                    new Row(SUPPRESSED, Input.BACK_UNTOLD, NORMAL),
                    new Row(OUT_OF_SERVICE, Input.BACK_UNTOLD, NORMAL));

    /** For alarms that end by themselves. */
    static final Machine UNLATCHED = new Machine(PLAIN, NORMAL);

    /** For alarms that wait for a reset. */
    static final Machine LATCHED_UNTIL_RESET = new Machine(LATCHING, LATCHED);

    private final Map<AlarmState, Map<Input, AlarmState>> table = new EnumMap<>(AlarmState.class);

    private Machine(List<Row> own, AlarmState gone) {
        COMMON.forEach(this::add);
        HIDING.forEach(this::add);
        own.forEach(this::add);
        for (var hidden : List.of(SHELVED, SUPPRESSED, OUT_OF_SERVICE)) {
            add(new Row(hidden, Input.BACK_ACKNOWLEDGED, ACKNOWLEDGED));
            add(new Row(hidden, Input.BACK_PRESENT, UNACKNOWLEDGED));
            add(new Row(hidden, Input.BACK_GONE, gone));
        }
    }

    private void add(Row row) {
        table.computeIfAbsent(row.from(), _ -> new EnumMap<>(Input.class))
                .put(row.input(), row.to());
    }

    /** The next state, or nothing where the input changes nothing. */
    Optional<AlarmState> next(AlarmState state, Input input) {
        return Optional.ofNullable(table.getOrDefault(state, Map.of()).get(input));
    }
}
