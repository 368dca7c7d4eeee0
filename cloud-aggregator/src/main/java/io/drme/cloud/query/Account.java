package io.drme.cloud.query;

import io.drme.cloud.store.Report;
import io.drme.sync.SampleTerms;
import java.util.List;
import java.util.SortedMap;

/**
 * What became of every sample of a gateway, over all its epochs, in samples.
 *
 * <p>The gateway's terms are of the moment of its last report; the centre's count what it holds of
 * exactly the items that the gateway then knew to be acknowledged. So the equations hold at every
 * moment, and not only when the line is quiet.
 *
 * @param refused given up before they were accepted, by reason
 * @param dropped given up after they were accepted, by reason
 * @param reported whether the gateway has reported at all
 * @param balanced whether every equation of exact accounting holds, in each epoch
 * @param superseded samples that an epoch had pending or local when the next one followed: framed
 *     anew there, and in none of the other sums twice
 * @param epochs the same by epoch, in their order
 */
public record Account(
        long read,
        long derived,
        long filtered,
        long accepted,
        long acknowledged,
        long pending,
        long local,
        SortedMap<String, Long> refused,
        SortedMap<String, Long> dropped,
        long stored,
        long quarantined,
        long expired,
        boolean reported,
        boolean balanced,
        long superseded,
        List<Epoch> epochs) {
    /** Takes an immutable copy. */
    public Account {
        epochs = List.copyOf(epochs);
    }

    /**
     * One epoch's part.
     *
     * @param number the centre's own number of the epoch, from 1
     * @param superseded whether another epoch followed
     * @param report what the gateway said last
     * @param terms its counters
     * @param held what the centre holds of what the gateway counted as acknowledged
     * @param equations all of them, also those that hold
     */
    public record Epoch(
            int number,
            boolean superseded,
            Report report,
            SampleTerms terms,
            SampleTerms.Held held,
            List<SampleTerms.Equation> equations) {
        /** Takes an immutable copy. */
        public Epoch {
            equations = List.copyOf(equations);
        }
    }
}
