package io.drme.cloud.job;

import io.drme.block.BadBlockException;
import io.drme.block.BlockReader;
import io.drme.block.SeriesColumns;
import io.drme.cloud.config.FleetConfig.By;
import io.drme.cloud.store.BlockStore;
import io.drme.cloud.store.BlockStore.Gateway;
import io.drme.cloud.store.BlockStore.Span;
import io.drme.cloud.store.DatabaseException;
import io.drme.cloud.store.FleetRows;
import io.drme.cloud.store.FleetRows.FleetKey;
import io.drme.cloud.store.FleetStore;
import io.drme.cloud.store.TimedBlocks;
import io.drme.history.ClockLine;
import io.drme.model.SyncMode;
import io.drme.model.Tag;
import io.drme.model.TagName;
import io.drme.model.ValueType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads what the store has of a chunk for a key of a pipeline. Confined to its owner; each call
 * blocks on the database.
 */
final class ChunkReader {
    /** More blocks of one gateway in one chunk are not to be expected; they are read in parts. */
    private static final int MOST_BLOCKS = 100_000;

    private final BlockStore store;
    private final TimedBlocks timed;
    private final ResultsAbove above;
    private final int most;
    private final SeriesColumns columns = new SeriesColumns();

    /**
     * Reads chunks.
     *
     * @param every their length, nanoseconds
     * @param most samples of a chunk
     */
    ChunkReader(BlockStore store, FleetRows rows, long every, int most) {
        this.most = most;
        this.store = store;
        this.timed = new TimedBlocks(store);
        this.above = new ResultsAbove(store, rows, every);
    }

    /** The gateways that a key reads, as they are now, and what holds results. */
    List<Gateway> gateways(Reads reads, FleetKey key) throws DatabaseException {
        if (reads.pipeline().by() == By.GATEWAY) {
            var both = new ArrayList<>(store.gateway(key.name()).stream().toList());
            store.gateway(FleetStore.GATEWAY).filter(Gateway::isDerived).ifPresent(both::add);
            return both;
        }
        return store.gateways().stream()
                .filter(g -> g.isDerived() || reads.keyOf(g).equals(key))
                .toList();
    }

    /** The samples of a chunk. */
    ChunkSamples read(Reads reads, List<Gateway> gateways, long from, long until)
            throws DatabaseException {
        var samples = new ChunkSamples(from, until, most);
        var crooked = timed.crooked();
        for (var gateway : gateways) {
            if (samples.isTooMany()) {
                break;
            }
            var clock =
                    crooked.contains(gateway.id()) ? timed.clock(gateway.id()) : ClockLine.EMPTY;
            read(reads, gateway, clock, samples);
        }
        return samples;
    }

    private void read(Reads reads, Gateway gateway, ClockLine clock, ChunkSamples samples)
            throws DatabaseException {
        var span = new Span(samples.from(), samples.until());
        var epochs = above.of(reads, gateway);
        if (gateway.isDerived() && epochs.isEmpty()) {
            return;
        }
        Map<String, Boolean> isRead = new HashMap<>();
        for (var place : timed.blocks(gateway.id(), clock, span, MOST_BLOCKS)) {
            if (samples.isTooMany()) {
                return;
            }
            if (gateway.isDerived() && !epochs.contains(place.epochId())) {
                continue;
            }
            var payload = store.block(place.epochId(), place.sequence());
            if (payload.isEmpty()) {
                continue;
            }
            try {
                var block = BlockReader.openColumns(payload.get());
                for (int i = 0; i < block.seriesCount(); i++) {
                    var tag = block.tag(i).text();
                    if (isRead.computeIfAbsent(tag, t -> reads.isRead(gateway, t))) {
                        block.decode(i, columns);
                        clock.correct(place.epochId(), columns);
                        samples.add(Reads.fullName(gateway, tag), columns);
                    }
                }
            } catch (BadBlockException e) {
                throw new IllegalStateException(
                        "a stored block can't be read: " + e.getMessage(), e);
            }
        }
    }

    /** What the catalogues say of the tags of gateways, by full name. */
    Map<String, Tag> described(Reads reads, List<Gateway> gateways) throws DatabaseException {
        var tags = new HashMap<String, Tag>();
        for (var gateway : gateways) {
            for (var row : store.tags(gateway.id())) {
                if (reads.isRead(gateway, row.name())) {
                    var name = new TagName(Reads.fullName(gateway, row.name()));
                    tags.put(
                            name.text(),
                            new Tag(
                                    name,
                                    row.type(),
                                    row.unit(),
                                    row.deadband(),
                                    new SyncMode.Raw()));
                }
            }
        }
        return tags;
    }

    /** A tag of which no catalogue speaks. */
    static Tag unknown(String name) {
        return Tag.of(name, ValueType.FLOAT64);
    }
}
