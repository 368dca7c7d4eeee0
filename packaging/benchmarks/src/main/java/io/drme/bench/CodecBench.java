package io.drme.bench;

import com.github.luben.zstd.Zstd;
import fi.iki.yak.ts.compression.gorilla.GorillaCompressor;
import fi.iki.yak.ts.compression.gorilla.LongArrayOutput;
import io.drme.block.BadBlockException;
import io.drme.block.BlockBuilder;
import io.drme.block.BlockHash;
import io.drme.block.BlockReader;
import io.drme.block.BlockSeal;
import io.drme.block.SeriesColumns;
import io.drme.model.Batch;
import io.drme.model.EpochId;
import io.drme.model.GatewayId;
import io.drme.model.Quality;
import io.drme.model.StreamKind;
import io.drme.model.Tag;
import io.drme.model.TagTable;
import io.drme.model.ValueType;
import io.drme.time.Hlc;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * Bytes a sample of single series and of device scans, against Gorilla, zstd over raw columns and
 * zstd over JSON. Header and directory are in our figure; a peer is given the tag's name, its type
 * and the first and last time as plain bytes, which it needs as well.
 *
 * <p>The floor is the first-order entropy of the differences, of values and of times apart: what a
 * coder without a model of the series can't get below.
 */
final class CodecBench implements Bench {
    private static final int[] SIZES = {60, 300, 1_000, 10_000};
    private static final int SCAN_TAGS = 100;
    private static final int ZSTD_LEVEL = 3;
    private static final double REACH_SINGLE = 0.5;
    private static final double REACH_SCAN = 0.25;
    private static final int NAME_TYPE_AND_SPAN_BYTES = 17;
    private static final long NANOS_PER_MILLI = 1_000_000;

    @Override
    public String name() {
        return "codec";
    }

    @Override
    public List<Row> run(Options options) throws IOException, BadBlockException {
        var rows = new ArrayList<Row>();
        if (options.data().isPresent()) {
            for (var series : CodecSeries.ofFolder(options.data().get())) {
                rows.add(single(series));
            }
            return rows;
        }
        for (var kind : CodecSeries.Kind.values()) {
            for (int size : SIZES) {
                rows.add(single(CodecSeries.generated(kind, size)));
            }
        }
        for (var series : CodecSeries.shared()) {
            rows.add(single(series));
        }
        for (int size : SIZES) {
            rows.add(scan(size));
        }
        return rows;
    }

    private static Row single(CodecSeries series) throws BadBlockException {
        var ours = seal(List.of(series));
        double overhead = series.name().length() + (double) NAME_TYPE_AND_SPAN_BYTES;
        var peers = new HashMap<String, Double>();
        peers.put("gorilla", (gorilla(series) + overhead) / series.size());
        peers.put("zstd-raw", (zstd(raw(List.of(series))) + overhead) / series.size());
        peers.put("zstd-json", (zstd(json(List.of(series))) + overhead) / series.size());
        return row(series.name() + "/" + series.size(), ours, List.of(series), peers, REACH_SINGLE);
    }

    /** All tags of a device read in one poll: they share their times. */
    private static Row scan(int polls) throws BadBlockException {
        var all = new ArrayList<CodecSeries>();
        for (int tag = 0; tag < SCAN_TAGS; tag++) {
            all.add(CodecSeries.ofScan(tag, polls));
        }
        double samples = (double) SCAN_TAGS * polls;
        double overhead = 0;
        double gorilla = 0;
        for (var series : all) {
            overhead += series.name().length() + (double) NAME_TYPE_AND_SPAN_BYTES;
            gorilla += gorilla(series);
        }
        var peers = new HashMap<String, Double>();
        peers.put("gorilla", (gorilla + overhead) / samples);
        peers.put("zstd-raw", (zstd(raw(all)) + overhead) / samples);
        peers.put("zstd-json", (zstd(json(all)) + overhead) / samples);
        return row("scan-100/" + polls, seal(all), all, peers, REACH_SCAN);
    }

    private static Row row(
            String name,
            List<byte[]> blocks,
            List<CodecSeries> series,
            Map<String, Double> peers,
            double reach)
            throws BadBlockException {
        double samples = series.stream().mapToDouble(CodecSeries::size).sum();
        double ours = blocks.stream().mapToLong(b -> b.length).sum() / samples;
        double best =
                peers.values().stream().mapToDouble(Double::doubleValue).min().orElse(Double.NaN);
        double bits = series.getFirst().timeEntropyBits();
        for (var s : series) {
            bits += s.valueEntropyBits();
        }
        return new Row(
                name,
                "bytes/sample",
                true,
                ours,
                peers,
                OptionalDouble.of(bits / 8 / samples),
                "<= %s x best peer".formatted(reach),
                ours <= reach * best,
                isExact(blocks, series));
    }

    /** One block, or several where a block has no room for all. */
    private static List<byte[]> seal(List<CodecSeries> all) {
        var blocks = new ArrayList<byte[]>();
        var table =
                TagTable.EMPTY.with(
                        all.stream().map(s -> Tag.of(s.name(), ValueType.FLOAT64)).toList());
        try (var builder = new BlockBuilder()) {
            for (int i = 0; i < all.getFirst().size(); i++) {
                var batch = new Batch(all.size());
                batch.begin(1, Hlc.of(all.getFirst().millis(i), 0));
                for (int tag = 0; tag < all.size(); tag++) {
                    var series = all.get(tag);
                    batch.addDouble(
                            tag, series.millis(i) * NANOS_PER_MILLI, series.value(i), Quality.GOOD);
                }
                if (!builder.hasRoomFor(batch)) {
                    blocks.add(builder.seal(header(blocks.size() + 1)));
                }
                builder.add(batch, table);
            }
            blocks.add(builder.seal(header(blocks.size() + 1)));
        }
        return blocks;
    }

    private static BlockSeal header(long sequence) {
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

    /** Whether the blocks give back every bit of every value and time. */
    private static boolean isExact(List<byte[]> blocks, List<CodecSeries> all)
            throws BadBlockException {
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
            if (columns.bits()[i] != Double.doubleToRawLongBits(series.value(from + i))
                    || columns.sourceTimes()[i] != series.millis(from + i) * NANOS_PER_MILLI) {
                return Integer.MIN_VALUE;
            }
        }
        return from + columns.size();
    }

    private static double gorilla(CodecSeries series) {
        var out = new LongArrayOutput();
        var compressor = new GorillaCompressor(series.millis(0), out);
        for (int i = 0; i < series.size(); i++) {
            compressor.addValue(series.millis(i), series.value(i));
        }
        compressor.close();
        return (double) out.getLongArray().length * Long.BYTES;
    }

    private static byte[] raw(List<CodecSeries> all) {
        int size = all.getFirst().size();
        var out = ByteBuffer.allocate((all.size() + 1) * size * Long.BYTES);
        for (int i = 0; i < size; i++) {
            out.putLong(all.getFirst().millis(i));
        }
        for (var series : all) {
            for (int i = 0; i < size; i++) {
                out.putDouble(series.value(i));
            }
        }
        return out.array();
    }

    private static byte[] json(List<CodecSeries> all) {
        var out = new StringBuilder();
        for (int i = 0; i < all.getFirst().size(); i++) {
            out.append("{\"t\":").append(all.getFirst().millis(i));
            for (var series : all) {
                out.append(",\"").append(series.name()).append("\":").append(series.value(i));
            }
            out.append("}\n");
        }
        return out.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static double zstd(byte[] bytes) {
        return Zstd.compress(bytes, ZSTD_LEVEL).length;
    }
}
