package io.drme.alarm;

import static io.drme.alarm.AlarmState.ACKNOWLEDGED;
import static io.drme.alarm.AlarmState.LATCHED;
import static io.drme.alarm.AlarmState.NORMAL;
import static io.drme.alarm.AlarmState.RETURNED;
import static io.drme.alarm.AlarmState.SHELVED;
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
                    new Row(UNACKNOWLEDGED, Input.CLEAR, RETURNED),
                    new Row(UNACKNOWLEDGED, Input.ACKNOWLEDGE, ACKNOWLEDGED),
                    new Row(UNACKNOWLEDGED, Input.SHELVE, SHELVED),
                    new Row(ACKNOWLEDGED, Input.SHELVE, SHELVED),
                    new Row(RETURNED, Input.RAISE, UNACKNOWLEDGED),
                    new Row(RETURNED, Input.SHELVE, SHELVED),
                    new Row(SHELVED, Input.UNSHELVE_ACKNOWLEDGED, ACKNOWLEDGED),
                    new Row(SHELVED, Input.UNSHELVE_PRESENT, UNACKNOWLEDGED));
    private static final List<Row> PLAIN =
            List.of(
                    new Row(ACKNOWLEDGED, Input.CLEAR, NORMAL),
                    new Row(RETURNED, Input.ACKNOWLEDGE, NORMAL),
                    new Row(SHELVED, Input.UNSHELVE_GONE, NORMAL));
    private static final List<Row> LATCHING =
            List.of(
                    new Row(ACKNOWLEDGED, Input.CLEAR, LATCHED),
                    new Row(RETURNED, Input.ACKNOWLEDGE, LATCHED),
                    new Row(SHELVED, Input.UNSHELVE_GONE, LATCHED),
                    new Row(LATCHED, Input.RAISE, UNACKNOWLEDGED),
                    new Row(LATCHED, Input.RESET, NORMAL),
                    new Row(LATCHED, Input.SHELVE, SHELVED));

    /** For alarms that end by themselves. */
    static final Machine UNLATCHED = new Machine(COMMON, PLAIN);

    /** For alarms that wait for a reset. */
    static final Machine LATCHED_UNTIL_RESET = new Machine(COMMON, LATCHING);

    private final Map<AlarmState, Map<Input, AlarmState>> table = new EnumMap<>(AlarmState.class);

    private Machine(List<Row> common, List<Row> own) {
        common.forEach(this::add);
        own.forEach(this::add);
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
