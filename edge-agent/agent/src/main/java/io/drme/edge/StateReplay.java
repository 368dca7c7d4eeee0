package io.drme.edge;

import io.drme.alarm.Alarms;
import io.drme.alarm.Recall;
import io.drme.alarm.Transition;
import io.drme.edge.acquisition.Plan;
import io.drme.edge.recording.LogTail;
import io.drme.log.EventItem;
import io.drme.model.Batch;
import io.drme.schema.BadEventException;
import io.drme.schema.EventSchema;
import io.drme.schema.GatewayLife;
import io.drme.schema.Payloads;
import io.drme.stream.Pipelines;
import io.drme.time.Hlc;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Brings pipelines and alarms from where a snapshot left them to where the log ends: takes them
 * through what was recorded since. What pipelines derive meanwhile is on record for the most part,
 * as a sample and what was derived from it go to disk in one frame; {@link #left} is what is not,
 * since it had to wait for the processor. What alarms did is on record as their transitions.
 *
 * <p>A tick that derived something is on record by what it derived, one that had to wait by an
 * empty batch of derived samples; each is made again at its time. Other ticks changed nothing, but
 * that operators saw that the gateway runs: of these the gateway records one each {@code
 * Acquisition.MARK_NANOS}, and in a log without them they are made up.
 */
final class StateReplay implements LogTail.Visitor {
    /** On top of what results look back on: delays of devices, ticks, held values. */
    static final Duration MARGIN = Duration.ofMinutes(10);

    /**
     * A snapshot may be older than what results look back on by this, for the sake of totals: they
     * go on from it. What it knows of windows is over by then.
     */
    static final Duration OLDEST = Duration.ofDays(1);

    /** So many samples are gone through at most; it bounds the time of a start. */
    static final long MOST_SAMPLES = 100_000_000;

    /** Well below what an aggregate takes for a gateway that was down. */
    private static final long MOST_UNWATCHED_NANOS = Duration.ofSeconds(40).toNanos();

    /** A longer time without anything is taken for a clock that was set. */
    private static final long MOST_QUIET_NANOS = Duration.ofDays(1).toNanos();

    private static final long STEP_NANOS = Duration.ofSeconds(25).toNanos();

    /** By then a gateway that started has ticked. */
    private static final long TICKED_NANOS = Duration.ofSeconds(1).toNanos();

    private static final long NANOS_PER_MILLI = 1_000_000;

    private final Pipelines pipelines;
    private final Recall alarms;
    private final List<Start> starts;
    private final MadeAgain made;
    private final Batch derived = new Batch();

    /** The time of what was seen last. */
    private long last;

    /** When operators heard last that the gateway runs. */
    private long tickedAt;

    private boolean began;
    private int nextStart;
    private long batches;
    private long ticks;

    /**
     * Prepares it.
     *
     * @param takenAtNanos when the snapshot was taken that pipelines and alarms have taken over,
     *     nanoseconds since 1970 UTC; absent where they know nothing
     * @param recorded transitions of alarms since then, in the order of the record
     * @param starts of the gateway, ascending: before each it was down for a while
     */
    StateReplay(
            Plan plan, OptionalLong takenAtNanos, List<Transition> recorded, List<Start> starts) {
        this.pipelines = plan.pipelines();
        this.made = new MadeAgain(pipelines::goesOn);
        this.alarms = new Recall(plan.alarms(), recorded);
        this.starts = starts;
        this.last = takenAtNanos.orElse(Long.MIN_VALUE);
        this.tickedAt = last;
        this.began = takenAtNanos.isPresent();
    }

    /** How old a sample may be that pipelines or delays of alarms still depend on. */
    static Duration looksBack(Pipelines pipelines, Alarms alarms) {
        var ofAlarms = Recall.looksBack(alarms);
        var ofPipelines = pipelines.looksBack();
        return (ofAlarms.compareTo(ofPipelines) > 0 ? ofAlarms : ofPipelines).plus(MARGIN);
    }

    /**
     * A start of the gateway, in nanoseconds since 1970 UTC.
     *
     * @param acceptedAt when the run before accepted something last; 0 where there was none
     */
    record Start(long at, long acceptedAt) {
        /** For how long it was down before, of the time after {@code from}. */
        long downSince(long from) {
            return acceptedAt == 0 ? 0 : Math.max(0, at - Math.max(acceptedAt, from));
        }
    }

    /** When the gateway started, where an event says so. */
    static Optional<Start> startOf(EventItem item) {
        if (item.event().schemaId() != EventSchema.GATEWAY_LIFE.id()) {
            return Optional.empty();
        }
        try {
            return Payloads.of(item.event()) instanceof GatewayLife life
                            && !life.kind().equals("stopped")
                    ? Optional.of(
                            new Start(Hlc.epochNanos(item.event().time()), life.lastCommitTime()))
                    : Optional.empty();
        } catch (BadEventException _) {
            return Optional.empty(); // of a release that this one does not know
        }
    }

    @Override
    public void see(LogTail.Moment moment) {
        long now = Hlc.epochNanos(moment.stamp());
        passTo(now);
        if (moment.isRead()) {
            derived.begin(Layout.DERIVED_GROUP, moment.stamp());
            pipelines.process(moment.samples(), derived);
            made.add(derived);
            alarms.read(moment.samples());
            batches++;
        } else if (moment.results().size() == 0 || !made.hasAll(moment.results())) {
            tick(now); // else they had waited, and nothing was made at this time
            ticks++;
        }
        made.onRecord(moment.results());
        alarms.read(moment.results());
    }

    private void passTo(long now) {
        for (; nextStart < starts.size() && starts.get(nextStart).at() <= now; nextStart++) {
            long start = starts.get(nextStart).at();
            if (began && start > last) {
                last = start; // in what was before it nobody watched, whatever came since
                tickAtStart(start, now);
            }
        }
        boolean wasQuiet = began && now - last <= MOST_QUIET_NANOS;
        while (wasQuiet && now - last > MOST_UNWATCHED_NANOS) {
            last += STEP_NANOS;
            tick(last);
        }
        if (began && last - tickedAt > MOST_UNWATCHED_NANOS) {
            tick(last); // others had samples all the time, and those that had none would not know
        }
        tickedAt = began ? tickedAt : now;
        last = now;
        began = true;
    }

    /** A batch may have come before the first tick. */
    private void tickAtStart(long start, long now) {
        if (now - start >= TICKED_NANOS) {
            tick(start);
        } else {
            tickedAt = start;
        }
    }

    private void tick(long now) {
        tickedAt = now;
        derived.begin(Layout.DERIVED_GROUP, Hlc.of(now / NANOS_PER_MILLI, 0));
        pipelines.tick(now, derived);
        made.add(derived);
        alarms.tick(now);
    }

    /** Ends it: what was recorded of alarms after the last sample is taken over too. */
    void end() {
        alarms.end();
    }

    /** What was derived and is not on record, in batches without a stamp. */
    List<Batch> left() {
        return made.left(Layout.DERIVED_GROUP);
    }

    long batches() {
        return batches;
    }

    long ticks() {
        return ticks;
    }
}
