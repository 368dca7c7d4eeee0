package io.drme.bench;

import fi.iki.yak.ts.compression.gorilla.GorillaDecompressor;
import fi.iki.yak.ts.compression.gorilla.LongArrayInput;
import io.drme.block.BadBlockException;
import io.drme.block.BlockBuilder;
import io.drme.block.BlockReader;
import io.drme.block.SeriesColumns;
import io.drme.model.ValueType;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * What packing and unpacking cost, in CPU nanoseconds a sample of the measuring thread, with
 * Gorilla beside it in the same rounds. Packing is sealing what a builder holds, checksum and
 * directory included; unpacking is opening a block, its checksum and hash included, and decoding
 * times, qualities and values of every series into arrays. The least of several rounds counts,
 * since others use the machine too.
 */
final class CodecSpeed {
    private static final int ROUNDS = 12;
    private static final long ROUND_SAMPLES = 1_000_000;
    private static final double REACH_ENCODE = 20;
    private static final double REACH_DECODE = 5;
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private CodecSpeed() {}

    /** Something that is run again and again. */
    private interface Work {
        long run() throws BadBlockException;
    }

    static List<Row> rows(String name, List<CodecSeries> all) throws BadBlockException {
        double samples = all.stream().mapToDouble(CodecSeries::size).sum();
        int repeats = (int) Math.max(1, ROUND_SAMPLES / samples);
        var block = CodecOurs.seal(all).getFirst();
        var rows = new ArrayList<Row>();
        boolean withGorilla = all.stream().noneMatch(s -> s.type() == ValueType.TEXT);
        try (var builder = new BlockBuilder()) {
            var table = CodecOurs.table(all);
            CodecOurs.batches(all).forEach(batch -> builder.add(batch, table));
            var seal = CodecOurs.header(1);
            var times =
                    least(
                            repeats,
                            () -> builder.preview(seal).length,
                            withGorilla ? () -> gorilla(all) : () -> 0);
            rows.add(row(name, "encode ns/sample", times, samples, withGorilla, REACH_ENCODE));
        }
        var columns = new SeriesColumns();
        var packed =
                all.stream().map(s -> withGorilla ? CodecPeers.gorilla(s) : new long[0]).toList();
        var times =
                least(
                        repeats,
                        () -> decode(block, columns),
                        withGorilla ? () -> ungorilla(packed) : () -> 0);
        rows.add(row(name, "decode ns/sample", times, samples, withGorilla, REACH_DECODE));
        return rows;
    }

    private static Row row(
            String name,
            String measure,
            double[] nanos,
            double samples,
            boolean withGorilla,
            double reach) {
        double ours = nanos[0] / samples;
        return new Row(
                name,
                measure,
                true,
                ours,
                withGorilla ? Map.of("gorilla", nanos[1] / samples) : Map.of(),
                OptionalDouble.empty(),
                "<= %.0f ns".formatted(reach),
                ours <= reach,
                true);
    }

    /** CPU nanoseconds of one run of each, interleaved. */
    private static double[] least(int repeats, Work ours, Work peer) throws BadBlockException {
        var best = new double[] {Double.MAX_VALUE, Double.MAX_VALUE};
        long sink = 0;
        for (int round = 0; round < ROUNDS; round++) {
            for (int which = 0; which < 2; which++) {
                var work = which == 0 ? ours : peer;
                long from = THREADS.getCurrentThreadCpuTime();
                for (int i = 0; i < repeats; i++) {
                    sink += work.run();
                }
                long nanos = THREADS.getCurrentThreadCpuTime() - from;
                best[which] = Math.min(best[which], (double) nanos / repeats);
            }
        }
        if (sink == 0) {
            throw new IllegalStateException("nothing was packed");
        }
        return best;
    }

    private static long decode(byte[] block, SeriesColumns columns) throws BadBlockException {
        var reader = BlockReader.open(block);
        long sum = 0;
        for (int i = 0; i < reader.series().size(); i++) {
            reader.decode(i, columns);
            sum += columns.size();
        }
        return sum;
    }

    private static long gorilla(List<CodecSeries> all) {
        long length = 0;
        for (var series : all) {
            length += CodecPeers.gorilla(series).length;
        }
        return length;
    }

    private static long ungorilla(List<long[]> packed) {
        long sum = 0;
        for (var longs : packed) {
            var in = new GorillaDecompressor(new LongArrayInput(longs));
            for (var pair = in.readPair(); pair != null; pair = in.readPair()) {
                sum += pair.getTimestamp() & 1;
            }
        }
        return sum + 1;
    }
}
