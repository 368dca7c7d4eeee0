package io.drme.edge.recording;

import io.drme.history.ClockLine;
import io.drme.log.EventItem;
import io.drme.schema.BadEventException;
import io.drme.schema.ClockStep;
import io.drme.schema.EventSchema;
import io.drme.schema.Payloads;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What became of the gateway's clock, as the log tells it and as it goes on, and how times are
 * therefore to be read.
 *
 * <p>{@link #line} is for any thread; the rest belongs to the store's.
 */
public final class ClockBook {
    private final List<ClockLine.Step> steps = new ArrayList<>();
    private volatile @Nullable ClockStep newest;
    private volatile ClockLine line = ClockLine.EMPTY;

    /** Makes an empty one. */
    public ClockBook() {}

    /** Sees an event of the log; others than those of the clock are passed over. */
    public void see(EventItem item) {
        if (item.event().schemaId() != EventSchema.CLOCK_STEP.id()) {
            return;
        }
        try {
            if (Payloads.of(item.event()) instanceof ClockStep step) {
                add(step);
            }
        } catch (BadEventException _) {
            // of a release that this one does not know: says nothing to us
        }
    }

    /** Adds the newest. */
    void add(ClockStep step) {
        steps.add(new ClockLine.Step(ClockLine.ONLY_EPOCH, step));
        line = ClockLine.of(steps);
        newest = step;
    }

    /** What the clock is since its last change; absent before the first is known. */
    public Optional<ClockStep> newest() {
        return Optional.ofNullable(newest);
    }

    /** How the gateway's times are to be read. */
    public ClockLine line() {
        return line;
    }
}
