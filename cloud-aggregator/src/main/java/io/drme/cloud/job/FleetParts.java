package io.drme.cloud.job;

import io.drme.cloud.store.BlockStore;
import io.drme.cloud.store.DatabaseException;
import io.drme.cloud.store.FleetRows;
import io.drme.cloud.store.FleetStore;
import io.drme.model.Tag;
import io.drme.sync.Item;
import io.drme.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

/**
 * What a member lends to the pipelines that it computes. Safe for use from any thread.
 *
 * @param sink is told of results that are durable
 */
public record FleetParts(
        BlockStore store,
        FleetRows rows,
        FleetStore fleet,
        Clock clock,
        FleetCounters counters,
        Sink sink) {

    /** Is told of results; called by the thread that computed them. */
    @FunctionalInterface
    public interface Sink {
        /**
         * Results are durable.
         *
         * @param items blocks of the gateway {@link FleetStore#GATEWAY}
         * @param added tags that results may have from now on
         * @param isAgain whether they may replace others
         */
        void committed(List<Item> items, List<Tag> added, boolean isAgain)
                throws DatabaseException, InterruptedException;
    }

    static List<Reads> reads(FleetPlan plan) {
        var all = new ArrayList<Reads>();
        var above = new HashSet<String>();
        for (var pipeline : plan.pipelines()) {
            all.add(new Reads(pipeline, above));
            above.add(pipeline.name());
        }
        return List.copyOf(all);
    }
}
