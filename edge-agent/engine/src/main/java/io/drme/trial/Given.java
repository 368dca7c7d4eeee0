package io.drme.trial;

import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;

/** One line of {@code given}. Times are nanoseconds since the test began, whole milliseconds. */
sealed interface Given {

    Place place();

    /** The last time that it speaks of. */
    long until();

    /**
     * Samples, once or in a series; none where only time passes.
     *
     * @param every from one to the next; 0 where there is one
     * @param source the device's own time; absent: the same as the gateway's
     */
    record Samples(Place place, Span span, long every, OptionalLong source, List<Cell> cells)
            implements Given {
        @Override
        public long until() {
            return span.to();
        }

        /** How many times there are. */
        long times() {
            return every == 0 ? 1 : (span.to() - span.from()) / every + 1;
        }
    }

    /** What a person does to all occurrences of an alarm. */
    record Deed(Place place, long at, Action action, String alarm) implements Given {
        @Override
        public long until() {
            return at;
        }
    }

    /** What a person can do. */
    enum Action {
        ACKNOWLEDGE,
        RESET;

        /** The key that stands for it. */
        String key() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
