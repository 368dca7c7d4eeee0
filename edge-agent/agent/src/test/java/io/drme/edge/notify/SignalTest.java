package io.drme.edge.notify;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.alarm.AlarmState;
import io.drme.alarm.Guidance;
import io.drme.alarm.Priority;
import io.drme.alarm.Transition;
import io.drme.edge.notify.NotificationConfig.Output;
import io.drme.edge.recording.AlarmBook.Occurrence;
import io.drme.model.TagName;
import io.drme.schema.AlarmMarks;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** When a horn sounds; each step of the alarm is a nanosecond after the one before. */
class SignalTest {
    private final List<Transition> steps = new ArrayList<>();
    private Signal horn = horn(List.of());

    private static Signal horn(List<String> silenced) {
        var output = new Output(new TagName("cabinet/horn"), Output.Mode.HORN);
        var config =
                new NotificationConfig(
                        "horn",
                        output,
                        Alarming.all(),
                        NotificationConfig.Limits.defaults(),
                        Language.EN);
        return new Signal(config, output, silenced);
    }

    private void step(AlarmState from, AlarmState to, Priority priority) {
        steps.add(
                new Transition(
                        "o1",
                        "oil-hot",
                        Alarming.OIL,
                        from,
                        to,
                        priority,
                        Optional.empty(),
                        "",
                        new Guidance("", "", "", Duration.ZERO),
                        1 + steps.size(),
                        "",
                        "",
                        0,
                        0,
                        AlarmMarks.NONE,
                        false));
    }

    private boolean sounds() {
        var now =
                new Occurrence(steps.getLast(), steps.getFirst(), 0, 0, "", "", List.copyOf(steps));
        horn.forget();
        return horn.due(List.of(now), 0).orElseThrow();
    }

    private void silencedOne() {
        step(AlarmState.NORMAL, AlarmState.UNACKNOWLEDGED, Priority.HIGH);
        assertThat(sounds()).isTrue();
        assertThat(horn.silence()).isEqualTo(1);
        assertThat(sounds()).isFalse();
    }

    // Planted: what is silenced is known by its id only.
    @Test
    void whatIsRaisedAgainAfterItReturnedSoundsAgain() {
        silencedOne();
        step(AlarmState.UNACKNOWLEDGED, AlarmState.RETURNED, Priority.HIGH);
        assertThat(sounds()).as("that it is better sounds nothing").isFalse();
        step(AlarmState.RETURNED, AlarmState.UNACKNOWLEDGED, Priority.HIGH);

        assertThat(sounds()).isTrue();
    }

    @Test
    void whatBecomesMoreUrgentSoundsAgain() {
        silencedOne();
        step(AlarmState.UNACKNOWLEDGED, AlarmState.UNACKNOWLEDGED, Priority.HIGH);
        assertThat(sounds()).as("a comment").isFalse();
        step(AlarmState.UNACKNOWLEDGED, AlarmState.UNACKNOWLEDGED, Priority.CRITICAL);

        assertThat(sounds()).isTrue();
    }

    @Test
    void silencingHoldsOverARestartAndNotForWhatWasRaisedMeanwhile() {
        silencedOne();
        var kept = horn.silenced();
        horn = horn(kept);
        assertThat(sounds()).isFalse();

        step(AlarmState.UNACKNOWLEDGED, AlarmState.RETURNED, Priority.HIGH);
        step(AlarmState.RETURNED, AlarmState.UNACKNOWLEDGED, Priority.HIGH);
        horn = horn(kept);
        assertThat(sounds()).isTrue();
    }
}
