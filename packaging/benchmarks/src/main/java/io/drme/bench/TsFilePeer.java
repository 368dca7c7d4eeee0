package io.drme.bench;

import com.github.luben.zstd.Zstd;
import io.drme.model.ValueType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.tsfile.encoding.decoder.Decoder;
import org.apache.tsfile.encoding.encoder.Encoder;
import org.apache.tsfile.encoding.encoder.TSEncodingBuilder;
import org.apache.tsfile.enums.TSDataType;
import org.apache.tsfile.file.metadata.enums.TSEncoding;
import org.apache.tsfile.utils.Binary;

/**
 * Apache TsFile's encodings: times by TS_2DIFF, once for all series as in an aligned chunk; values
 * by the encoding that names the peer, 32-bit floats as FLOAT; each page zstd or not, whichever is
 * shorter. Encodings that scale doubles get the series' own number of decimals, and count only
 * where TsFile's own decoder gives every bit back.
 */
final class TsFilePeer {
    private static final int ZSTD_LEVEL = 3;
    private static final int MOST_DECIMALS = 15;
    private static final TSEncoding[] OTHERS = {
        TSEncoding.GORILLA,
        TSEncoding.RLE,
        TSEncoding.ZIGZAG,
        TSEncoding.SPRINTZ,
        TSEncoding.RLBE,
        TSEncoding.DICTIONARY,
        TSEncoding.PLAIN
    };

    private TsFilePeer() {}

    /**
     * Bytes with CHIMP, with TS_2DIFF, and with the best of all encodings a series; one that can't
     * hold a series takes that series' best instead, so that a scan is not lost to one tag.
     */
    static Map<String, Double> bytes(List<CodecSeries> all) {
        double chimp = 0;
        double diff = 0;
        double best = 0;
        for (var series : all) {
            double rest = page(CodecPeers.qualityRuns(series));
            double asChimp = value(series, TSEncoding.CHIMP);
            double asDiff = value(series, TSEncoding.TS_2DIFF);
            double least = Math.min(asChimp, asDiff);
            for (var encoding : OTHERS) {
                least = Math.min(least, value(series, encoding));
            }
            chimp += rest + (Double.isFinite(asChimp) ? asChimp : least);
            diff += rest + (Double.isFinite(asDiff) ? asDiff : least);
            best += rest + least;
        }
        double times = times(all.getFirst());
        var peers = new TreeMap<String, Double>();
        peers.put("tsfile-chimp", chimp + times);
        peers.put("tsfile-2diff", diff + times);
        peers.put("tsfile-best", best + times);
        return peers;
    }

    private static double page(byte[] bytes) {
        return Math.min(bytes.length, Zstd.compress(bytes, ZSTD_LEVEL).length);
    }

    private static double times(CodecSeries series) {
        try {
            var out = new ByteArrayOutputStream();
            var encoder = encoder(TSEncoding.TS_2DIFF, TSDataType.INT64, 0);
            for (long millis : series.millis()) {
                encoder.encode(millis, out);
            }
            encoder.flush(out);
            return page(out.toByteArray());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static TSDataType type(CodecSeries series) {
        return switch (series.type()) {
            case BOOLEAN -> TSDataType.BOOLEAN;
            case INT64 -> TSDataType.INT64;
            case FLOAT64 -> series.isFloat32() ? TSDataType.FLOAT : TSDataType.DOUBLE;
            case TEXT -> TSDataType.TEXT;
        };
    }

    /** The bytes of a series' values; infinite where the encoding can't give them back. */
    private static double value(CodecSeries series, TSEncoding encoding) {
        var type = type(series);
        if (!TSEncoding.isSupported(type, encoding)) {
            return Double.POSITIVE_INFINITY;
        }
        try {
            var bytes = encode(series, encoder(encoding, type, decimals(series)));
            return isExact(series, encoding, type, bytes) ? page(bytes) : Double.POSITIVE_INFINITY;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (RuntimeException _) {
            // TsFile's way to say that values do not fit, in its encoders and decoders
            return Double.POSITIVE_INFINITY;
        }
    }

    private static Encoder encoder(TSEncoding encoding, TSDataType type, int decimals) {
        var builder = TSEncodingBuilder.getEncodingBuilder(encoding);
        builder.initFromProps(Map.of(Encoder.MAX_POINT_NUMBER, String.valueOf(decimals)));
        return builder.getEncoder(type);
    }

    /** Most decimals that a value of the series shows. */
    private static int decimals(CodecSeries series) {
        int most = 0;
        if (series.type() == ValueType.FLOAT64) {
            for (long bits : series.bits()) {
                var value = BigDecimal.valueOf(Double.longBitsToDouble(bits));
                most = Math.max(most, value.stripTrailingZeros().scale());
            }
        }
        return Math.min(most, MOST_DECIMALS);
    }

    private static byte[] encode(CodecSeries series, Encoder encoder) throws IOException {
        var out = new ByteArrayOutputStream();
        for (int i = 0; i < series.size(); i++) {
            long bits = series.bits()[i];
            switch (type(series)) {
                case BOOLEAN -> encoder.encode(bits != 0, out);
                case INT64 -> encoder.encode(bits, out);
                case FLOAT -> encoder.encode((float) Double.longBitsToDouble(bits), out);
                case DOUBLE -> encoder.encode(Double.longBitsToDouble(bits), out);
                default ->
                        encoder.encode(new Binary(series.texts()[i], StandardCharsets.UTF_8), out);
            }
        }
        encoder.flush(out);
        return out.toByteArray();
    }

    private static boolean isExact(
            CodecSeries series, TSEncoding encoding, TSDataType type, byte[] bytes) {
        var decoder = Decoder.getDecoderByType(encoding, type);
        var in = ByteBuffer.wrap(bytes);
        for (int i = 0; i < series.size(); i++) {
            long bits = series.bits()[i];
            boolean same =
                    switch (type) {
                        case BOOLEAN -> decoder.readBoolean(in) == (bits != 0);
                        case INT64 -> decoder.readLong(in) == bits;
                        case FLOAT ->
                                Float.floatToRawIntBits(decoder.readFloat(in))
                                        == Float.floatToRawIntBits(
                                                (float) Double.longBitsToDouble(bits));
                        case DOUBLE -> Double.doubleToRawLongBits(decoder.readDouble(in)) == bits;
                        default ->
                                decoder.readBinary(in)
                                        .getStringValue(StandardCharsets.UTF_8)
                                        .equals(series.texts()[i]);
                    };
            if (!same) {
                return false;
            }
        }
        return true;
    }
}
