package io.drme.bench;

import io.drme.model.Quality;
import io.drme.model.Reason;
import io.drme.model.ValueType;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Random;

/**
 * A series to be packed: times in milliseconds, values by their bits, qualities. Immutable but for
 * its arrays, which nobody writes to.
 *
 * @param name a valid tag name
 * @param type what the product takes it for
 * @param isFloat32 whether the source gives 32-bit floats; the value is then the double of the
 *     float's shortest decimal, as drivers give it
 * @param millis source times
 * @param bits value bits by type; 0 for a text
 * @param texts texts; empty for other types
 * @param qualities packed qualities, none of them bad: every sample has a value
 */
@SuppressWarnings("ArrayRecordComponent") // a plain carrier, never compared
record CodecSeries(
        String name,
        ValueType type,
        boolean isFloat32,
        long[] millis,
        long[] bits,
        String[] texts,
        byte[] qualities) {
    static final long START_MILLIS = 1_767_225_600_000L;
    static final long SECOND_MILLIS = 1_000;
    private static final long SEED = 7;

    /** Half-width of the jitter of generated times. */
    private static final int JITTER_MILLIS = 2;

    /** About one run of uncertain samples in so many samples, and its length. */
    private static final int QUALITY_RUN_EVERY = 500;

    private static final int QUALITY_RUN_LENGTH = 20;
    private static final String[] STATES = {"running", "idle", "setup", "fault: guard open"};

    /** What sensors give. */
    enum Kind {
        TEMPERATURE(ValueType.FLOAT64),
        PRESSURE(ValueType.FLOAT64),
        RAW16(ValueType.INT64),
        FLOAT32_VIBRATION(ValueType.FLOAT64),
        FLOAT64_VIBRATION(ValueType.FLOAT64),
        COUNTER(ValueType.INT64),
        BOOLEAN(ValueType.BOOLEAN),
        TEXT(ValueType.TEXT);

        private final ValueType type;

        Kind(ValueType type) {
            this.type = type;
        }

        private double next(Random random, double before, int at) {
            return switch (this) {
                case TEMPERATURE ->
                        Math.round(
                                        (60
                                                        + 20 * Math.sin(at / 60.0)
                                                        + random.nextGaussian() * 0.1)
                                                * 10)
                                / 10.0;
                case PRESSURE ->
                        Math.round(
                                        (5 + Math.sin(at / 90.0) + random.nextGaussian() * 0.005)
                                                * 1_000)
                                / 1_000.0;
                case RAW16 ->
                        Math.clamp(Math.round(before + random.nextGaussian() * 40), 0, 65_535);
                case FLOAT32_VIBRATION, FLOAT64_VIBRATION ->
                        Math.sin(at * 1.7) + random.nextGaussian() * 0.3;
                // A counter of a device that is restarted now and then.
                case COUNTER -> random.nextInt(2_000) == 0 ? 0 : before + random.nextInt(4);
                case BOOLEAN -> random.nextInt(40) == 0 ? 1 - before : before;
                case TEXT -> random.nextInt(60) == 0 ? random.nextInt(STATES.length) : before;
            };
        }
    }

    /** About one sample a second, 2 ms of jitter. */
    static CodecSeries generated(Kind kind, int size) {
        return of(kind.name().toLowerCase(Locale.ROOT).replace('_', '-'), kind, size, SEED);
    }

    /** One of the tags of a device scan, all with the same times. */
    static CodecSeries ofScan(int tag, int size) {
        var kinds = new Kind[] {Kind.TEMPERATURE, Kind.PRESSURE, Kind.RAW16, Kind.COUNTER};
        var series = of("scan/tag-" + tag, kinds[tag % kinds.length], size, SEED + tag);
        return new CodecSeries(
                series.name,
                series.type,
                series.isFloat32,
                generated(Kind.TEMPERATURE, size).millis,
                series.bits,
                series.texts,
                series.qualities);
    }

    private static CodecSeries of(String name, Kind kind, int size, long seed) {
        var random = new Random(seed);
        var millis = new long[size];
        var bits = new long[size];
        var texts = new String[kind == Kind.TEXT ? size : 0];
        var qualities = new byte[size];
        double before = kind == Kind.BOOLEAN || kind == Kind.TEXT ? 0 : 32_000;
        int uncertain = 0;
        for (int i = 0; i < size; i++) {
            int jitter = random.nextInt(2 * JITTER_MILLIS + 1) - JITTER_MILLIS;
            millis[i] = START_MILLIS + i * SECOND_MILLIS + jitter;
            before = kind.next(random, before, i);
            bits[i] = bits(kind, before);
            if (kind == Kind.TEXT) {
                texts[i] = STATES[(int) before];
            }
            uncertain = random.nextInt(QUALITY_RUN_EVERY) == 0 ? QUALITY_RUN_LENGTH : uncertain - 1;
            qualities[i] =
                    uncertain > 0 ? Quality.uncertain(Reason.DEVICE_UNCERTAIN) : Quality.GOOD;
        }
        boolean isFloat32 = kind == Kind.FLOAT32_VIBRATION;
        return new CodecSeries(name, kind.type, isFloat32, millis, bits, texts, qualities);
    }

    private static long bits(Kind kind, double value) {
        return switch (kind) {
            case TEXT -> 0;
            case RAW16, COUNTER, BOOLEAN -> (long) value;
            case FLOAT32_VIBRATION ->
                    Double.doubleToRawLongBits(Double.parseDouble(Float.toString((float) value)));
            default -> Double.doubleToRawLongBits(value);
        };
    }

    int size() {
        return millis.length;
    }

    /** A value as JSON writes it. */
    String json(int at) {
        return switch (type) {
            case BOOLEAN -> bits[at] == 0 ? "false" : "true";
            case INT64 -> String.valueOf(bits[at]);
            case FLOAT64 -> String.valueOf(Double.longBitsToDouble(bits[at]));
            case TEXT -> '"' + texts[at] + '"';
        };
    }

    /** First-order entropy of the differences of the times, all samples together. */
    double timeEntropyBits() {
        var counts = new HashMap<Object, Integer>();
        for (int i = 1; i < millis.length; i++) {
            counts.merge(millis[i] - millis[i - 1], 1, Integer::sum);
        }
        return bits(counts);
    }

    /**
     * First-order entropy of the differences of the values, all samples together; of texts, of
     * pairs of neighbours that differ.
     */
    double valueEntropyBits() {
        var counts = new HashMap<Object, Integer>();
        for (int i = 1; i < millis.length; i++) {
            Object key =
                    switch (type) {
                        case BOOLEAN, INT64 -> bits[i] - bits[i - 1];
                        case FLOAT64 ->
                                Math.round(
                                                (Double.longBitsToDouble(bits[i])
                                                                - Double.longBitsToDouble(
                                                                        bits[i - 1]))
                                                        * 1e9)
                                        / 1e9;
                        case TEXT -> texts[i].equals(texts[i - 1]) ? "" : texts[i];
                    };
            counts.merge(key, 1, Integer::sum);
        }
        return bits(counts);
    }

    /** NaN where most differences come once: then it tells how many there are, and no more. */
    private static double bits(Map<?, Integer> counts) {
        double total = counts.values().stream().mapToInt(Integer::intValue).sum();
        if (counts.size() > total / 2) {
            return Double.NaN;
        }
        return counts.values().stream()
                .mapToDouble(n -> -n * Math.log(n / total) / Math.log(2))
                .sum();
    }
}
