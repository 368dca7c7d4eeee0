package io.drme.cloud.store;

import io.drme.block.BadBlockException;
import io.drme.block.BlockBuilder;
import io.drme.block.BlockReader;
import io.drme.block.BlockSeal;
import io.drme.block.SeriesColumns;
import io.drme.history.Bucket;
import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.model.Tag;
import io.drme.model.TagTable;
import io.drme.model.ValueType;
import io.drme.time.Hlc;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Buckets of one tag as a block: a tick a bucket, and a series for each of its numbers;
 * docs/block.md says which. Confined to its owner.
 */
final class RollUpBlock {
    private static final int COUNT = 0;
    private static final int WITHOUT = 1;
    private static final int SPAN = 2;
    private static final int FLAGS = 3;
    private static final int FIRST_AT = 4;
    private static final int LAST_AT = 5;
    private static final int FIRST = 6;
    private static final int LAST = 7;
    private static final int MIN = 8;
    private static final int MAX = 9;
    private static final int SUM = 10;
    private static final int INTEGRAL = 11;
    private static final int COVERED = 12;
    private static final List<String> NAMES =
            List.of(
                    "count",
                    "without-value",
                    "span",
                    "flags",
                    "first-at",
                    "last-at",
                    "first",
                    "last",
                    "min",
                    "max",
                    "sum",
                    "integral",
                    "covered");
    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final int HOLDS = 1;
    private static final int BACKWARDS = 2;

    private RollUpBlock() {}

    /** What the columns are called, the values of the tag's own type. */
    private static TagTable table(ValueType type) {
        var tags = new ArrayList<Tag>();
        for (int i = 0; i < NAMES.size(); i++) {
            var of =
                    i >= FIRST && i <= MAX
                            ? type
                            : i == SUM || i == INTEGRAL ? ValueType.FLOAT64 : ValueType.INT64;
            tags.add(Tag.of(NAMES.get(i), of));
        }
        return TagTable.EMPTY.with(tags);
    }

    /** Packs at least one bucket. */
    static byte[] encode(BlockBuilder builder, BlockSeal seal, ValueType type, List<Bucket> all) {
        var tags = table(type);
        var batch = new Batch(NAMES.size());
        builder.clear();
        for (var b : all) {
            long at = b.firstTime();
            batch.begin(0, Hlc.of(Math.max(0, Math.floorDiv(at, NANOS_PER_MILLI)), 0));
            batch.add(COUNT, at, b.count(), Quality.GOOD);
            batch.add(WITHOUT, at, b.count() - b.values(), Quality.GOOD);
            batch.add(SPAN, at, b.lastTime() - at, Quality.GOOD);
            batch.add(
                    FLAGS,
                    at,
                    (b.holds() ? HOLDS : 0) | (b.inOrder() ? 0 : BACKWARDS),
                    Quality.GOOD);
            if (b.values() > 0) {
                batch.add(FIRST_AT, at, b.firstValueTime() - at, Quality.GOOD);
                batch.add(LAST_AT, at, b.lastTime() - b.lastValueTime(), Quality.GOOD);
                batch.add(FIRST, at, b.firstBits(), Quality.GOOD);
                batch.add(LAST, at, b.lastBits(), Quality.GOOD);
                batch.add(MIN, at, b.minBits(), Quality.GOOD);
                batch.add(MAX, at, b.maxBits(), Quality.GOOD);
                batch.addDouble(SUM, at, b.sum(), Quality.GOOD);
                batch.addDouble(INTEGRAL, at, b.integral(), Quality.GOOD);
                batch.add(COVERED, at, b.coveredNanos(), Quality.GOOD);
            }
            builder.add(batch, tags);
        }
        return builder.seal(seal);
    }

    /** Reads what {@link #encode} wrote. */
    static List<Bucket> decode(byte[] bytes) throws BadBlockException {
        var block = BlockReader.openColumns(bytes);
        var columns = new long[NAMES.size()][0];
        var starts = new long[0];
        var series = new SeriesColumns();
        for (int i = 0; i < block.seriesCount(); i++) {
            int which = NAMES.indexOf(block.tag(i).text());
            if (which < 0) {
                continue; // of a later release: the others say enough
            }
            block.decode(i, series);
            columns[which] = Arrays.copyOf(series.bits(), series.size());
            if (which == COUNT) {
                starts = Arrays.copyOf(series.sourceTimes(), series.size());
            }
        }
        check(columns);
        return buckets(starts, columns);
    }

    private static void check(long[][] columns) throws BadBlockException {
        int n = columns[COUNT].length;
        boolean isWhole = true;
        for (int which = WITHOUT; which <= FLAGS; which++) {
            isWhole &= columns[which].length == n;
        }
        int valued = 0;
        for (int i = 0; isWhole && i < n; i++) {
            valued += columns[COUNT][i] > columns[WITHOUT][i] ? 1 : 0;
        }
        for (int which = FIRST_AT; which <= COVERED; which++) {
            isWhole &= columns[which].length == valued;
        }
        if (!isWhole) {
            throw new BadBlockException(
                    BadBlockException.Why.MALFORMED,
                    "the columns of a roll-up of %d buckets have other lengths".formatted(n));
        }
    }

    private static List<Bucket> buckets(long[] starts, long[][] columns) {
        var buckets = new ArrayList<Bucket>(starts.length);
        int v = 0;
        for (int i = 0; i < starts.length; i++) {
            long at = starts[i];
            int count = (int) columns[COUNT][i];
            int values = count - (int) columns[WITHOUT][i];
            boolean any = values > 0;
            long last = at + columns[SPAN][i];
            long flags = columns[FLAGS][i];
            buckets.add(
                    new Bucket(
                            count,
                            values,
                            at,
                            last,
                            (flags & BACKWARDS) == 0,
                            (flags & HOLDS) != 0,
                            any ? at + columns[FIRST_AT][v] : 0,
                            any ? columns[FIRST][v] : 0,
                            any ? last - columns[LAST_AT][v] : 0,
                            any ? columns[LAST][v] : 0,
                            any ? columns[MIN][v] : 0,
                            any ? columns[MAX][v] : 0,
                            any ? Double.longBitsToDouble(columns[SUM][v]) : 0,
                            any ? Double.longBitsToDouble(columns[INTEGRAL][v]) : 0,
                            any ? columns[COVERED][v] : 0));
            v += any ? 1 : 0;
        }
        return buckets;
    }
}
