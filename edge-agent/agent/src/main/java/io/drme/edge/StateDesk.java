package io.drme.edge;

import io.drme.alarm.AlarmState;
import io.drme.alarm.Transition;
import io.drme.edge.acquisition.Acquisition;
import io.drme.edge.acquisition.Plan;
import io.drme.edge.acquisition.Recording;
import io.drme.edge.recording.AlarmBook;
import io.drme.edge.recording.Recorder;
import io.drme.edge.state.OperatorState;
import io.drme.edge.state.StateFiles;
import io.drme.edge.state.StateKeeper;
import io.drme.model.Batch;
import io.drme.time.Clock;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Operator state over a restart: found again before the first batch, and kept while the agent runs.
 *
 * <p>The record decides: a snapshot is written only once everything in it is on record, and what
 * was recorded after it is taken over on top, see {@link Restoration}. So a window goes on as if
 * nothing had happened, and nobody sees an alarm in a state that nobody recorded.
 */
final class StateDesk implements AutoCloseable {
    /**
     * So many snapshots may be left out in a row while pipelines are far behind; a start replays
     * all that was recorded since the last.
     */
    private static final int MOST_SKIPPED = 10;

    private static final Logger log = LoggerFactory.getLogger(StateDesk.class);

    private final Acquisition acquisition;
    private final Recorder recorder;
    private final StateKeeper keeper;

    StateDesk(Path directory, Clock clock, Acquisition acquisition, Recorder recorder) {
        this.acquisition = acquisition;
        this.recorder = recorder;
        this.keeper = new StateKeeper(new StateFiles(directory), clock, new Snapshots());
    }

    /**
     * The end of each occurrence that is on record and whose alarm is no longer configured, to be
     * recorded: it is never just gone.
     */
    static Optional<Recording> noLongerConfigured(AlarmBook book, Plan plan, long now) {
        var present = plan.alarms().present().stream().map(p -> p.id()).collect(Collectors.toSet());
        var ends =
                book.occurrences().stream()
                        .map(AlarmBook.Occurrence::last)
                        .filter(t -> t.to() != AlarmState.NORMAL && !present.contains(t.id()))
                        .map(t -> end(t, now))
                        .toList();
        return ends.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        new Recording(
                                Optional.empty(),
                                new Batch(1),
                                plan.pipelines().table(),
                                0,
                                0,
                                List.of(),
                                ends,
                                () -> {}));
    }

    private static Transition end(Transition t, long now) {
        return new Transition(
                t.id(),
                t.name(),
                t.tag(),
                t.to(),
                AlarmState.NORMAL,
                t.priority(),
                t.value(),
                t.message(),
                t.guidance(),
                now,
                "",
                "no longer configured",
                0,
                0,
                t.marks(),
                t.isLocal());
    }

    /** Whether a configuration has anything to keep; the gateway's own alarms have no delays. */
    static boolean hasState(Plan plan) {
        return plan.pipelines().count() > 0 || plan.alarms().count() > SystemTags.alarms().size();
    }

    void start() {
        keeper.start();
    }

    /** Has a snapshot written when it is time; belongs to the supervisor's thread. */
    void step() {
        keeper.step();
    }

    private final class Snapshots implements StateKeeper.Source {
        private int skipped;

        @Override
        public Optional<OperatorState> take() throws InterruptedException {
            boolean must = skipped >= MOST_SKIPPED;
            var state =
                    acquisition.askDurably(owner ->
                            owner.isFarBehind() && !must
                                    ? Optional.<OperatorState>empty()
                                    : of(owner));
            skipped = state.isPresent() && state.get().isEmpty() ? skipped + 1 : 0;
            return state.isPresent() && recorder.flush() ? state.get() : Optional.empty();
        }

        @Override
        public void written(OperatorState state) throws InterruptedException {
            recorder.needEventsSince(state.takenAtNanos());
        }
    }

    /** What there is to keep of a plan that runs; nothing where it has no state. */
    static Optional<OperatorState> of(Acquisition.Owner owner) {
        owner.settle(); // before the time is taken: what comes of it is in the snapshot
        return hasState(owner.plan())
                ? Optional.of(
                        new OperatorState(
                                owner.stamp(),
                                owner.pipelines().snapshot(),
                                owner.alarms().snapshot()))
                : Optional.empty();
    }

    /**
     * Writes what is known at the end. To be called after the pipeline's thread has ended and while
     * the store's still runs.
     */
    @Override
    public void close() {
        keeper.close();
        try {
            if (recorder.flush()) {
                acquisition.afterEnd(StateDesk::of).ifPresent(keeper::saveLast);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } catch (IllegalStateException e) {
            log.warn("operator state not written at the end: {}", e.getMessage());
        }
    }
}
