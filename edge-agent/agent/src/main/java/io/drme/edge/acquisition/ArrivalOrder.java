package io.drme.edge.acquisition;

import io.drme.model.Batch;
import io.drme.model.StreamKind;
import io.drme.model.TagTable;
import java.util.BitSet;

/**
 * The order in which the samples of one delivery go to pipelines and alarms. What stays on the site
 * is stored apart from what leaves it, each in its order, so of both together only an order can be
 * had again that follows from theirs: by source time; of one time, what leaves the site goes first.
 * It is the order while the gateway runs and when the log is gone through.
 *
 * <p>Confined to its owner.
 */
public final class ArrivalOrder {
    private final Batch data = new Batch();
    private final Batch local = new Batch();
    private final BitSet isLocal = new BitSet();

    /** Takes over which tags stay on the site. */
    void configure(TagTable table) {
        isLocal.clear();
        for (int tag = 0; tag < table.size(); tag++) {
            isLocal.set(tag, table.stream(tag) == StreamKind.LOCAL);
        }
    }

    /** Brings a batch into the order. */
    void arrange(Batch batch) {
        if (isLocal.isEmpty() || !isMixed(batch)) {
            return;
        }
        data.begin(0, 0);
        local.begin(0, 0);
        for (int i = 0; i < batch.size(); i++) {
            (isLocal.get(batch.tags()[i]) ? local : data).addFrom(batch, i);
        }
        batch.truncate(0);
        merge(data, local, batch);
    }

    private boolean isMixed(Batch batch) {
        for (int i = 1; i < batch.size(); i++) {
            if (isLocal.get(batch.tags()[i]) != isLocal.get(batch.tags()[0])) {
                return true;
            }
        }
        return false;
    }

    /** Adds to {@code into} what was stored apart, in the order of both. */
    public static void merge(Batch data, Batch local, Batch into) {
        int next = 0;
        for (int i = 0; i < data.size(); i++) {
            while (next < local.size() && local.sourceTimes()[next] < data.sourceTimes()[i]) {
                into.addFrom(local, next++);
            }
            into.addFrom(data, i);
        }
        while (next < local.size()) {
            into.addFrom(local, next++);
        }
    }
}
