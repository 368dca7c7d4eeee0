package io.drme.edge.notify;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.alarm.AlarmState;
import io.drme.alarm.Priority;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What people are told of a transition. */
class OccasionTest {
    @ParameterizedTest
    @CsvSource({
        "NORMAL, UNACKNOWLEDGED, '', RAISED",
        "RETURNED, UNACKNOWLEDGED, '', RAISED",
        "SHELVED, UNACKNOWLEDGED, '', RAISED",
        "UNACKNOWLEDGED, ACKNOWLEDGED, anna, ACKNOWLEDGED",
        "RETURNED, NORMAL, anna, ACKNOWLEDGED",
        "RETURNED, LATCHED, anna, ACKNOWLEDGED",
        "UNACKNOWLEDGED, RETURNED, '', RETURNED",
        "ACKNOWLEDGED, NORMAL, '', RETURNED",
        "ACKNOWLEDGED, LATCHED, '', RETURNED",
        "SHELVED, NORMAL, '', RETURNED",
        "UNACKNOWLEDGED, UNACKNOWLEDGED, '', ESCALATED",
        "UNACKNOWLEDGED, UNACKNOWLEDGED, system, ESCALATED",
        "UNACKNOWLEDGED, UNACKNOWLEDGED, anna, ",
        "LATCHED, NORMAL, anna, ",
        "UNACKNOWLEDGED, SHELVED, anna, ",
        "SHELVED, ACKNOWLEDGED, anna, ",
        "NORMAL, OUT_OF_SERVICE, anna, ",
    })
    void eachTransitionIsOneThingToPeopleOrNothing(
            AlarmState from, AlarmState to, String by, Occasion occasion) {
        var transition = Alarming.transition("o1", Alarming.OIL, from, to, Priority.HIGH, by);

        assertThat(Occasion.of(transition)).isEqualTo(Optional.ofNullable(occasion));
    }
}
