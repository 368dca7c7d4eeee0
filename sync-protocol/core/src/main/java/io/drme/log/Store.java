package io.drme.log;

import io.drme.model.Batch;
import io.drme.model.EpochId;
import io.drme.model.Event;
import io.drme.model.StreamKind;
import io.drme.model.TagTable;
import io.drme.sync.RangeSet;
import io.drme.time.HybridClock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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
public final class Store implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Store.class);

    /** Events that may wait in memory while the disk fails, in bytes. */
    private static final int WAITING_EVENT_BYTES = 4 << 20;

    private final StoreSetup setup;
    private final Sizes sizes;
    private final MeteredDisk disk;
    private StoreCore core;
    private WearGauge gauge;
    private SpacePolicy policy;
    private final Recovery recovery;
    private @Nullable DiskException trouble;
    private long firstTailNanos;
    private long firstTailBucket;
    private boolean hadTail;
    private boolean closed;

    private Store(StoreSetup setup, Sizes sizes, MeteredDisk disk, StoreRecovery.Opened opened) {
        this.setup = setup;
        this.sizes = sizes;
        this.disk = disk;
        this.core = opened.core();
        this.policy = opened.policy();
        this.recovery = opened.recovery();
        this.gauge = newGauge();
    }

    private WearGauge newGauge() {
        return new WearGauge(setup.clock(), writtenBytes(), StoreFigures.storedBytes(core));
    }

    private long writtenBytes() {
        return disk.pagesWritten() * MeteredDisk.PAGE_BYTES;
    }

    /**
     * Locks the disk, recovers what is on it and begins a new life: the boot count goes up.
     *
     * @throws DiskException.Locked when another process uses it
     */
    public static Store open(StoreSetup setup) throws DiskException {
        return open(setup, Sizes.of(setup.config().maxSizeBytes()));
    }

    static Store open(StoreSetup setup, Sizes sizes) throws DiskException {
        setup.disk().lock();
        try {
            var disk = new MeteredDisk(setup.disk());
            var metered =
                    new StoreSetup(
                            disk, setup.config(), setup.gateway(), setup.clock(), setup.random());
            var store = new Store(metered, sizes, disk, StoreRecovery.open(metered, sizes));
            log.info(
                    "store opened epoch={} boot={} clean={} recovered-samples={} damages={}",
                    store.epoch(),
                    store.bootCount(),
                    store.recovery.clean(),
                    store.recovery.journalSamples(),
                    store.recovery.damages().size());
            return store;
        } catch (DiskException e) {
            setup.disk().close();
            throw e;
        }
    }

    /** This life of the data directory. */
    public EpochId epoch() {
        return core.epoch;
    }

    /** How often a store was opened on this directory, from 1. */
    public long bootCount() {
        return core.state.bootCount;
    }

    /** What opening found. */
    public Recovery recovery() {
        return recovery;
    }

    /**
     * The clock that gives every stamp of this life, beginning above those of the lives before. For
     * any thread.
     */
    public HybridClock stamps() {
        return core.stamps;
    }

    /**
     * Stamps up to this one may be given now; it moves on with each commit. A pipeline that comes
     * near it waits for the store.
     */
    public long hlcLimit() {
        return core.state.hlcMark;
    }

    /** The versions that go into the headers of the blocks to come. */
    public void describe(int schemaVersion, long configurationVersion) {
        core.describe(schemaVersion, configurationVersion);
    }

    /**
     * Takes the outcome of one pass: ticks with their samples, and what became of the others. Each
     * sample goes to the stream that its tag's sync mode says. Takes over the batches.
     *
     * @throws IllegalArgumentException when the intake does not add up to the samples
     */
    public void append(Intake intake, List<Batch> ticks, TagTable tags) {
        if (accepting()) {
            core.waiting.add(intake, ticks, tags);
        } else {
            boolean isFull = trouble instanceof DiskException.Full;
            core.waiting.refuse(
                    intake, ticks, isFull ? DropCause.STORE_FULL : DropCause.DISK_FAILED);
        }
    }

    /**
     * Takes an event, which becomes durable with the next commit, in one with the samples before
     * it.
     *
     * @return the event as it will be stored, its time lifted where another event has it already,
     *     or set where it was 0; nothing where the disk fails for so long that memory is full
     */
    public Optional<Event> appendEvent(Event event) {
        return core.waiting.eventBytes() > WAITING_EVENT_BYTES
                ? Optional.empty()
                : Optional.of(core.addEvent(event));
    }

    /**
     * Makes everything appended durable: one frame, one sync. Does nothing where there is nothing.
     * A change of alarm state calls it at once, the beat of {@code sync-every} otherwise.
     *
     * @return how many samples of this epoch are accepted now
     */
    public long commit() throws DiskException {
        if (!core.waiting.isEmpty() || core.setsChanged || core.isStampLimitNear()) {
            tried(core::commit);
        }
        noteTail();
        gauge.note(writtenBytes(), StoreFigures.storedBytes(core));
        return core.state.accepted();
    }

    private interface Work {
        void run() throws DiskException;
    }

    /** Remembers how the disk is, for {@link #append} to tell why it refuses. */
    private void tried(Work work) throws DiskException {
        try {
            work.run();
            if (trouble != null) {
                log.info("store works again");
            }
            trouble = null;
        } catch (DiskException e) {
            if (trouble == null) {
                log.warn("store in trouble: {}", e.getMessage());
            }
            trouble = e;
            throw e;
        }
    }

    private void noteTail() {
        if (!hadTail && core.hasTail()) {
            firstTailNanos = setup.clock().nanoTime();
            firstTailBucket = bucket();
        }
        hadTail = core.hasTail();
    }

    private long bucket() {
        return Math.floorDiv(
                setup.clock().epochNanos(), Math.max(1, setup.config().sealEvery().toNanos()));
    }

    /**
     * Seals what is due by age or size, drops what is older than {@code keep}, and makes room.
     *
     * @return whether anything was sealed
     */
    public boolean sealIfDue() throws DiskException {
        noteTail();
        boolean isOld =
                core.hasTail()
                        && (bucket() != firstTailBucket
                                || setup.clock().nanoTime() - firstTailNanos
                                        >= setup.config().sealEvery().toNanos());
        if (!isOld && !core.isFull() && core.isSynced()) {
            return false;
        }
        tried(() -> {
            core.seal();
            policy.tidy();
        });
        hadTail = false;
        return true;
    }

    /** Commits, and seals what there is, whatever its age. */
    public void seal() throws DiskException {
        tried(() -> {
            core.commit();
            core.seal();
            policy.tidy();
        });
        hadTail = false;
    }

    /**
     * Whether there is room for more samples; when not, what is appended is refused and counted.
     */
    public boolean accepting() {
        return core.waiting.samples() < sizes.waitingSamples();
    }

    /**
     * Takes a receipt or a welcome: the centre holds exactly these items. What it held before and
     * holds no more is pending again. Durable with the next commit; a receipt lost comes again.
     */
    public void acknowledged(StreamKind stream, RangeSet all) throws DiskException {
        var state = core.state.stream(stream);
        if (all.equals(state.acknowledged)) {
            return;
        }
        if (stream == StreamKind.DATA) {
            var held = core.log(stream).held();
            var news = held.intersect(all.minus(state.acknowledged));
            var lost = held.intersect(state.acknowledged.minus(all));
            long samples = core.log(stream).samplesIn(news) - core.log(stream).samplesIn(lost);
            core.state.acknowledged += samples;
            core.heldPending -= samples;
        }
        state.acknowledged = all;
        core.setsChanged = true;
    }

    /**
     * Notes that items of {@code data} or {@code events} are gone here and lacking at the centre,
     * and appends the drop events that say so. An item that is just not synced yet, as while the
     * disk fails, is not gone: it is sent once it is.
     */
    public void missing(StreamKind stream, RangeSet gone) {
        var known = core.state.stream(stream);
        var here = core.log(stream).held().union(core.log(stream).waiting());
        var news = gone.minus(here).minus(known.reported);
        for (var range : news.ranges()) {
            policy.reportLostAtCentre(stream, range);
        }
        if (!news.isEmpty()) {
            known.reported = known.reported.union(news);
            core.setsChanged = true;
        }
    }

    /**
     * Looks at an item that somebody could not read. Where it is damaged it is given up, as dropped
     * with cause {@code damaged} and its event, durable with the next commit; one that receipts
     * cover is just no longer here.
     *
     * @return whether it was there by all accounts, and is given up now
     * @throws DiskException where the disk does not let it be read at all: then nothing changes
     */
    public boolean unreadable(StreamKind stream, long sequence) throws DiskException {
        if (core.log(stream).waiting().contains(sequence)
                || core.log(stream).segmentOf(sequence).isEmpty()
                || core.log(stream).read(sequence).isPresent()) {
            return false;
        }
        policy.giveUpDamaged(stream, sequence);
        return true;
    }

    /**
     * Begins a new epoch, durably. The items of {@code lacking} are framed anew at its beginning
     * with their samples unchanged, and so is all of {@code local}; the rest counts as
     * acknowledged.
     *
     * @throws DiskException when that failed; the old epoch then stands
     */
    public EpochId openEpoch(Map<StreamKind, RangeSet> lacking) throws DiskException {
        // Not tidied up: what that drops is told in the journal, and only what is in logs moves.
        tried(() -> {
            core.commit();
            core.seal();
        });
        var opened = new EpochChange(core, sizes).run(lacking);
        core.abandon();
        new EpochChange(core, sizes).deleteOld();
        core = opened.core();
        opened.policy().goOnFrom(policy);
        policy = opened.policy();
        gauge = newGauge();
        log.info("store opened epoch={} in place of a forked one", core.epoch);
        return core.epoch;
    }

    /**
     * Says from when on events are needed, as to bring a snapshot up to date after a crash: age
     * alone does not end them, want of space does. Holds for this life; none are needed until it is
     * said.
     *
     * @param atNanos gateway time, nanoseconds since 1970 UTC
     */
    public void needEventsSince(long atNanos) {
        policy.needEventsSince(atNanos);
    }

    /** The samples accepted and not sealed yet, as a block that is only for reading. */
    public Optional<byte[]> tail(StreamKind stream) {
        return Optional.ofNullable(core.preview(stream));
    }

    /** What other threads may read, as of now. */
    public StoreView view() {
        return new StoreView(core);
    }

    /** The counters of the last commit. */
    public Counters counters() {
        return StoreFigures.counters(core);
    }

    /** How many bytes the store takes on disk. */
    public long sizeBytes() {
        return StoreFigures.sizeBytes(core);
    }

    /** What gives way when there is no more room. */
    public StoreConfig.WhenFull whenFull() {
        return setup.config().whenFull();
    }

    /** What the store costs its disk, and how long it can go on without the centre; as of now. */
    public Wear wear() throws DiskException {
        return new Wear(
                writtenBytes(),
                disk.bytesWritten(),
                gauge.window(),
                gauge.writtenADay(writtenBytes()),
                gauge.hoursTo(policy.roomBytes(), StoreFigures.storedBytes(core)));
    }

    /**
     * Commits, seals and closes in order, so that the next start finds nothing to recover; or just
     * closes where the disk fails.
     */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            core.commit();
            core.seal();
            core.end();
        } catch (DiskException e) {
            log.warn("store not closed in order: {}", e.getMessage());
        } finally {
            core.abandon();
            setup.disk().close();
        }
    }
}
