package io.drme.block;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The bytes of blocks and journal frames; docs/block.md explains the first one byte by byte. */
class BlockGoldenTest {
    private static final long START_MILLIS = 1_790_000_000_000L;

    private static final TagTable TABLE =
            TagTable.EMPTY.with(
                    List.of(
                            Tag.of("press-3/oil/temperature", ValueType.FLOAT64),
                            Tag.of("press-3/running", ValueType.BOOLEAN),
                            Tag.of("press-3/strokes", ValueType.INT64),
                            Tag.of("press-3/state", ValueType.TEXT),
                            Tag.of("press-3/vibration", ValueType.FLOAT64),
                            Tag.of("boiler/pressure", ValueType.FLOAT64)));

    private static BlockSeal seal() {
        return new BlockSeal(
                new GatewayId("press-line-1"),
                new EpochId(0x0011223344556677L, 0x8899AABBCCDDEEFFL),
                StreamKind.DATA,
                7,
                6_000,
                new BlockHash(0x1111111111111111L, 0x2222222222222222L),
                1,
                3,
                420);
    }

    /** Six polls a second apart; the fourth times out; "running" passes its deadband once. */
    private static List<Batch> small() {
        var batches = new ArrayList<Batch>();
        double[] temperatures = {61.5, 61.7, 61.6, 0, 62.0, 61.9};
        for (int i = 0; i < 6; i++) {
            var batch = new Batch();
            long millis = START_MILLIS + i * 1_000L;
            batch.begin(0, Hlc.of(millis, 0));
            if (i == 3) {
                batch.failed(Reason.TIMEOUT);
                batch.addBad(0, millis * 1_000_000, Reason.TIMEOUT);
            } else {
                batch.addDouble(0, millis * 1_000_000, temperatures[i], Quality.GOOD);
            }
            if (i == 0) {
                batch.addBoolean(1, millis * 1_000_000, true, Quality.GOOD);
            }
            batches.add(batch);
        }
        return batches;
    }

    /** Every type, codec and kind of presence; two groups; times and samples out of order. */
    private static List<Batch> all() {
        var random = new SplittableRandom(4);
        var batches = new ArrayList<Batch>();
        for (int i = 0; i < 200; i++) {
            var batch = new Batch();
            long millis = START_MILLIS + i * 1_000L + random.nextInt(3);
            long nanos = millis * 1_000_000 + random.nextInt(1_000_000);
            batch.begin(i % 5 == 4 ? 9 : 0, Hlc.of(millis, i % 3));
            if (i % 5 == 4) {
                batch.addDouble(
                        5, nanos - 70_000_000, (100 + random.nextInt(9)) / 1000.0, Quality.GOOD);
                batches.add(batch);
                continue;
            }
            batch.addDouble(0, nanos, 61.5 + random.nextInt(20) / 10.0, Quality.GOOD);
            batch.addInt(2, nanos, 1_000_000L + 3L * i, Quality.GOOD);
            batch.addDouble(
                    4, nanos, random.nextDouble(), Quality.uncertain(Reason.DEVICE_UNCERTAIN));
            if (i % 7 == 0) {
                batch.addText(
                        3,
                        nanos,
                        i % 2 == 0 ? "running" : "idle \uD83D\uDE00 \uD800",
                        Quality.GOOD);
                batch.addBoolean(1, nanos, i % 2 == 0, Quality.GOOD);
            }
            if (i == 100) {
                batch.addBad(0, nanos, Reason.OUT_OF_RANGE);
                batch.addDouble(0, nanos - 1, -0.0, Quality.GOOD);
            }
            batches.add(batch);
        }
        return batches;
    }

    /** Doubles of every form, with exceptions, in series long enough to have statistics. */
    private static List<Batch> doubles() {
        var random = new SplittableRandom(5);
        var batches = new ArrayList<Batch>();
        for (int i = 0; i < 520; i++) {
            var batch = new Batch();
            long millis = START_MILLIS + i * 1_000L + random.nextInt(4);
            long nanos = millis * 1_000_000;
            batch.begin(0, Hlc.of(millis + 3, 0));
            double value = 3 * Math.sin(i / 50.0) + random.nextGaussian();
            batch.addDouble(0, nanos, Math.round(value * 100) / 100.0, Quality.GOOD);
            batch.addDouble(1, nanos, value, Quality.GOOD);
            batch.addDouble(2, nanos, (float) value, Quality.GOOD);
            float shown = (float) value;
            batch.addDouble(3, nanos, Double.parseDouble(Float.toString(shown)), Quality.GOOD);
            double odd = i % 90 == 7 ? Math.PI * i : Math.round(value);
            batch.addDouble(4, nanos, odd, Quality.GOOD);
            batch.addInt(5, nanos, i < 300 ? 12_000L + i : i - 300L, Quality.GOOD);
            batches.add(batch);
        }
        return batches;
    }

    private static final TagTable DOUBLES =
            TagTable.EMPTY.with(
                    List.of(
                            Tag.of("form/decimal", ValueType.FLOAT64),
                            Tag.of("form/bits", ValueType.FLOAT64),
                            Tag.of("form/float", ValueType.FLOAT64),
                            Tag.of("form/short-float", ValueType.FLOAT64),
                            Tag.of("form/exceptions", ValueType.FLOAT64),
                            Tag.of("form/counter", ValueType.INT64)));

    private static byte[] seal(List<Batch> batches) {
        return seal(batches, TABLE);
    }

    private static byte[] seal(List<Batch> batches, TagTable table) {
        try (var builder = new BlockBuilder()) {
            batches.forEach(batch -> builder.add(batch, table));
            return builder.seal(seal());
        }
    }

    private static String text(Batch batch, TagTable table) {
        return batch.group()
                + " "
                + batch.gatewayTime()
                + " "
                + batch.outcome()
                + " "
                + batch.samples(table).stream().map(Object::toString).toList();
    }

    @Test
    void theSmallExampleOfTheSpecification() throws Exception {
        Golden.check("block-small", seal(small()));
        assertReads(Golden.read("block-small"), small());
    }

    @Test
    void everyCodec() throws Exception {
        Golden.check("block-all", seal(all()));
        assertReads(Golden.read("block-all"), all());
    }

    @Test
    void everyFormOfDoubles() throws Exception {
        var block = seal(doubles(), DOUBLES);
        Golden.check("block-doubles", block);
        assertReads(Golden.read("block-doubles"), doubles(), DOUBLES);
        var stats = BlockReader.open(block).series().getFirst().stats();
        assertThat(stats.complete()).isTrue();
        int sum = 0;
        for (var batch : doubles()) {
            sum += (int) Math.round(batch.doubleAt(0) * 100);
        }
        assertThat(stats.sum()).isEqualTo(sum / 100.0);
    }

    private static void assertReads(byte[] block, List<Batch> expected) throws Exception {
        assertReads(block, expected, TABLE);
    }

    private static void assertReads(byte[] block, List<Batch> expected, TagTable table)
            throws Exception {
        var reader = BlockReader.open(block);
        assertThat(reader.header().seal()).isEqualTo(seal());
        var cursor = reader.batches();
        var batch = new Batch();
        for (var wanted : expected) {
            assertThat(cursor.next(batch)).isTrue();
            var renamed = new Batch();
            renamed.begin(batch.group(), batch.gatewayTime());
            if (!Quality.isGood(batch.outcome())) {
                renamed.failed(Quality.reason(batch.outcome()));
            }
            for (int i = 0; i < batch.size(); i++) {
                int tag = table.indexOf(reader.series().get(batch.tags()[i]).tag()).orElseThrow();
                var value = batch.text(i);
                if (value == null) {
                    renamed.add(tag, batch.sourceTimes()[i], batch.bits()[i], batch.qualities()[i]);
                } else {
                    renamed.addText(tag, batch.sourceTimes()[i], value, batch.qualities()[i]);
                }
            }
            assertThat(text(renamed, table)).isEqualTo(text(wanted, table));
        }
        assertThat(cursor.next(batch)).isFalse();
    }

    @Test
    void aKeyFrameAndAFrameOfChanges() throws Exception {
        var batches = small();
        try (var writer = new TickFrameWriter()) {
            batches.subList(0, 3).forEach(batch -> writer.add(batch, TABLE));
            Golden.check("frame-key", bytes(writer.finish(true)));
            batches.subList(3, 6).forEach(batch -> writer.add(batch, TABLE));
            Golden.check("frame-changes", bytes(writer.finish(false)));
        }
        var reader = new TickFrameReader();
        int n = 0;
        var batch = new Batch();
        for (var name : List.of("frame-key", "frame-changes")) {
            reader.open(ByteBuffer.wrap(Golden.read(name)));
            while (reader.next(batch)) {
                var wanted = batches.get(n++);
                assertThat(batch.samples(reader.table())).isEqualTo(wanted.samples(TABLE));
                assertThat(batch.gatewayTime()).isEqualTo(wanted.gatewayTime());
                assertThat(batch.outcome()).isEqualTo(wanted.outcome());
            }
        }
        assertThat(n).isEqualTo(6);
    }

    private static byte[] bytes(ByteBuffer payload) {
        var bytes = new byte[payload.remaining()];
        payload.get(bytes);
        return bytes;
    }

    @Test
    void theSmallExampleTakesOneTimeColumnAndTellsItsStatistics() throws Exception {
        var reader = BlockReader.open(Golden.read("block-small"));
        var stats = reader.series().getFirst().stats();
        assertThat(stats.count()).isEqualTo(6);
        assertThat(stats.badCount()).isEqualTo(1);
        assertThat(stats.complete()).isTrue();
        assertThat(Double.longBitsToDouble(stats.minBits())).isEqualTo(61.5);
        assertThat(Double.longBitsToDouble(stats.maxBits())).isEqualTo(62.0);
        assertThat(stats.sum()).isEqualTo(308.7);
        assertThat(stats.coveredNanos()).isEqualTo(4_000_000_000L);
        assertThat(reader.ticks(0).outcomes()[3]).isEqualTo(Quality.bad(Reason.TIMEOUT));
    }
}
