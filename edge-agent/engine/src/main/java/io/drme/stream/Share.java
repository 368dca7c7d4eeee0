package io.drme.stream;

import io.drme.config.Section;
import java.time.Duration;
import java.util.Optional;

/**
 * What a pipeline may take when there is not enough for all.
 *
 * @param weight its part of the processor beside the others' weights, 1 to {@link #MAX_WEIGHT}
 * @param within how late its results may be, {@link #LEAST_WITHIN} to {@link #MOST_WITHIN}
 * @param memoryBytes the most that its state and the samples that wait for it may take; absent: its
 *     state and a part, by weight, of what the engine's memory leaves
 */
public record Share(int weight, Duration within, Optional<Long> memoryBytes) {
    /** Weights span two orders; more would starve the low ones. */
    static final int MAX_WEIGHT = 100;

    /** In the midst, so that there is room for more and for less. */
    static final int DEFAULT_WEIGHT = 10;

    /** What a page that is refreshed each second can show. */
    static final Duration DEFAULT_WITHIN = Duration.ofSeconds(1);

    /** Less is below what one pass over 10,000 tags takes. */
    static final Duration LEAST_WITHIN = Duration.ofMillis(10);

    /** More would be a report, not a stream. */
    static final Duration MOST_WITHIN = Duration.ofHours(1);

    /** Below it a few batches fill the room. */
    static final long LEAST_MEMORY_BYTES = 64L << 10;

    static final long MOST_MEMORY_BYTES = 4L << 30;

    /** What a pipeline has of which the file says nothing. */
    public static Share usual() {
        return new Share(DEFAULT_WEIGHT, DEFAULT_WITHIN, Optional.empty());
    }

    /** Reads {@code weight}, {@code within} and {@code memory}. */
    static Share read(Section section) {
        int weight = (int) section.integer("weight", DEFAULT_WEIGHT, 1, MAX_WEIGHT);
        var within = section.duration("within", DEFAULT_WITHIN, LEAST_WITHIN, MOST_WITHIN);
        long memory = section.bytes("memory", 0, LEAST_MEMORY_BYTES, MOST_MEMORY_BYTES);
        return new Share(weight, within, Optional.of(memory).filter(m -> m > 0));
    }
}
