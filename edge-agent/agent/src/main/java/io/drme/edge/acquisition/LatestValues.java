package io.drme.edge.acquisition;

import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.model.Tag;
import io.drme.model.TagTable;
import io.drme.model.ValueType;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Keeps the latest value of every tag in flat arrays. Confined to the pipeline's owner thread. */
final class LatestValues {

    /** The arrays by tag index. */
    @SuppressWarnings("ArrayRecordComponent") // a bundle of columns, never compared
    record Columns(
            long[] bits,
            byte[] qualities,
            long[] sourceTimes,
            long[] gatewayTimes,
            long[] since,
            long[] goodBits,
            long[] goodTimes,
            long[] changed,
            @Nullable String[] texts) {

        Columns copy(int size) {
            return new Columns(
                    Arrays.copyOf(bits, size),
                    Arrays.copyOf(qualities, size),
                    Arrays.copyOf(sourceTimes, size),
                    Arrays.copyOf(gatewayTimes, size),
                    Arrays.copyOf(since, size),
                    Arrays.copyOf(goodBits, size),
                    Arrays.copyOf(goodTimes, size),
                    Arrays.copyOf(changed, size),
                    Arrays.copyOf(texts, size));
        }
    }

    private Columns columns =
            new Columns(
                    new long[0],
                    new byte[0],
                    new long[0],
                    new long[0],
                    new long[0],
                    new long[0],
                    new long[0],
                    new long[0],
                    new String[0]);
    private ValueType[] types = {};
    private long version;
    private boolean dirty;

    /**
     * Takes over a table. A tag that goes on with another type has no value until it is read anew:
     * its bits would now mean another one.
     */
    void configure(TagTable table) {
        columns = columns.copy(table.size());
        for (int tag = 0; tag < Math.min(types.length, table.size()); tag++) {
            if (types[tag] != table.type(tag)) {
                forget(tag);
            }
        }
        types = table.tags().stream().map(Tag::type).toArray(ValueType[]::new);
        dirty = true;
    }

    private void forget(int tag) {
        var c = columns;
        for (var column :
                List.of(c.bits(), c.sourceTimes(), c.gatewayTimes(), c.since(), c.goodBits())) {
            column[tag] = 0;
        }
        c.qualities()[tag] = 0;
        c.goodTimes()[tag] = 0;
        c.changed()[tag] = 0;
        c.texts()[tag] = null;
    }

    void take(Batch batch) {
        if (batch.size() == 0) {
            return;
        }
        version++;
        dirty = true;
        for (int i = 0; i < batch.size(); i++) {
            take(batch, i);
        }
    }

    private void take(Batch batch, int at) {
        var c = columns;
        int tag = batch.tags()[at];
        long bits = batch.bits()[at];
        byte quality = batch.qualities()[at];
        long time = batch.sourceTimes()[at];
        var text = batch.text(at);
        boolean first = c.changed()[tag] == 0;
        if (first
                || c.bits()[tag] != bits
                || c.qualities()[tag] != quality
                || !Objects.equals(c.texts()[tag], text)) {
            c.since()[tag] = time;
        }
        c.bits()[tag] = bits;
        c.qualities()[tag] = quality;
        c.sourceTimes()[tag] = time;
        c.gatewayTimes()[tag] = batch.gatewayTime();
        c.changed()[tag] = version;
        if (!Quality.isBad(quality)) {
            c.goodBits()[tag] = bits;
            c.goodTimes()[tag] = time;
            c.texts()[tag] = text;
        }
    }

    /**
     * The latest sample of each tag that was ever read, as a batch of its own.
     *
     * @param tags those that count
     */
    Batch latest(int group, long stamp, BitSet tags) {
        var batch = new Batch(tags.cardinality());
        batch.begin(group, stamp);
        var c = columns;
        for (int tag = tags.nextSetBit(0);
                tag >= 0 && tag < c.changed().length;
                tag = tags.nextSetBit(tag + 1)) {
            var text = c.texts()[tag];
            if (c.changed()[tag] == 0) {
                continue;
            }
            if (text != null && !Quality.isBad(c.qualities()[tag])) {
                batch.addText(tag, c.sourceTimes()[tag], text, c.qualities()[tag]);
            } else {
                batch.add(tag, c.sourceTimes()[tag], c.bits()[tag], c.qualities()[tag]);
            }
        }
        return batch;
    }

    /** Whether anything changed since the last snapshot. */
    boolean isDirty() {
        return dirty;
    }

    LatestSnapshot snapshot(TagTable table) {
        dirty = false;
        return new LatestSnapshot(table, columns(table.size()), version);
    }

    Columns columns(int size) {
        return columns.copy(size);
    }
}
