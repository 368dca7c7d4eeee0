package io.drme.trial;

import io.drme.alarm.AlarmState;
import java.util.List;
import java.util.Optional;

/** One line of {@code expect}. */
sealed interface Expected {

    Place place();

    /** The time that it speaks of. */
    Span span();

    /**
     * Samples with these values, each within the span by its source time.
     *
     * @param within how far numbers may be off, in the tag's unit
     */
    record Results(Place place, Span span, double within, List<Cell> cells) implements Expected {}

    /**
     * An alarm's state: that it has at a moment, or that it comes into within a span.
     *
     * @param tag which of the tags that it watches; absent: all must be normal, or one in the state
     */
    record State(Place place, Span span, String alarm, Optional<String> tag, AlarmState state)
            implements Expected {}

    /** No sample of any tag that a glob matches. */
    record NoResult(Place place, Span span, String glob) implements Expected {}

    /** An alarm stays normal on all its tags. */
    record NoAlarm(Place place, Span span, String alarm) implements Expected {}
}
