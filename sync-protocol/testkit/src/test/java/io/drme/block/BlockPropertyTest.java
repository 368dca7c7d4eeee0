package io.drme.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.model.ValueType;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.zip.CRC32C;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds for every block, whatever is in it. */
class BlockPropertyTest {

    @ParameterizedTest
    @MethodSource("io.drme.testing.Seeds#all")
    void aBlockGivesBackExactlyTheBatchesInOrderOfArrival(long seed) throws Exception {
        for (boolean wild : new boolean[] {false, true}) {
            var given = new RandomBatches(seed, wild);
            var reader = BlockReader.open(RandomBatches.block(given));
            assertThat(texts(reader)).isEqualTo(texts(given));
            assertThat(reader.header().count())
                    .isEqualTo(given.batches.stream().mapToInt(Batch::size).sum());
            assertThat(reader.header().ticks()).isEqualTo(given.batches.size());
            assertThat(reader.header().seal()).isEqualTo(RandomBatches.seal(9));
        }
    }

    private static List<String> texts(BlockReader reader) throws BadBlockException {
        var list = new ArrayList<String>();
        var cursor = reader.batches();
        var batch = new Batch();
        while (cursor.next(batch)) {
            list.add(
                    RandomBatches.text(
                            batch,
                            i ->
                                    reader.series().get(i).tag()
                                            + ":"
                                            + reader.series().get(i).type()));
        }
        return list;
    }

    private static List<String> texts(RandomBatches given) {
        var list = new ArrayList<String>();
        for (int i = 0; i < given.batches.size(); i++) {
            var table = given.tables.get(i);
            list.add(
                    RandomBatches.text(
                            given.batches.get(i), t -> RandomBatches.name(table.get(t))));
        }
        return list;
    }

    @ParameterizedTest
    @MethodSource("io.drme.testing.Seeds#all")
    void oneSeriesAloneIsWhatTheBatchesHoldOfIt(long seed) throws Exception {
        var given = new RandomBatches(seed, true);
        var reader = BlockReader.open(RandomBatches.block(given));
        var columns = new SeriesColumns();
        for (int s = reader.series().size() - 1; s >= 0; s--) {
            var series = reader.series().get(s);
            reader.decode(s, columns);
            var expected = new ArrayList<String>();
            for (int b = 0; b < given.batches.size(); b++) {
                var batch = given.batches.get(b);
                for (int i = 0; i < batch.size(); i++) {
                    var tag = given.tables.get(b).get(batch.tags()[i]);
                    if (tag.name().equals(series.tag())
                            && tag.type() == series.type()
                            && batch.group() == reader.groupNumber(series.group())) {
                        expected.add(
                                "%x %d %d %x %s"
                                        .formatted(
                                                batch.gatewayTime(),
                                                batch.sourceTimes()[i],
                                                batch.qualities()[i],
                                                batch.bits()[i],
                                                batch.text(i)));
                    }
                }
            }
            var got = new ArrayList<String>();
            for (int i = 0; i < columns.size(); i++) {
                got.add(
                        "%x %d %d %x %s"
                                .formatted(
                                        columns.gatewayTimes()[i],
                                        columns.sourceTimes()[i],
                                        columns.qualities()[i],
                                        columns.bits()[i],
                                        columns.text(i)));
            }
            assertThat(got).isEqualTo(expected);
            assertThat(series.stats().count()).isEqualTo(got.size());
        }
    }

    @ParameterizedTest
    @MethodSource("io.drme.testing.Seeds#all")
    void headerAndColumnsAloneAreThoseOfTheWholeBlock(long seed) throws Exception {
        var bytes = RandomBatches.block(new RandomBatches(seed, true));
        var whole = BlockReader.open(bytes);
        var alone = BlockReader.openColumns(bytes);
        assertThat(BlockReader.headerOf(bytes)).isEqualTo(whole.header());
        assertThat(alone.header()).isEqualTo(whole.header());
        assertThat(alone.seriesCount()).isEqualTo(whole.series().size());
        var columns = new SeriesColumns();
        for (int i = 0; i < alone.seriesCount(); i++) {
            var series = whole.series().get(i);
            assertThat(alone.tag(i)).isEqualTo(series.tag());
            assertThat(alone.type(i)).isEqualTo(series.type());
            assertThat(alone.groupOf(i)).isEqualTo(series.group());
            alone.decode(i, columns);
            assertThat(columns.size()).isEqualTo(series.stats().count());
        }
    }

    /** The directory may say nothing, but what it says is what the samples say. */
    @ParameterizedTest
    @MethodSource("io.drme.testing.Seeds#all")
    void statisticsAreThoseOfTheSamples(long seed) throws Exception {
        for (boolean wild : new boolean[] {false, true}) {
            var reader = BlockReader.open(RandomBatches.block(new RandomBatches(seed, wild)));
            var columns = new SeriesColumns();
            for (int s = 0; s < reader.series().size(); s++) {
                var stats = reader.series().get(s).stats();
                reader.decode(s, columns);
                var summary = new Summary();
                summary.compute(
                        columns.type(),
                        columns.sourceTimes(),
                        columns.bits(),
                        columns.qualities(),
                        columns.size());
                assertThat(stats).isEqualTo(summary.toStats(columns.size()));
                checkNumbers(columns, stats);
            }
        }
    }

    /** Straight from the definition in docs/block.md, for values that doubles hold exactly. */
    private static void checkNumbers(SeriesColumns columns, SeriesStats stats) {
        if (!stats.complete() || columns.type() != ValueType.INT64) {
            return;
        }
        long min = Long.MAX_VALUE;
        long max = Long.MIN_VALUE;
        double integral = 0;
        int bad = 0;
        for (int i = 0; i < columns.size(); i++) {
            if (Quality.isBad(columns.qualities()[i])) {
                bad++;
                continue;
            }
            min = Math.min(min, columns.bits()[i]);
            max = Math.max(max, columns.bits()[i]);
            if (i + 1 < columns.size()) {
                integral +=
                        columns.bits()[i]
                                * ((columns.sourceTimes()[i + 1] - columns.sourceTimes()[i]) / 1e9);
            }
        }
        assertThat(stats.minBits()).isEqualTo(min);
        assertThat(stats.maxBits()).isEqualTo(max);
        assertThat(stats.badCount()).isEqualTo(bad);
        assertThat(stats.integral()).isEqualTo(integral);
    }

    @ParameterizedTest
    @MethodSource("io.drme.testing.Seeds#all")
    void aDamagedBlockIsRefusedByItsChecksum(long seed) {
        var block = RandomBatches.block(new RandomBatches(seed, seed % 2 == 0));
        var random = new SplittableRandom(seed);
        for (int round = 0; round < 20; round++) {
            var damaged = block.clone();
            if (random.nextBoolean()) {
                damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
            } else {
                damaged = java.util.Arrays.copyOf(damaged, random.nextInt(damaged.length));
            }
            var bytes = damaged;
            assertThatThrownBy(() -> BlockReader.open(bytes))
                    .isInstanceOfSatisfying(
                            BadBlockException.class,
                            e ->
                                    assertThat(e.why())
                                            .isIn(
                                                    BadBlockException.Why.CHECKSUM,
                                                    BadBlockException.Why.NOT_A_BLOCK));
        }
    }

    /**
     * A writer with a bug, or an attacker, gives bytes whose checksum is right: the reader may
     * refuse them, or read something else, but neither fail otherwise nor run away.
     */
    @ParameterizedTest
    @MethodSource("io.drme.testing.Seeds#all")
    void bytesWithAGoodChecksumGiveAResultOrADeclaredError(long seed) {
        var block = RandomBatches.block(new RandomBatches(seed, seed % 2 == 0));
        var random = new SplittableRandom(seed);
        for (int round = 0; round < 100; round++) {
            var bytes = block.clone();
            int edits = 1 + random.nextInt(4);
            for (int i = 0; i < edits; i++) {
                bytes[6 + random.nextInt(bytes.length - 10)] =
                        random.nextInt(3) == 0 ? (byte) 0xFF : (byte) random.nextInt(256);
            }
            if (random.nextInt(5) == 0) {
                bytes = cut(bytes, random);
            }
            fixChecksum(bytes);
            readAll(bytes);
        }
    }

    private static byte[] cut(byte[] bytes, SplittableRandom random) {
        int from = 40 + random.nextInt(bytes.length - 50);
        int length = 1 + random.nextInt(Math.min(20, bytes.length - 8 - from));
        var shorter = new byte[bytes.length - length];
        System.arraycopy(bytes, 0, shorter, 0, from);
        System.arraycopy(bytes, from + length, shorter, from, shorter.length - from);
        return shorter;
    }

    static void fixChecksum(byte[] bytes) {
        var crc = new CRC32C();
        crc.update(bytes, 0, bytes.length - 4);
        var sink = new ByteSink();
        sink.putInt((int) crc.getValue());
        System.arraycopy(sink.array(), 0, bytes, bytes.length - 4, 4);
    }

    private static void readAll(byte[] bytes) {
        try {
            var reader = BlockReader.open(ByteBuffer.wrap(bytes));
            var columns = new SeriesColumns();
            for (int i = 0; i < reader.series().size(); i++) {
                reader.decode(i, columns);
            }
            var cursor = reader.batches();
            var batch = new Batch();
            while (cursor.next(batch)) {
                assertThat(batch.size()).isLessThanOrEqualTo(BlockLimits.MAX_SAMPLES);
            }
        } catch (BadBlockException e) {
            assertThat(e.getMessage()).isNotEmpty();
        }
    }
}
