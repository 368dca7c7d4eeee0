package io.drme.bench;

import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.model.Tag;
import io.drme.model.TagTable;
import io.drme.model.ValueType;
import io.drme.time.Hlc;
import java.util.ArrayList;
import java.util.SplittableRandom;

/**
 * Scans of 1,000 tags with one decimal each, walking at random; of each scan all have one source
 * time, which jitters. The same for every side.
 */
final class LogWork {
    static final int TAGS = 1_000;
    private static final long START_NANOS = 1_767_225_600_000_000_000L;
    private static final long JITTER_NANOS = 2_000_000;

    final TagTable table;
    private final long periodNanos;
    private final SplittableRandom random = new SplittableRandom(1);
    private final double[] values = new double[TAGS];
    private long scans;
    private double sum;

    /** Work whose scans are this far apart. */
    LogWork(long periodNanos) {
        this.periodNanos = periodNanos;
        var tags = new ArrayList<Tag>();
        for (int i = 0; i < TAGS; i++) {
            tags.add(Tag.of("device-%02d/value-%03d".formatted(i / 100, i), ValueType.FLOAT64));
            values[i] = random.nextInt(200, 900) / 10.0;
        }
        table = TagTable.EMPTY.with(tags);
    }

    /** The next scan. */
    Batch next() {
        var batch = new Batch(TAGS);
        long time = START_NANOS + scans * periodNanos + random.nextLong(JITTER_NANOS);
        batch.begin(0, Hlc.of(time / 1_000_000, 0) + 1);
        for (int i = 0; i < TAGS; i++) {
            values[i] = Math.round(values[i] * 10 + random.nextInt(-3, 4)) / 10.0;
            sum += values[i];
            batch.addDouble(i, time, values[i], Quality.GOOD);
        }
        scans++;
        return batch;
    }

    long samples() {
        return scans * TAGS;
    }

    /** The sum of all values, to hold a side's content against. */
    double sum() {
        return sum;
    }
}
