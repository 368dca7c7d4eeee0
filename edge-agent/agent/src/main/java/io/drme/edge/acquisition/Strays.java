package io.drme.edge.acquisition;

import io.drme.model.Batch;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts what is dropped since its device was changed or removed while it delivered. Confined to
 * the pipeline's owner, but for the counts.
 */
final class Strays {
    private static final Logger log = LoggerFactory.getLogger(Strays.class);

    private final AtomicLong batches = new AtomicLong();
    private final AtomicLong samples = new AtomicLong();

    /** Groups that one log line was written for, since the plan changed. */
    private final Set<Integer> groups = new HashSet<>();

    void drop(Batch batch) {
        batches.incrementAndGet();
        samples.addAndGet(batch.size());
        if (groups.add(batch.group())) {
            log.warn(
                    "batch of group={} dropped, samples={}: its device was changed or removed; further ones are counted only",
                    batch.group(),
                    batch.size());
        }
    }

    /** Another plan runs. */
    void planChanged() {
        groups.clear();
    }

    long batches() {
        return batches.get();
    }

    long samples() {
        return samples.get();
    }
}
