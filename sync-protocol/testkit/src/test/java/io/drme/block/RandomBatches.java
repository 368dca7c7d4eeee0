package io.drme.block;

import io.drme.model.Batch;
import io.drme.model.EpochId;
import io.drme.model.GatewayId;
import io.drme.model.Quality;
import io.drme.model.Reason;
import io.drme.model.StreamKind;
import io.drme.model.Tag;
import io.drme.model.TagTable;
import io.drme.model.ValueType;
import io.drme.time.Hlc;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Batches from a seed: plausible ones, and ones that nobody would send but a block must keep. */
final class RandomBatches {
    static final long START_NANOS = 1_790_000_000_123_456_789L;

    private static final long[] EDGE_LONGS = {
        0, 1, -1, Long.MIN_VALUE, Long.MAX_VALUE, Long.MIN_VALUE + 1, 1L << 53, (1L << 53) + 1
    };

    private static final long[] EDGE_DOUBLES = {
        Double.doubleToRawLongBits(0.0),
        Double.doubleToRawLongBits(-0.0),
        Double.doubleToRawLongBits(Double.NaN),
        0x7FF0000000000001L,
        0xFFF8_DEAD_BEEF_0001L,
        0x7FFFFFFFFFFFFFFFL,
        Double.doubleToRawLongBits(Double.POSITIVE_INFINITY),
        Double.doubleToRawLongBits(Double.NEGATIVE_INFINITY),
        Double.doubleToRawLongBits(Double.MIN_VALUE),
        Double.doubleToRawLongBits(Double.MAX_VALUE),
        Double.doubleToRawLongBits(9007199254740994.0),
        Double.doubleToRawLongBits(0.1 + 0.2),
        Double.doubleToRawLongBits(1e-300),
        Double.doubleToRawLongBits(1e22),
    };

    private static final String[] EDGE_TEXTS = {
        "", "running", "stopped", "ü€\uD83D\uDE00", "\uD800", "a\uDC00b", "\0", "x".repeat(4_096)
    };

    final SplittableRandom random;
    final List<Batch> batches = new ArrayList<>();
    final List<TagTable> tables = new ArrayList<>();
    private final boolean wild;
    private TagTable table = TagTable.EMPTY;
    private long[] walk = {};
    private long nanos = START_NANOS;
    private long stamp = Hlc.of(START_NANOS / 1_000_000, 0);

    /** Makes batches; wild ones have edge values, times out of order and tags that change type. */
    RandomBatches(long seed, boolean wild) {
        this.random = new SplittableRandom(seed);
        this.wild = wild;
        addTags(1 + random.nextInt(12));
        int count = 1 + random.nextInt(wild ? 60 : 200);
        for (int i = 0; i < count; i++) {
            if (wild && random.nextInt(20) == 0) {
                changeTags();
            }
            batches.add(next());
            tables.add(table);
        }
    }

    private void addTags(int count) {
        var tags = new ArrayList<Tag>();
        for (int i = 0; i < count; i++) {
            tags.add(
                    Tag.of(
                            "press-%d/part/%d".formatted(random.nextInt(4), table.size() + i),
                            ValueType.ofCode(1 + random.nextInt(4))));
        }
        table = table.with(tags);
        walk = new long[table.size()];
    }

    private void changeTags() {
        var tag = table.get(random.nextInt(table.size()));
        table =
                table.with(
                        List.of(
                                Tag.of(
                                        tag.name().text(),
                                        ValueType.ofCode(1 + random.nextInt(4)))));
        if (random.nextBoolean()) {
            addTags(1);
        }
    }

    private Batch next() {
        var batch = new Batch();
        nanos += 1_000_000_000 + random.nextInt(2_000_000) - 1_000_000;
        stamp = wild && random.nextInt(8) == 0 ? random.nextLong() : stampAfter();
        batch.begin(wild ? random.nextInt(-2, 3) : random.nextInt(2), stamp);
        if (random.nextInt(15) == 0) {
            batch.failed(Reason.TIMEOUT);
            return batch;
        }
        for (int tag = 0; tag < table.size(); tag++) {
            if (random.nextInt(3) > 0) {
                add(batch, wild && random.nextInt(5) == 0 ? random.nextInt(table.size()) : tag);
            }
        }
        return batch;
    }

    private long stampAfter() {
        long next = Hlc.of(nanos / 1_000_000, 0);
        return Long.compareUnsigned(next, stamp) > 0 ? next : wild ? stamp : stamp + 1;
    }

    private void add(Batch batch, int tag) {
        long time = wild && random.nextInt(6) == 0 ? random.nextLong() : nanos;
        byte quality = Quality.GOOD;
        if (random.nextInt(10) == 0) {
            quality = Quality.uncertain(Reason.DEVICE_UNCERTAIN);
        } else if (random.nextInt(10) == 0) {
            quality = Quality.bad(Reason.ofCode(1 + random.nextInt(14)));
        }
        if (Quality.isBad(quality)) {
            batch.add(tag, time, 0, quality);
            return;
        }
        boolean edge = wild && random.nextInt(3) == 0;
        switch (table.get(tag).type()) {
            case BOOLEAN -> batch.addBoolean(tag, time, random.nextInt(4) == 0, quality);
            case INT64 -> batch.addInt(tag, time, edge ? pick(EDGE_LONGS) : walk(tag), quality);
            case FLOAT64 ->
                    batch.add(
                            tag,
                            time,
                            edge
                                    ? pick(EDGE_DOUBLES)
                                    : Double.doubleToRawLongBits(walk(tag) / 10.0),
                            quality);
            case TEXT ->
                    batch.addText(tag, time, EDGE_TEXTS[random.nextInt(wild ? 8 : 3)], quality);
        }
    }

    private long pick(long[] from) {
        return from[random.nextInt(from.length)];
    }

    private long walk(int tag) {
        walk[tag] += random.nextInt(9) - 4;
        return walk[tag] + 700;
    }

    static BlockSeal seal(long sequence) {
        return new BlockSeal(
                new GatewayId("press-line-1"),
                new EpochId(0x0123456789ABCDEFL, 0xFEDCBA9876543210L),
                StreamKind.DATA,
                sequence,
                1_000,
                new BlockHash(7, 8),
                1,
                3,
                42);
    }

    static byte[] block(RandomBatches from) {
        try (var builder = new BlockBuilder()) {
            for (int i = 0; i < from.batches.size(); i++) {
                builder.add(from.batches.get(i), from.tables.get(i));
            }
            return builder.seal(seal(9));
        }
    }

    /** A batch as text that names tags, so that different numberings compare. */
    static String text(Batch batch, java.util.function.IntFunction<String> name) {
        var text =
                new StringBuilder(
                        "%d@%x!%d:".formatted(batch.group(), batch.gatewayTime(), batch.outcome()));
        for (int i = 0; i < batch.size(); i++) {
            var value = batch.text(i);
            text.append(name.apply(batch.tags()[i]))
                    .append(' ')
                    .append(batch.sourceTimes()[i])
                    .append(' ')
                    .append(batch.qualities()[i])
                    .append(' ')
                    .append(Long.toHexString(batch.bits()[i]))
                    .append(' ')
                    .append(value == null ? "-" : value)
                    .append(';');
        }
        return text.toString();
    }

    static String name(Tag tag) {
        return tag.name() + ":" + tag.type();
    }
}
