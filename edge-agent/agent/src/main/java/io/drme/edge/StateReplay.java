package io.drme.edge;

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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the pipelines from where a snapshot left them to where the log ends: takes them through
 * what was recorded since. What they derive meanwhile is on record already, since a sample and what
 * was derived from it go to disk in one frame; so it is not handed on again.
 *
 * <p>A tick that derived something is on record by what it derived, and is made again at its time.
 * Other ticks changed nothing, but that windows saw that the gateway runs: these are made up where
 * nothing was recorded for long.
 */
final class StateReplay implements LogTail.Visitor {
    /**
     * Where no snapshot is left: it bounds the time of a start, and covers a crash in its first.
     */
    static final Duration WITHOUT_SNAPSHOT = Duration.ofMinutes(10);

    /** Well below what an aggregate takes for a gateway that was down. */
    private static final long MOST_UNWATCHED_NANOS = Duration.ofSeconds(30).toNanos();

    /** A longer time without anything is taken for a clock that was set. */
    private static final long MOST_QUIET_NANOS = Duration.ofDays(1).toNanos();

    private static final long STEP_NANOS = Duration.ofSeconds(25).toNanos();

    /** By then a gateway that started has ticked. */
    private static final long TICKED_NANOS = Duration.ofSeconds(1).toNanos();

    private static final Logger log = LoggerFactory.getLogger(StateReplay.class);
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final Pipelines pipelines;
    private final List<Long> starts;
    private final Batch derived = new Batch();
    private long last;
    private boolean began;
    private int nextStart;
    private long batches;
    private long ticks;

    /**
     * Prepares it.
     *
     * @param takenAtNanos when the snapshot was taken that the pipelines have taken over,
     *     nanoseconds since 1970 UTC; absent where they know nothing
     * @param starts when the gateway started, ascending, nanoseconds since 1970 UTC: before each it
     *     was down for a while
     */
    StateReplay(Pipelines pipelines, OptionalLong takenAtNanos, List<Long> starts) {
        this.pipelines = pipelines;
        this.starts = starts;
        this.last = takenAtNanos.orElse(Long.MIN_VALUE);
        this.began = takenAtNanos.isPresent();
    }

    /** When the gateway started, where an event says so; nanoseconds since 1970 UTC. */
    static Optional<Long> startOf(EventItem item) {
        if (item.event().schemaId() != EventSchema.GATEWAY_LIFE.id()) {
            return Optional.empty();
        }
        try {
            return Payloads.of(item.event()) instanceof GatewayLife life
                            && !life.kind().equals("stopped")
                    ? Optional.of(Hlc.epochNanos(item.event().time()))
                    : Optional.empty();
        } catch (BadEventException _) {
            return Optional.empty(); // of a release that this one does not know
        }
    }

    /**
     * Takes pipelines through what a log holds.
     *
     * @param position of the snapshot that they have taken over; absent where they know nothing:
     *     then what was recorded in the last {@link #WITHOUT_SNAPSHOT} is taken
     * @param now gateway time, nanoseconds since 1970 UTC
     * @param starts as the constructor takes them
     */
    static void run(
            Pipelines pipelines,
            LogTail tail,
            Optional<Long> position,
            long now,
            List<Long> starts) {
        var takenAt =
                position.isPresent()
                        ? OptionalLong.of(Hlc.epochNanos(position.get()))
                        : OptionalLong.empty();
        long from =
                position.orElseGet(
                        () -> Hlc.of((now - WITHOUT_SNAPSHOT.toNanos()) / NANOS_PER_MILLI, 0));
        var replay = new StateReplay(pipelines, takenAt, starts);
        tail.since(from, pipelines.table(), replay);
        log.info(
                "pipelines brought up to the log snapshot={} batches={} ticks={}",
                position.isPresent(),
                replay.batches,
                replay.ticks);
    }

    @Override
    public void read(Batch samples) {
        passTo(Hlc.epochNanos(samples.gatewayTime()));
        derived.begin(Layout.DERIVED_GROUP, samples.gatewayTime());
        pipelines.process(samples, derived);
        batches++;
    }

    @Override
    public void ticked(long stamp) {
        passTo(Hlc.epochNanos(stamp));
        tick(Hlc.epochNanos(stamp));
        ticks++;
    }

    private void passTo(long now) {
        for (; nextStart < starts.size() && starts.get(nextStart) <= now; nextStart++) {
            long start = starts.get(nextStart);
            if (began && start > last && now - start >= TICKED_NANOS) {
                tick(start);
                last = start;
            }
        }
        boolean wasQuiet = began && now - last <= MOST_QUIET_NANOS;
        while (wasQuiet && now - last > MOST_UNWATCHED_NANOS) {
            last += STEP_NANOS;
            tick(last);
        }
        last = now;
        began = true;
    }

    private void tick(long now) {
        derived.begin(Layout.DERIVED_GROUP, Hlc.of(now / NANOS_PER_MILLI, 0));
        pipelines.tick(now, derived);
    }
}
