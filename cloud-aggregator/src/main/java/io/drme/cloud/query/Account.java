package io.drme.cloud.query;

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
        boolean balanced) {}
