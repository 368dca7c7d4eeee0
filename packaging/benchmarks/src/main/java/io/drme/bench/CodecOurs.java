package io.drme.bench;

import io.drme.block.BadBlockException;
import io.drme.block.BlockBuilder;
import io.drme.block.BlockHash;
import io.drme.block.BlockReader;
import io.drme.block.BlockSeal;
import io.drme.block.SeriesColumns;
import io.drme.model.Batch;
import io.drme.model.EpochId;
import io.drme.model.GatewayId;
import io.drme.model.StreamKind;
import io.drme.model.Tag;
import io.drme.model.TagTable;
import io.drme.model.ValueType;
import io.drme.time.Hlc;
import java.util.ArrayList;
import java.util.List;

/** Our side of the codec benchmark: series that share their times, as blocks. */
final class CodecOurs {
    private static final long NANOS_PER_MILLI = 1_000_000;

    private CodecOurs() {}

    static TagTable table(List<CodecSeries> all) {
        return TagTable.EMPTY.with(all.stream().map(s -> Tag.of(s.name(), s.type())).toList());
    }

    /** The polls that give these series. */
    static List<Batch> batches(List<CodecSeries> all) {
        var batches = new ArrayList<Batch>();
        for (int i = 0; i < all.getFirst().size(); i++) {
            var batch = new Batch(all.size());
            long millis = all.getFirst().millis()[i];
            batch.begin(1, Hlc.of(millis, 0));
            for (int tag = 0; tag < all.size(); tag++) {
                var series = all.get(tag);
                long nanos = millis * NANOS_PER_MILLI;
                byte quality = series.qualities()[i];
                if (series.type() == ValueType.TEXT) {
                    batch.addText(tag, nanos, series.texts()[i], quality);
                } else {
                    batch.add(tag, nanos, series.bits()[i], quality);
                }
            }
            batches.add(batch);
        }
        return batches;
    }

    /** One block, or several where a block has no room for all. */
    static List<byte[]> seal(List<CodecSeries> all) {
        var blocks = new ArrayList<byte[]>();
        var table = table(all);
        try (var builder = new BlockBuilder()) {
            for (var batch : batches(all)) {
                if (!builder.hasRoomFor(batch)) {
                    blocks.add(builder.seal(header(blocks.size() + 1)));
                }
                builder.add(batch, table);
            }
            blocks.add(builder.seal(header(blocks.size() + 1)));
        }
        return blocks;
    }

    static BlockSeal header(long sequence) {
        return new BlockSeal(
                new GatewayId("bench"),
                new EpochId(1, 2),
                StreamKind.DATA,
                sequence,
                0,
                BlockHash.NONE,
                1,
                1,
                1);
    }

    /** Whether the blocks give back every bit of every value, time and quality. */
    static boolean isExact(List<byte[]> blocks, List<CodecSeries> all) throws BadBlockException {
        for (var series : all) {
            int at = 0;
            for (var bytes : blocks) {
                var block = BlockReader.open(bytes);
                for (int index = 0; index < block.series().size(); index++) {
                    if (block.series().get(index).tag().text().equals(series.name())) {
                        var columns = new SeriesColumns();
                        block.decode(index, columns);
                        at = matching(series, columns, at);
                    }
                }
            }
            if (at != series.size()) {
                return false;
            }
        }
        return true;
    }

    private static int matching(CodecSeries series, SeriesColumns columns, int from) {
        for (int i = 0; i < columns.size(); i++) {
            int at = from + i;
            boolean same =
                    series.type() == ValueType.TEXT
                            ? series.texts()[at].equals(columns.text(i))
                            : columns.bits()[i] == series.bits()[at];
            if (!same
                    || columns.sourceTimes()[i] != series.millis()[at] * NANOS_PER_MILLI
                    || columns.qualities()[i] != series.qualities()[at]) {
                return Integer.MIN_VALUE;
            }
        }
        return from + columns.size();
    }
}
