package io.drme.cloud.job;

import io.drme.block.SeriesColumns;
import io.drme.model.Quality;
import io.drme.model.ValueType;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The samples of a chunk of time in an order that does not depend on which block came first: by
 * time, then by tag, then as the gateway had them. Confined to its owner.
 */
final class ChunkSamples {
    /**
     * One sample.
     *
     * @param tag its full name
     * @param text of a text that is not bad
     */
    record One(
            String tag,
            ValueType type,
            long time,
            long bits,
            byte quality,
            @Nullable String text) {}

    /** More are not held in memory; 265 MB of numbers, measured. */
    static final int MOST = 5_000_000;

    private final int most;
    private final long from;
    private final long until;
    private List<One> all = new ArrayList<>();
    private boolean isTooMany;

    /** Takes samples whose source time is in a span, the end exclusive. */
    ChunkSamples(long from, long until) {
        this(from, until, MOST);
    }

    /** Takes at most so many. */
    ChunkSamples(long from, long until, int most) {
        this.most = most;
        this.from = from;
        this.until = until;
    }

    long from() {
        return from;
    }

    long until() {
        return until;
    }

    /** Whether there were more than are held: then none are. */
    boolean isTooMany() {
        return isTooMany;
    }

    /** Takes those of a series that are within; blocks of one tag come in the gateway's order. */
    void add(String tag, SeriesColumns columns) {
        for (int i = 0; i < columns.size() && !isTooMany; i++) {
            long time = columns.sourceTimes()[i];
            if (time >= from && time < until) {
                if (all.size() == most) {
                    isTooMany = true;
                    all = new ArrayList<>();
                    return;
                }
                byte quality = columns.qualities()[i];
                all.add(
                        new One(
                                tag,
                                columns.type(),
                                time,
                                columns.bits()[i],
                                quality,
                                Quality.isBad(quality) ? null : columns.text(i)));
            }
        }
    }

    /** All of them, in order. */
    List<One> sorted() {
        all.sort(Comparator.comparingLong(One::time).thenComparing(One::tag));
        return all;
    }
}
