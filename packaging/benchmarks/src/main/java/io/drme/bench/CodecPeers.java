package io.drme.bench;

import com.github.luben.zstd.Zstd;
import fi.iki.yak.ts.compression.gorilla.GorillaCompressor;
import fi.iki.yak.ts.compression.gorilla.LongArrayOutput;
import io.drme.model.Quality;
import io.drme.model.ValueType;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the peers make of series that share their times, in bytes: time, value and quality of every
 * sample, so as to give the same back. Each gets the settings that suit it: times once where the
 * format can say so, 32-bit floats where the source has them, qualities as runs or left out where
 * they are good.
 */
final class CodecPeers {
    private static final int ZSTD_LEVEL = 3;

    /** OPC's number for what is neither good nor bad; Sparkplug writes it as a property. */
    private static final int UNCERTAIN = 64;

    /** Length of a Sparkplug property set of one quality, with its key. */
    private static final int QUALITY_PROPERTY_BYTES = 15;

    private CodecPeers() {}

    /** Each peer's bytes; a peer that can't hold the type is absent. */
    static Map<String, Double> bytes(List<CodecSeries> all) {
        var peers = new TreeMap<String, Double>();
        if (all.stream().noneMatch(s -> s.type() == ValueType.TEXT)) {
            peers.put("gorilla", gorilla(all));
        }
        peers.put("zstd-raw", zstd(raw(all)));
        peers.put("json-zstd", zstd(json(all)));
        peers.put("sparkplug-zstd", zstd(sparkplug(all)));
        peers.putAll(TsFilePeer.bytes(all));
        return peers;
    }

    private static double zstd(byte[] bytes) {
        return Zstd.compress(bytes, ZSTD_LEVEL).length;
    }

    /** Gorilla has a stream of times in each series, and no qualities: these are given as runs. */
    private static double gorilla(List<CodecSeries> all) {
        double bytes = 0;
        for (var series : all) {
            bytes += qualityRuns(series).length + gorilla(series).length * (double) Long.BYTES;
        }
        return bytes;
    }

    static long[] gorilla(CodecSeries series) {
        var out = new LongArrayOutput();
        var compressor = new GorillaCompressor(series.millis()[0], out);
        for (int i = 0; i < series.size(); i++) {
            compressor.addValue(series.millis()[i], gorillaBits(series, i));
        }
        compressor.close();
        return out.getLongArray();
    }

    /** A widened float ends in 29 zeros, which suits exclusive-or better than its decimal. */
    private static long gorillaBits(CodecSeries series, int at) {
        long bits = series.bits()[at];
        if (series.isFloat32()) {
            return Double.doubleToRawLongBits((float) Double.longBitsToDouble(bits));
        }
        return series.type() == ValueType.FLOAT64
                ? bits
                : Double.doubleToRawLongBits((double) bits);
    }

    /** Pairs of a quality and the number of samples that have it; nothing where all are good. */
    static byte[] qualityRuns(CodecSeries series) {
        var out = new ByteArrayOutputStream();
        var qualities = series.qualities();
        for (int i = 0; i < qualities.length; ) {
            int from = i;
            while (i < qualities.length && qualities[i] == qualities[from]) {
                i++;
            }
            if (i - from == qualities.length && qualities[0] == Quality.GOOD) {
                break;
            }
            out.write(qualities[from]);
            putVarint(out, i - from);
        }
        return out.toByteArray();
    }

    /** Columns of plain numbers: times once, then values, then qualities as runs. */
    private static byte[] raw(List<CodecSeries> all) {
        var out = new ByteArrayOutputStream();
        for (long millis : all.getFirst().millis()) {
            putLong(out, millis);
        }
        for (var series : all) {
            for (int i = 0; i < series.size(); i++) {
                switch (series.type()) {
                    case BOOLEAN -> out.write((int) series.bits()[i]);
                    case INT64 -> putLong(out, series.bits()[i]);
                    case FLOAT64 -> putDouble(out, series, i);
                    case TEXT ->
                            out.writeBytes(
                                    (series.texts()[i] + '\0').getBytes(StandardCharsets.UTF_8));
                }
            }
            out.writeBytes(qualityRuns(series));
        }
        return out.toByteArray();
    }

    private static void putDouble(ByteArrayOutputStream out, CodecSeries series, int at) {
        long bits = series.bits()[at];
        if (series.isFloat32()) {
            putInt(out, Float.floatToRawIntBits((float) Double.longBitsToDouble(bits)));
        } else {
            putLong(out, bits);
        }
    }

    private static void putLong(ByteArrayOutputStream out, long value) {
        var bytes = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(value);
        out.writeBytes(bytes.array());
    }

    private static void putInt(ByteArrayOutputStream out, int value) {
        var bytes = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN).putInt(value);
        out.writeBytes(bytes.array());
    }

    /** An object a poll; a quality only where it is not good. */
    private static byte[] json(List<CodecSeries> all) {
        var out = new StringBuilder();
        for (int i = 0; i < all.getFirst().size(); i++) {
            out.append("{\"t\":").append(all.getFirst().millis()[i]);
            int tag = 0;
            for (var series : all) {
                out.append(",\"").append(tag).append("\":").append(series.json(i));
                if (series.qualities()[i] != Quality.GOOD) {
                    out.append(",\"q").append(tag).append("\":").append(UNCERTAIN);
                }
                tag++;
            }
            out.append("}\n");
        }
        return out.toString().getBytes(StandardCharsets.UTF_8);
    }

    /**
     * A Sparkplug B payload a poll, metrics by alias; a property only where the value is not good.
     */
    private static byte[] sparkplug(List<CodecSeries> all) {
        var out = new ByteArrayOutputStream();
        for (int i = 0; i < all.getFirst().size(); i++) {
            var payload = new ByteArrayOutputStream();
            payload.write(1 << 3);
            putVarint(payload, all.getFirst().millis()[i]);
            for (int tag = 0; tag < all.size(); tag++) {
                var metric = metric(all.get(tag), tag, i);
                payload.write(2 << 3 | 2);
                putVarint(payload, metric.length);
                payload.writeBytes(metric);
            }
            putVarint(out, payload.size());
            out.writeBytes(payload.toByteArray());
        }
        return out.toByteArray();
    }

    private static byte[] metric(CodecSeries series, int alias, int at) {
        var out = new ByteArrayOutputStream();
        out.write(2 << 3);
        putVarint(out, alias);
        if (series.qualities()[at] != Quality.GOOD) {
            out.write(9 << 3 | 2);
            out.write(QUALITY_PROPERTY_BYTES);
            out.writeBytes("\n\7Quality\22\4\10\3\30".getBytes(StandardCharsets.UTF_8));
            out.write(UNCERTAIN);
        }
        long bits = series.bits()[at];
        switch (series.type()) {
            case BOOLEAN -> {
                out.write(14 << 3);
                out.write((int) bits);
            }
            case INT64 -> {
                out.write(11 << 3);
                putVarint(out, bits);
            }
            case FLOAT64 -> {
                out.write(series.isFloat32() ? 12 << 3 | 5 : 13 << 3 | 1);
                putDouble(out, series, at);
            }
            case TEXT -> {
                var text = series.texts()[at].getBytes(StandardCharsets.UTF_8);
                out.write(15 << 3 | 2);
                putVarint(out, text.length);
                out.writeBytes(text);
            }
        }
        return out.toByteArray();
    }

    private static void putVarint(ByteArrayOutputStream out, long value) {
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            out.write((int) (rest | 0x80));
            rest >>>= 7;
        }
        out.write((int) rest);
    }
}
