package io.drme.edge;

import io.drme.alarm.Transition;
import io.drme.config.InvalidConfigException;
import io.drme.edge.acquisition.Plan;
import io.drme.edge.acquisition.Restart;
import io.drme.edge.recording.LogTail;
import io.drme.edge.state.OperatorState;
import io.drme.model.Batch;
import io.drme.stream.Loss;
import io.drme.time.Clock;
import io.drme.time.Hlc;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings a plan to where the last run left it: by the newest snapshot, and by what was recorded
 * since. Nothing that is wrong with either stops the start; what does not go on is told.
 *
 * <p>For the thread that starts the gateway, before any other has the store.
 */
final class Restoration {
    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final Logger log = LoggerFactory.getLogger(Restoration.class);

    private final LogTail tail;
    private final List<Transition> recorded;
    private final List<StateReplay.Start> starts;
    private final Clock clock;
    private final long now;
    private final long mostSamples;
    private final List<String> lost = new ArrayList<>();

    /**
     * Prepares it.
     *
     * @param recorded transitions of alarms, in the order of the record
     * @param starts of the gateway, ascending
     * @param now gateway time, nanoseconds since 1970 UTC
     * @param mostSamples so many samples are gone through at most
     */
    Restoration(
            LogTail tail,
            List<Transition> recorded,
            List<StateReplay.Start> starts,
            Clock clock,
            long now,
            long mostSamples) {
        this.tail = tail;
        this.recorded = recorded;
        this.starts = starts;
        this.clock = clock;
        this.now = now;
        this.mostSamples = mostSamples;
    }

    /** Makes the plan again, as fresh as the first. */
    @FunctionalInterface
    interface Again {
        Layout.Ready place() throws InvalidConfigException;
    }

    /**
     * What runs.
     *
     * @param ready the plan, or one made again where something did not fit
     * @param left results that were derived and never recorded, in batches without a stamp
     */
    record Restored(Layout.Ready ready, Restart restart, List<Batch> left) {}

    /**
     * Brings it there.
     *
     * @param kept finds the newest snapshot; asked only where the plan has any use for it
     */
    Restored run(Layout.Ready ready, Supplier<Optional<OperatorState>> kept, Again again)
            throws InvalidConfigException {
        if (!StateDesk.hasState(ready.plan())) {
            ready.plan().alarms().replay(recorded);
            return new Restored(ready, Restart.NONE, List.of());
        }
        long begun = clock.nanoTime();
        var state = kept.get().filter(s -> isOfUse(s, ready.plan()));
        var restored = ready;
        if (state.isPresent() && !takeOver(ready.plan(), state.get())) {
            restored = again.place();
            state = Optional.empty();
        }
        try {
            return replay(restored, state, begun);
        } catch (RuntimeException e) {
            // It would be the same at each start.
            log.error("recorded samples can't be replayed; the agent starts without it", e);
            lost.add(
                    "all pipelines begin anew: what is recorded can't be gone through, see the log");
            var fresh = again.place();
            fresh.plan().alarms().replay(recorded);
            return new Restored(fresh, report(Optional.empty(), 0, begun, 0, 0, 0), List.of());
        }
    }

    /** Whether the log can be gone through from a snapshot on, in time. */
    private boolean isOfUse(OperatorState state, Plan plan) {
        var looksBack = StateReplay.looksBack(plan.pipelines(), plan.alarms());
        var oldest = looksBack.compareTo(StateReplay.OLDEST) > 0 ? looksBack : StateReplay.OLDEST;
        long behind = ranSince(state.takenAtNanos());
        var why =
                behind > oldest.toNanos()
                        ? "more was recorded since than the %s that a state may be behind"
                                .formatted(oldest)
                        : tail.since(state.position(), mostSamples).from() > state.position()
                                ? "more than %,d samples were recorded since".formatted(mostSamples)
                                : "";
        if (!why.isEmpty()) {
            lost.add(
                    "all pipelines begin anew from what is recorded: the state on disk is of %s, and %s"
                            .formatted(time(state.takenAtNanos()), why));
        }
        return why.isEmpty();
    }

    /** For how long the gateway ran from then to the end of the log. */
    private long ranSince(long takenAt) {
        long end = newest();
        long down =
                starts.stream()
                        .filter(start -> start.at() <= end)
                        .mapToLong(start -> start.downSince(takenAt))
                        .sum();
        return end - takenAt - down;
    }

    /** Where the log ends; time that passed while nothing was recorded does not count. */
    private long newest() {
        var newest = tail.newest();
        return newest.isPresent() ? Hlc.epochNanos(newest.getAsLong()) : now;
    }

    private static Instant time(long nanos) {
        return Instant.EPOCH.plusNanos(nanos);
    }

    private boolean takeOver(Plan plan, OperatorState state) {
        var losses = new ArrayList<Loss>();
        try {
            boolean pipelines = plan.pipelines().restore(state.pipelines(), losses::add);
            // What is no longer configured is ended by the record, see noLongerConfigured.
            boolean alarms = plan.alarms().restore(state.alarms(), now, _ -> {});
            log.info("operator state restored pipelines={} alarms={}", pipelines, alarms);
            losses.stream().map(Loss::text).forEach(lost::add);
            if (!pipelines || !alarms) {
                lost.clear();
                lost.add(
                        "all pipelines begin anew from what is recorded: the state on disk is of another release");
            }
            return pipelines && alarms;
        } catch (RuntimeException e) {
            // Checksums were right, so this is a mistake of a release; the start goes before it.
            log.error("operator state does not fit this release; the agent starts without it", e);
            lost.clear();
            lost.add(
                    "all pipelines begin anew from what is recorded: the state on disk does not fit, see the log");
            return false;
        }
    }

    private Restored replay(Layout.Ready ready, Optional<OperatorState> state, long begun) {
        var plan = ready.plan();
        long takenAt = state.map(OperatorState::takenAtNanos).orElse(Long.MIN_VALUE);
        var replay =
                new StateReplay(
                        plan,
                        state.isPresent() ? OptionalLong.of(takenAt) : OptionalLong.empty(),
                        recorded.stream().filter(t -> t.atNanos() >= takenAt).toList(),
                        starts);
        var looksBack = StateReplay.looksBack(plan.pipelines(), plan.alarms());
        var part =
                tail.since(
                        state.map(OperatorState::position).orElseGet(() -> stampBefore(looksBack)),
                        mostSamples);
        if (part.unreadable() > 0) {
            lost.add(
                    "%,d blocks of the log can't be read, see the log: what is reckoned goes on without their samples"
                            .formatted(part.unreadable()));
        }
        part.visit(plan.pipelines().table(), replay);
        replay.end();
        var left = replay.left();
        long results = left.stream().mapToLong(Batch::size).sum();
        return new Restored(
                ready,
                report(
                        state,
                        Hlc.epochNanos(part.from()),
                        begun,
                        replay.batches(),
                        replay.ticks(),
                        results),
                left);
    }

    private long stampBefore(Duration looksBack) {
        return Hlc.of(Math.max(0, newest() - looksBack.toNanos()) / NANOS_PER_MILLI, 0);
    }

    private Restart report(
            Optional<OperatorState> state,
            long from,
            long begun,
            long batches,
            long ticks,
            long results) {
        var restart =
                new Restart(
                        state.map(OperatorState::takenAtNanos).orElse(0L),
                        from,
                        batches,
                        ticks,
                        results,
                        clock.nanoTime() - begun,
                        List.copyOf(lost));
        log.info(
                "pipelines brought up to the log snapshot={} from={} batches={} ticks={} results-recorded={} took={} ms",
                state.isPresent(),
                time(from),
                batches,
                ticks,
                results,
                restart.tookNanos() / NANOS_PER_MILLI);
        lost.forEach(line -> log.warn("after the restart: {}", line));
        return restart;
    }
}
