package io.drme.log;

import io.drme.model.Batch;
import io.drme.model.EpochId;
import io.drme.model.Event;
import io.drme.model.StreamKind;
import io.drme.model.TagTable;
import io.drme.sync.RangeSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The gateway's durable store: a journal that makes samples and events durable within {@code
 * sync-every}, and one segment log a stream that keeps sealed blocks and events.
 *
 * <p>A sample is <em>accepted</em> when the {@link #commit} that follows its {@link #append}
 * returns; from then on it survives a power cut, and is either held, acknowledged, or dropped and
 * counted.
 *
 * <p><b>Threads.</b> Confined to the store's owner thread, which blocks for as long as the disk
 * takes. {@link #view} gives what other threads may use.
 *
 * <p><b>Failure.</b> A method that throws {@link DiskException} has lost nothing: what was appended
 * stays in memory, within a limit, and goes with the next commit. Beyond the limit {@link
 * #accepting} turns false, and what is appended is refused and counted.
 */
@SuppressWarnings("DoNotCallSuggester") // until the log lands
public final class Store implements AutoCloseable {
    private Store() {}

    static IllegalStateException notYet() {
        return new IllegalStateException("the store lands within the hour");
    }

    /**
     * Locks the disk, recovers what is on it and begins a new life: the boot count goes up.
     *
     * @throws DiskException.Locked when another process uses it
     */
    public static Store open(StoreSetup setup) throws DiskException {
        throw notYet();
    }

    /** This life of the data directory. */
    public EpochId epoch() {
        throw notYet();
    }

    /** How often a store was opened on this directory, from 1. */
    public long bootCount() {
        throw notYet();
    }

    /** What opening found. */
    public Recovery recovery() {
        throw notYet();
    }

    /** No stamp up to and including this one may be given: what {@code HybridClock} starts with. */
    public long hlcHighWater() {
        throw notYet();
    }

    /**
     * Stamps up to this one may be given now; it moves on with each commit. A pipeline that comes
     * near it waits for the store.
     */
    public long hlcLimit() {
        throw notYet();
    }

    /** The versions that go into the headers of the blocks to come. */
    public void describe(int schemaVersion, long configurationVersion) {
        throw notYet();
    }

    /**
     * Takes the outcome of one pass: ticks with their samples, and what became of the others. Each
     * sample goes to the stream that its tag's sync mode says. Takes over the batches.
     *
     * @throws IllegalArgumentException when the intake does not add up to the samples
     */
    public void append(Intake intake, List<Batch> ticks, TagTable tags) {
        throw notYet();
    }

    /**
     * Takes an event, which becomes durable with the next commit, in one with the samples before
     * it.
     *
     * @return the event as it will be stored: its time is lifted where another event has it already
     */
    public Event appendEvent(Event event) {
        throw notYet();
    }

    /**
     * Makes everything appended durable: one frame, one sync. Does nothing where there is nothing.
     * A change of alarm state calls it at once, the beat of {@code sync-every} otherwise.
     *
     * @return how many samples of this epoch are accepted now
     */
    public long commit() throws DiskException {
        throw notYet();
    }

    /**
     * Seals what is due by age or size, drops what is older than {@code keep}, and makes room.
     *
     * @return whether anything was sealed
     */
    public boolean sealIfDue() throws DiskException {
        throw notYet();
    }

    /** Commits, and seals what there is, whatever its age. */
    public void seal() throws DiskException {
        throw notYet();
    }

    /**
     * Whether there is room for more samples; when not, what is appended is refused and counted.
     */
    public boolean accepting() {
        throw notYet();
    }

    /**
     * Takes a receipt or a welcome: the centre holds exactly these items. What it held before and
     * holds no more is pending again. Durable with the next commit; a receipt lost comes again.
     */
    public void acknowledged(StreamKind stream, RangeSet all) {
        throw notYet();
    }

    /**
     * Notes that items of {@code data} or {@code events} are gone here and lacking at the centre,
     * and appends the drop events that say so.
     */
    public void missing(StreamKind stream, RangeSet gone) {
        throw notYet();
    }

    /**
     * Begins a new epoch, durably. The items of {@code lacking} are framed anew at its beginning
     * with their samples unchanged, and so is all of {@code local}; the rest counts as
     * acknowledged.
     *
     * @throws DiskException when that failed; the old epoch then stands
     */
    public EpochId openEpoch(Map<StreamKind, RangeSet> lacking) throws DiskException {
        throw notYet();
    }

    /** The samples accepted and not sealed yet, as a block that is only for reading. */
    public Optional<byte[]> tail(StreamKind stream) {
        throw notYet();
    }

    /** What other threads may read, as of now. */
    public StoreView view() {
        throw notYet();
    }

    /** The counters of the last commit. */
    public Counters counters() {
        throw notYet();
    }

    /** How many bytes the store takes on disk. */
    public long sizeBytes() {
        throw notYet();
    }

    /**
     * Commits, seals and closes in order, so that the next start finds nothing to recover; or just
     * closes where the disk fails.
     */
    @Override
    public void close() {
        throw notYet();
    }
}
