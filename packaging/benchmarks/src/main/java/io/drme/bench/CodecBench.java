package io.drme.bench;

import io.drme.block.BadBlockException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;

/**
 * Bytes a sample of single series and of device scans, and what packing and unpacking cost, against
 * Gorilla, TsFile, zstd over raw columns, zstd over JSON and zstd over Sparkplug.
 *
 * <p>All of a block is in our figure. A peer is given, in plain bytes, what it needs as well to be
 * stored and sent exactly once: {@link #ENVELOPE_BYTES} a block, and name, type, first and last
 * time a series.
 *
 * <p>The floor is the first-order entropy of the differences, of values and of times apart: what a
 * coder without a model of the series can't get below. There is none where most differences come
 * only once, as with full mantissas: the entropy of so few is no floor.
 */
final class CodecBench implements Bench {
    private static final int[] SIZES = {60, 300, 1_000, 10_000};
    private static final int SCAN_TAGS = 100;
    private static final double REACH_SINGLE = 0.5;
    private static final double REACH_SCAN = 0.25;
    private static final double REACH_WORST = 1.05;
    private static final double REACH_FLOOR = 1.5;

    /** From here on a series is compared with the floor. */
    private static final int FLOOR_FROM_SAMPLES = 1_000;

    /** Epoch 16, hash of the block before 16, gateway 6, sequence 4, count 4, checksum 4. */
    private static final int ENVELOPE_BYTES = 50;

    private static final int TYPE_AND_SPAN_BYTES = 17;

    @Override
    public String name() {
        return "codec";
    }

    @Override
    public List<Row> run(Options options) throws IOException, BadBlockException {
        var rows = new ArrayList<Row>();
        if (options.data().isPresent()) {
            singles("data", CsvSeries.ofFolder(options.data().get()), rows);
            return rows;
        }
        var generated = new ArrayList<CodecSeries>();
        for (var kind : CodecSeries.Kind.values()) {
            for (int size : SIZES) {
                generated.add(CodecSeries.generated(kind, size));
            }
        }
        var all = new ArrayList<Row>(singles("generated", generated, rows));
        all.addAll(singles("nab", CsvSeries.shared("nab"), rows));
        all.addAll(singles("skab", CsvSeries.shared("skab"), rows));
        rows.addAll(summary("all single series", all, REACH_SINGLE));
        var scans = new ArrayList<Row>();
        for (int size : SIZES) {
            scans.add(bytes("scan-100/" + size, scan(size), REACH_SCAN));
        }
        rows.addAll(scans);
        rows.addAll(summary("scans", scans, REACH_SCAN));
        for (var kind : CodecSeries.Kind.values()) {
            var series = CodecSeries.generated(kind, 1_000);
            rows.addAll(CodecSpeed.rows(series.name() + "/1000", List.of(series)));
        }
        for (int size : new int[] {60, 300, 1_000}) {
            rows.addAll(CodecSpeed.rows("scan-100/" + size, scan(size)));
        }
        return rows;
    }

    private static List<Row> singles(String set, List<CodecSeries> series, List<Row> into)
            throws BadBlockException {
        var rows = new ArrayList<Row>();
        for (var one : series) {
            rows.add(bytes(one.name() + "/" + one.size(), List.of(one), REACH_SINGLE));
        }
        into.addAll(rows);
        into.addAll(summary(set, rows, REACH_SINGLE));
        return rows;
    }

    /** All tags of a device read in one poll: they share their times. */
    private static List<CodecSeries> scan(int polls) {
        var all = new ArrayList<CodecSeries>();
        for (int tag = 0; tag < SCAN_TAGS; tag++) {
            all.add(CodecSeries.ofScan(tag, polls));
        }
        return all;
    }

    private static Row bytes(String name, List<CodecSeries> all, double reach)
            throws BadBlockException {
        double samples = 0;
        double overhead = ENVELOPE_BYTES;
        double bits = all.getFirst().timeEntropyBits();
        for (var series : all) {
            samples += series.size();
            overhead += series.name().length() + TYPE_AND_SPAN_BYTES;
            bits += series.valueEntropyBits();
        }
        var blocks = CodecOurs.seal(all);
        double ours = blocks.stream().mapToLong(b -> b.length).sum() / samples;
        var peers = new TreeMap<String, Double>();
        for (var peer : CodecPeers.bytes(all).entrySet()) {
            peers.put(peer.getKey(), (peer.getValue() + overhead) / samples);
        }
        double best =
                peers.values().stream().mapToDouble(Double::doubleValue).min().orElse(Double.NaN);
        return new Row(
                name,
                "bytes/sample",
                true,
                ours,
                peers,
                Double.isNaN(bits) ? OptionalDouble.empty() : OptionalDouble.of(bits / 8 / samples),
                "<= %s x best peer".formatted(reach),
                ours <= reach * best,
                CodecOurs.isExact(blocks, all));
    }

    /** Geometric means, the worst series, and the worst against the floor. */
    private static List<Row> summary(String set, List<Row> rows, double reach) {
        if (rows.isEmpty()) {
            return List.of();
        }
        var means = new TreeMap<String, Double>();
        for (var peer : rows.getFirst().peers().keySet()) {
            means.put("vs " + peer, mean(rows, peer));
        }
        double worst = 0;
        double floor = 0;
        double logs = 0;
        for (var row : rows) {
            double ratio = row.ours() / row.bestPeer().orElse(Double.NaN);
            logs += Math.log(ratio);
            worst = Math.max(worst, ratio);
            int size = Integer.parseInt(row.name().substring(row.name().lastIndexOf('/') + 1));
            if (size >= FLOOR_FROM_SAMPLES && row.floor().isPresent()) {
                floor = Math.max(floor, row.ours() / row.floor().getAsDouble());
            }
        }
        double mean = Math.exp(logs / rows.size());
        return List.of(
                ratio(set, "mean ratio to best peer", mean, means, reach),
                ratio(set, "worst ratio to best peer", worst, Map.of(), REACH_WORST),
                ratio(set, "worst ratio to floor", floor, Map.of(), REACH_FLOOR));
    }

    private static double mean(List<Row> rows, String peer) {
        double logs = 0;
        int count = 0;
        for (var row : rows) {
            var figure = row.peers().get(peer);
            if (figure != null) {
                logs += Math.log(row.ours() / figure);
                count++;
            }
        }
        return Math.exp(logs / count);
    }

    private static Row ratio(
            String set, String measure, double ours, Map<String, Double> means, double reach) {
        return new Row(
                set,
                measure,
                true,
                ours,
                means,
                OptionalDouble.empty(),
                "<= " + reach,
                ours <= reach,
                true);
    }
}
