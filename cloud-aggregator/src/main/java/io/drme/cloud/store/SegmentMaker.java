package io.drme.cloud.store;

import io.drme.block.BadBlockException;
import io.drme.block.BlockBuilder;
import io.drme.block.BlockHash;
import io.drme.block.BlockReader;
import io.drme.block.BlockSeal;
import io.drme.block.SeriesColumns;
import io.drme.history.BucketMaker;
import io.drme.model.Batch;
import io.drme.model.EpochId;
import io.drme.model.GatewayId;
import io.drme.model.StreamKind;
import io.drme.model.Tag;
import io.drme.model.TagTable;
import io.drme.model.ValueType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;

/**
 * Packs the samples of some tags into the blocks and roll-ups of a segment. Few tags share a block:
 * those of one poll group then share its times, and still one of them is read without many others.
 *
 * <p>Confined to its owner; {@link #close} frees native memory.
 */
final class SegmentMaker implements AutoCloseable {
    /** A day at 1 Hz of so many tags fits into one block. */
    static final int TAGS_TOGETHER = 4;

    /** A device whose clock jumps about makes more; then the samples have to tell. */
    private static final int MOST_BUCKETS = 20_000;

    private final GatewayId gateway;
    private final EpochId epoch;
    private final long period;
    private final BlockBuilder builder = new BlockBuilder();
    private final BlockBuilder rollUps = new BlockBuilder();

    SegmentMaker(GatewayId gateway, EpochId epoch, long period) {
        this.gateway = gateway;
        this.epoch = epoch;
        this.period = period;
    }

    /** All samples of a tag and type, sorted. */
    record Series(long id, String tag, Run run) {}

    /** A block and what is in it. */
    @SuppressWarnings("ArrayRecordComponent") // handed on, never compared
    record Part(byte[] payload, List<PartSeries> series) {}

    record PartSeries(
            long seriesId,
            int ordinal,
            long place,
            long lastStamp,
            ValueType type,
            int samples,
            long firstTime,
            long lastTime) {}

    /** The buckets of one tag and level. */
    @SuppressWarnings("ArrayRecordComponent") // handed on, never compared
    record Rolled(long seriesId, int level, Run of, byte[] payload) {}

    private BlockSeal seal() {
        return new BlockSeal(
                gateway, epoch, StreamKind.DATA, period + 1, 0, BlockHash.NONE, 0, 0, 0);
    }

    /** Packs the samples, in order of the series as they are given. */
    List<Part> parts(List<Series> all) throws BadBlockException {
        var parts = new ArrayList<Part>();
        var together = new ArrayList<Series>();
        var names = new HashSet<String>();
        for (var series : all) {
            // a tag that changed its type within the segment has a block of its own for each
            if (together.size() == TAGS_TOGETHER || !names.add(series.tag)) {
                pack(together, parts);
                together.clear();
                names.clear();
                names.add(series.tag);
            }
            together.add(series);
        }
        pack(together, parts);
        return parts;
    }

    private void pack(List<Series> together, List<Part> into) throws BadBlockException {
        if (together.isEmpty()) {
            return;
        }
        var ids = new HashMap<String, Long>();
        together.forEach(s -> ids.put(s.tag, s.id));
        var tags =
                TagTable.EMPTY.with(
                        together.stream().map(s -> Tag.of(s.tag, s.run.type())).toList());
        var at = new int[together.size()];
        var batch = new Batch(together.size());
        for (int next = next(together, at); next >= 0; next = next(together, at)) {
            var first = together.get(next).run;
            long stamp = first.stamp(at[next]);
            int group = first.group(at[next]);
            batch.begin(group, stamp);
            for (int i = 0; i < at.length; i++) {
                var run = together.get(i).run;
                while (at[i] < run.size()
                        && run.stamp(at[i]) == stamp
                        && run.group(at[i]) == group) {
                    copy(run, at[i]++, batch, i);
                }
            }
            if (!builder.hasRoomFor(batch)) {
                into.add(sealed(ids));
            }
            builder.add(batch, tags);
        }
        into.add(sealed(ids));
    }

    private static void copy(Run run, int at, Batch batch, int tag) {
        var text = run.text(at);
        if (text == null) {
            batch.add(tag, run.source(at), run.bits(at), run.quality(at));
        } else {
            batch.addText(tag, run.source(at), text, run.quality(at));
        }
    }

    /** The series that comes next by (stamp, group); -1 at the end. */
    private static int next(List<Series> together, int[] at) {
        int found = -1;
        for (int i = 0; i < at.length; i++) {
            var run = together.get(i).run;
            if (at[i] < run.size() && (found < 0 || isBefore(run, at[i], together, found, at))) {
                found = i;
            }
        }
        return found;
    }

    private static boolean isBefore(Run run, int i, List<Series> together, int found, int[] at) {
        var other = together.get(found).run;
        int order = Long.compare(run.stamp(i), other.stamp(at[found]));
        return order < 0 || (order == 0 && run.group(i) < other.group(at[found]));
    }

    private Part sealed(Map<String, Long> ids) throws BadBlockException {
        var payload = builder.seal(seal());
        // read again: what is written is what will be found
        var block = BlockReader.openColumns(payload);
        var columns = new SeriesColumns();
        var rows = new ArrayList<PartSeries>();
        for (int i = 0; i < block.seriesCount(); i++) {
            block.decode(i, columns);
            rows.add(row(ids.getOrDefault(block.tag(i).text(), 0L), i, columns));
        }
        return new Part(payload, rows);
    }

    private static PartSeries row(long id, int ordinal, SeriesColumns columns) {
        long first = columns.sourceTimes()[0];
        long last = first;
        long place = columns.gatewayTimes()[0];
        long lastStamp = place;
        for (int i = 1; i < columns.size(); i++) {
            first = Math.min(first, columns.sourceTimes()[i]);
            last = Math.max(last, columns.sourceTimes()[i]);
            place = Math.min(place, columns.gatewayTimes()[i]);
            lastStamp = Math.max(lastStamp, columns.gatewayTimes()[i]);
        }
        return new PartSeries(
                id, ordinal, place, lastStamp, columns.type(), columns.size(), first, last);
    }

    /** The roll-ups of the series; texts have none. */
    List<Rolled> rollUps(List<Series> all) {
        var rolled = new ArrayList<Rolled>();
        for (var series : all) {
            var run = series.run;
            for (int level = 1; level <= Segments.BUCKET_NANOS.length; level++) {
                if (run.type() != ValueType.TEXT) {
                    var maker = new BucketMaker(run.type(), Segments.BUCKET_NANOS[level - 1]);
                    for (int i = 0; i < run.size(); i++) {
                        maker.add(run.source(i), run.bits(i), run.quality(i));
                    }
                    var buckets = maker.buckets();
                    if (buckets.size() <= MOST_BUCKETS) {
                        var bytes = RollUpBlock.encode(rollUps, seal(), run.type(), buckets);
                        rolled.add(new Rolled(series.id, level, run, bytes));
                    }
                }
            }
        }
        return rolled;
    }

    @Override
    public void close() {
        builder.close();
        rollUps.close();
    }
}
