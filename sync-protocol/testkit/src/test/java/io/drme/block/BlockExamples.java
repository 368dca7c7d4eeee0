package io.drme.block;

import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.model.Reason;
import io.drme.model.Tag;
import io.drme.model.TagTable;
import io.drme.model.ValueType;
import io.drme.time.Hlc;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Blocks and journal frames as the product writes them, each with what went in: a line a tick. For
 * readers that know nothing of the product.
 */
public final class BlockExamples {
    private static final long SECOND = 1_000_000_000;

    private BlockExamples() {}

    /** A block with what is in it. */
    @SuppressWarnings("ArrayRecordComponent") // handed on, never compared
    public record Example(byte[] bytes, List<String> lines) {}

    /** Few samples of each tag; wild ones have edge values and times, and tags that change type. */
    public static Example ofShortSeries(long seed, boolean wild) {
        var given = new RandomBatches(seed, wild);
        return new Example(RandomBatches.block(given), lines(given));
    }

    private static List<String> lines(RandomBatches given) {
        var lines = new ArrayList<String>();
        for (int i = 0; i < given.batches.size(); i++) {
            lines.add(line(given.batches.get(i), given.tables.get(i)));
        }
        return lines;
    }

    private static String line(Batch batch, TagTable table) {
        return RandomBatches.text(batch, t -> RandomBatches.name(table.get(t)));
    }

    /** The same batches as {@link #ofShortSeries}, in journal frames: each with its lines. */
    public static List<Example> frames(long seed, boolean wild) {
        var given = new RandomBatches(seed, wild);
        var frames = new ArrayList<Example>();
        var open = new ArrayList<String>();
        try (var writer = new TickFrameWriter()) {
            for (int i = 0; i < given.batches.size(); i++) {
                writer.add(given.batches.get(i), given.tables.get(i));
                open.add(line(given.batches.get(i), given.tables.get(i)));
                if (given.random.nextInt(4) == 0 || i == given.batches.size() - 1) {
                    var payload = writer.finish(given.random.nextInt(6) == 0);
                    var bytes = new byte[payload.remaining()];
                    payload.get(bytes);
                    frames.add(new Example(bytes, List.copyOf(open)));
                    open.clear();
                }
            }
        }
        return frames;
    }

    /** Hundreds of samples a tag, of every shape for which there is a codec. */
    public static Example ofLongSeries(long seed) {
        var random = new SplittableRandom(seed);
        var tags = new ArrayList<Tag>();
        var shapes = new ArrayList<Shape>();
        int count = 1 + random.nextInt(5);
        for (int i = 0; i < count; i++) {
            var shape = Shape.values()[random.nextInt(Shape.values().length)];
            shapes.add(shape);
            tags.add(Tag.of("line-2/drive/" + i, shape.type));
        }
        var table = TagTable.EMPTY.with(tags);
        var walks = new double[count];
        int ticks = 520 + random.nextInt(1_500);
        int jitter = new int[] {1, 3, 2_000, 3_000_000}[random.nextInt(4)];
        double presence = new double[] {1, 0.9, 0.01}[random.nextInt(3)];
        var lines = new ArrayList<String>();
        try (var builder = new BlockBuilder()) {
            for (int tick = 0; tick < ticks; tick++) {
                long time = RandomBatches.START_NANOS + tick * SECOND + random.nextInt(jitter);
                var batch = new Batch();
                batch.begin(0, Hlc.of(time / 1_000_000, 0));
                for (int tag = 0; tag < count; tag++) {
                    if (random.nextDouble() < presence) {
                        put(batch, tag, time, shapes.get(tag), walks, random);
                    }
                }
                builder.add(batch, table);
                lines.add(line(batch, table));
            }
            return new Example(builder.seal(RandomBatches.seal(9)), lines);
        }
    }

    /** What a tag's values are like. */
    private enum Shape {
        NOISE(ValueType.INT64),
        WALK(ValueType.INT64),
        COUNTER(ValueType.INT64),
        STATES(ValueType.INT64),
        STEPS_OF_A_THOUSAND(ValueType.INT64),
        RANDOM(ValueType.INT64),
        SPIKES(ValueType.INT64),
        SAWTOOTH(ValueType.INT64),
        DECIMAL(ValueType.FLOAT64),
        DECIMAL_WITH_EXCEPTIONS(ValueType.FLOAT64),
        FLOAT(ValueType.FLOAT64),
        SHORT_FLOAT(ValueType.FLOAT64),
        DOUBLE(ValueType.FLOAT64),
        RARELY_TRUE(ValueType.BOOLEAN),
        COIN(ValueType.BOOLEAN),
        WORDS(ValueType.TEXT);

        final ValueType type;

        Shape(ValueType type) {
            this.type = type;
        }
    }

    private static void put(
            Batch batch, int tag, long time, Shape shape, double[] walks, SplittableRandom random) {
        if (random.nextInt(300) == 0) {
            batch.addBad(tag, time, Reason.TIMEOUT);
            return;
        }
        double noise = random.nextGaussian();
        walks[tag] += shape == Shape.COUNTER ? 40 + Math.abs(noise) : noise;
        double walk = walks[tag];
        byte quality = random.nextInt(400) == 0 ? Quality.uncertain(Reason.STALE) : Quality.GOOD;
        switch (shape.type) {
            case BOOLEAN ->
                    batch.addBoolean(
                            tag, time, random.nextInt(shape == Shape.COIN ? 2 : 200) == 0, quality);
            case INT64 -> batch.addInt(tag, time, integer(shape, noise, walk, random), quality);
            case FLOAT64 -> batch.addDouble(tag, time, number(shape, noise, walk, random), quality);
            case TEXT -> batch.addText(tag, time, "state " + random.nextInt(6), quality);
        }
    }

    private static long integer(Shape shape, double noise, double walk, SplittableRandom random) {
        return switch (shape) {
            case NOISE -> Math.round(5_000 + 20 * noise);
            case STATES -> new long[] {-70_000, 12, 9_000_001}[random.nextInt(3)];
            case STEPS_OF_A_THOUSAND -> 1_000 * Math.round(walk);
            case RANDOM -> random.nextLong();
            case SPIKES ->
                    random.nextInt(40) == 0 ? 1L << (40 + random.nextInt(20)) : random.nextInt(4);
            case SAWTOOTH -> Math.floorMod(Math.round(walk * 1_000), 32_768);
            default -> Math.round(walk);
        };
    }

    private static double number(Shape shape, double noise, double walk, SplittableRandom random) {
        return switch (shape) {
            case DECIMAL -> Math.round(615 + walk) / 10.0;
            case DECIMAL_WITH_EXCEPTIONS ->
                    random.nextInt(30) == 0 ? Double.NaN : Math.round(615 + walk) / 100.0;
            case FLOAT -> (float) (noise * 3.7);
            case SHORT_FLOAT -> Double.parseDouble(Float.toString(Math.round(walk * 50) / 7f));
            default -> noise / 3;
        };
    }
}
