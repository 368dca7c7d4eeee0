package io.drme.log;

import io.drme.block.BadBlockException;
import io.drme.block.BlockBuilder;
import io.drme.block.BlockHash;
import io.drme.block.BlockReader;
import io.drme.block.BlockSeal;
import io.drme.model.Batch;
import io.drme.model.EpochId;
import io.drme.model.StreamKind;
import io.drme.schema.Payloads;
import io.drme.sync.Item;
import io.drme.sync.RangeSet;
import io.drme.time.Hlc;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Moves a store to a new epoch: what the centre lacks is framed anew there with its samples
 * unchanged, and so is the local history; what is lost and the centre was not told of comes along
 * as lost; what is only in the old epoch is said in an event, as nothing else tells of it any more.
 * Then the epoch file is replaced, in one step.
 *
 * <p>Confined to the store's thread.
 */
final class EpochChange {
    /** Events last: they tell of numbers of the others. */
    private static final List<StreamKind> ORDER =
            List.of(StreamKind.DATA, StreamKind.LOCAL, StreamKind.EVENTS);

    private final StoreCore old;
    private final Sizes sizes;
    private final Origins origins = new Origins();

    /** What is framed anew, by the numbers of the old epoch. */
    private final Map<StreamKind, RangeSet> moved = new EnumMap<>(StreamKind.class);

    EpochChange(StoreCore old, Sizes sizes) {
        this.old = old;
        this.sizes = sizes;
    }

    /** The copy may take the store beyond {@code max-size} until the old epoch is deleted. */
    private static final class NoLimit implements SpaceKeeper {
        @Override
        public void admit(long bytes) {
            // The disk itself says when there is no room.
        }

        @Override
        public boolean makeRoom() {
            return false;
        }
    }

    /**
     * Writes the new epoch and opens it.
     *
     * @throws DiskException when that failed: then the old epoch still stands
     */
    StoreRecovery.Opened run(Map<StreamKind, RangeSet> lacking) throws DiskException {
        var random = old.setup.random();
        var epoch = new EpochId(random.nextLong(), random.nextLong());
        var epochs = new EpochFile(old.setup.disk());
        var state = new StoreState();
        try {
            epochs.makeDirectories(epoch);
            state.bootCount = old.state.bootCount - 1;
            state.hlcMark = old.state.hlcMark;
            state.lastEventTime = old.lastEventTime;
            state.lastCommitNanos = old.state.lastCommitNanos;
            var losses = CarriedLosses.of(old, lacking);
            for (var kind : ORDER) {
                copy(kind, wanted(kind, lacking), epoch, state, losses);
            }
            state.read = state.accepted();
            new Marks(old.setup.disk(), epoch).write(new Marks.Mark(state, 0, true));
            origins.write(old.setup.disk(), epoch);
            epochs.write(epoch);
        } catch (DiskException e) {
            delete(epoch);
            throw e;
        }
        return StoreRecovery.open(old.setup, sizes, epoch, old.quarantine, false);
    }

    private RangeSet wanted(StreamKind kind, Map<StreamKind, RangeSet> lacking)
            throws DiskException {
        var log = old.log(kind);
        var wanted = lacking.getOrDefault(kind, RangeSet.EMPTY).intersect(log.held());
        return switch (kind) {
            case LOCAL -> log.held();
            case DATA -> wanted;
            case EVENTS -> wanted.union(EpochEnds.in(log, log.held()));
        };
    }

    private void copy(
            StreamKind kind, RangeSet items, EpochId epoch, StoreState state, CarriedLosses losses)
            throws DiskException {
        var log =
                new SegmentLog(
                        old.setup.disk(),
                        kind,
                        epoch,
                        sizes.segmentBytes(),
                        new NoLimit(),
                        List.of());
        var stream = state.stream(kind);
        for (var range : items.ranges()) {
            for (long n = range.from(); n <= range.to(); n++) {
                losses.placeBefore(kind, n, state);
                var found = old.log(kind).read(n);
                if (found.isPresent() && copy(kind, found.get(), epoch, stream, log, losses)) {
                    moved.merge(kind, RangeSet.of(n, n), RangeSet::union);
                }
            }
        }
        losses.placeBefore(kind, Long.MAX_VALUE, state);
        if (kind == StreamKind.EVENTS) {
            sayWhatEnds(losses, epoch, state, log);
        }
        log.sync();
        log.endTail();
        if (kind == StreamKind.DATA) {
            state.acceptedData = stream.endOrdinal;
        } else if (kind == StreamKind.LOCAL) {
            state.acceptedLocal = stream.endOrdinal;
        }
    }

    /** Says behind all other events what has no other place than the epoch that ends. */
    private void sayWhatEnds(
            CarriedLosses losses, EpochId epoch, StoreState state, SegmentLog log) {
        var stream = state.stream(StreamKind.EVENTS);
        for (var ended : EpochEnds.of(old, moved, losses)) {
            var event = Payloads.event(++state.lastEventTime, ended);
            var item =
                    new EventItem(
                                    old.setup.gateway(),
                                    epoch,
                                    stream.last + 1,
                                    stream.lastHash,
                                    event)
                            .encode();
            long nanos = Hlc.epochNanos(event.time());
            log.append(
                    new ItemHead(
                            stream.last + 1, 0, 0, nanos, nanos, old.setup.clock().epochNanos(), 0),
                    item);
            stream.last++;
            stream.lastHash = BlockHash.of(item);
        }
        state.hlcMark = Math.max(state.hlcMark, state.lastEventTime);
    }

    /** False where the item is no item: then it is among what stays in the old epoch. */
    private boolean copy(
            StreamKind kind,
            SegmentReader.Found found,
            EpochId epoch,
            StreamState stream,
            SegmentLog log,
            CarriedLosses losses)
            throws DiskException {
        long sequence = found.head().sequence();
        var item =
                kind == StreamKind.EVENTS
                        ? frameEvent(found.bytes(), epoch, stream, losses)
                        : frameBlock(found.bytes(), epoch, stream);
        if (item == null) {
            old.quarantine.note(
                    "%s: item %d can't be read and is not in the new epoch"
                            .formatted(kind.text(), sequence));
            return false;
        }
        var head = found.head();
        if (kind == StreamKind.DATA || (kind == StreamKind.EVENTS && !losses.isOf(sequence))) {
            origins.put(kind, stream.last + 1, origin(kind, found));
        }
        log.append(
                new ItemHead(
                        stream.last + 1,
                        stream.endOrdinal,
                        head.samples(),
                        head.firstTime(),
                        head.lastTime(),
                        head.writtenAt(),
                        0),
                item);
        stream.last++;
        stream.lastHash = BlockHash.of(item);
        stream.endOrdinal += head.samples();
        if (log.unsyncedBytes() > sizes.segmentBytes()) {
            log.sync();
        }
        return true;
    }

    /** Where the samples were first framed: that tells them under whatever number they come. */
    private Item.Origin origin(StreamKind kind, SegmentReader.Found found) {
        long sequence = found.head().sequence();
        return old.origins
                .of(kind, sequence)
                .orElseGet(
                        () -> new Item.Origin(old.epoch, sequence, Origins.chain(found.bytes())));
    }

    private byte @Nullable [] frameEvent(
            byte[] bytes, EpochId epoch, StreamState stream, CarriedLosses losses) {
        var item = EventItem.decode(bytes);
        return item.map(i ->
                        new EventItem(
                                        i.gateway(),
                                        epoch,
                                        stream.last + 1,
                                        stream.lastHash,
                                        losses.inNewEpoch(i.sequence(), i.event()))
                                .encode())
                .orElse(null);
    }

    private static byte @Nullable [] frameBlock(byte[] bytes, EpochId epoch, StreamState stream) {
        try (var builder = new BlockBuilder()) {
            var reader = BlockReader.open(bytes);
            var was = reader.header().seal();
            var tables = new SeriesTables(reader);
            var cursor = reader.batches();
            var batch = new Batch();
            while (cursor.next(batch)) {
                builder.add(batch, tables.tableFor(batch));
            }
            return builder.seal(
                    new BlockSeal(
                            was.gateway(),
                            epoch,
                            was.stream(),
                            stream.last + 1,
                            stream.endOrdinal,
                            stream.lastHash,
                            was.schemaVersion(),
                            was.configurationVersion(),
                            0,
                            was.envelope()));
        } catch (BadBlockException e) {
            return null;
        }
    }

    /** Deletes the old epoch; what can't be deleted now stays and does no harm. */
    void deleteOld() {
        delete(old.epoch);
    }

    private void delete(EpochId epoch) {
        var disk = old.setup.disk();
        try {
            for (var kind : StreamKind.values()) {
                deleteAll(SegmentLog.directory(epoch, kind));
            }
            deleteAll(epoch + "/journal");
            deleteAll(epoch.toString());
            disk.delete(epoch.toString());
            disk.syncDirectory("");
        } catch (DiskException e) {
            old.quarantine.note("epoch %s is not deleted: %s".formatted(epoch, e.getMessage()));
        }
    }

    private void deleteAll(String directory) throws DiskException {
        for (var name : old.setup.disk().list(directory)) {
            old.setup.disk().delete(directory + "/" + name);
        }
    }
}
