package io.drme.cloud.job;

import io.drme.cloud.store.BlockStore;
import io.drme.cloud.store.BlockStore.Gateway;
import io.drme.cloud.store.DatabaseException;
import io.drme.cloud.store.FleetRows;
import io.drme.cloud.store.FleetRows.FleetKey;
import io.drme.cloud.store.FleetRows.KeyRow;
import io.drme.cloud.store.FleetStore;
import io.drme.model.EpochId;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Which epochs of results a pipeline may read: those of keys of pipelines above it. Remembers the
 * epochs of keys. Confined to its owner; each call blocks on the database.
 */
final class ResultsAbove {
    private final BlockStore store;
    private final FleetRows rows;
    private final long every;
    private final Map<FleetKey, EpochId> epochs = new HashMap<>();

    /** Looks for results of chunks of this length, nanoseconds. */
    ResultsAbove(BlockStore store, FleetRows rows, long every) {
        this.store = store;
        this.rows = rows;
        this.every = every;
    }

    /** The row numbers of these epochs; empty for a gateway that holds no results. */
    Set<Long> of(Reads reads, Gateway results) throws DatabaseException {
        if (!results.isDerived() || !reads.readsResults()) {
            return Set.of();
        }
        var above = new HashSet<EpochId>();
        for (var row : rows.keys()) {
            if (reads.isAbove(row.key())) {
                above.add(epochOf(row));
            }
        }
        var found = new HashSet<Long>();
        for (var epoch : store.epochs(results.id())) {
            if (above.contains(epoch.epoch())) {
                found.add(epoch.id());
            }
        }
        return found;
    }

    private EpochId epochOf(KeyRow row) {
        return epochs.computeIfAbsent(row.key(), key -> FleetStore.epochOf(key, every));
    }
}
