package io.drme.testing.independent;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.block.BadBlockException;
import io.drme.block.BlockExamples;
import io.drme.block.BlockHash;
import io.drme.block.BlockReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** docs/block.md is enough to read what the product writes, bit by bit. */
class IndependentBlockTest {
    private static final Path GOLDEN = Path.of("../core/src/test/resources/golden");

    private static byte[] golden(String name) throws IOException {
        return HexFormat.of()
                .parseHex(Files.readString(GOLDEN.resolve(name + ".hex")).replace("\n", ""));
    }

    @ParameterizedTest
    @MethodSource("io.drme.testing.Seeds#all")
    void blocksOfEveryTypeAndEdgeValueReadAsTheyWereWritten(long seed) throws Exception {
        check(BlockExamples.ofShortSeries(seed, false));
        check(BlockExamples.ofShortSeries(seed, true));
    }

    @ParameterizedTest
    @MethodSource("io.drme.testing.Seeds#all")
    void longSeriesReadAsTheyWereWritten(long seed) throws Exception {
        check(BlockExamples.ofLongSeries(seed));
    }

    private static Block check(BlockExamples.Example example) throws BadBlockException {
        var block = Block.read(example.bytes());
        assertThat(block.lines()).isEqualTo(example.lines());
        compare(block, BlockReader.open(example.bytes()));
        assertThat(Block.hash(example.bytes())).isEqualTo(BlockHash.of(example.bytes()).toString());
        return block;
    }

    private static void compare(Block block, BlockReader product) {
        var header = product.header();
        var seal = header.seal();
        assertThat(block.header)
                .isEqualTo(
                        new Block.Header(
                                seal.stream().code(),
                                seal.epoch().toString(),
                                header.previous().toString(),
                                seal.gateway().text(),
                                seal.sequence(),
                                seal.firstOrdinal(),
                                seal.schemaVersion(),
                                seal.configurationVersion(),
                                seal.journalPosition(),
                                block.header.envelopes(),
                                header.firstTime(),
                                header.lastTime(),
                                header.count(),
                                header.ticks()));
        for (int i = 0; i < block.series.size(); i++) {
            var given = block.series.get(i).given;
            if (given != null) {
                var s = product.series().get(i).stats();
                assertThat(given)
                        .isEqualTo(
                                new Statistics(
                                        s.firstTime(),
                                        s.lastTime(),
                                        s.complete(),
                                        s.firstBits(),
                                        s.lastBits(),
                                        s.minBits(),
                                        s.maxBits(),
                                        s.sum(),
                                        s.integral(),
                                        s.coveredNanos()));
            }
        }
    }

    // Without this the tests above could pass by never meeting the hard parts of the page.
    @Test
    void theExamplesMeetEveryPartOfThePage() throws Exception {
        var met = new TreeSet<String>();
        for (long seed : LongStream.rangeClosed(1, 120).toArray()) {
            met.addAll(check(BlockExamples.ofLongSeries(seed)).met);
            met.addAll(check(BlockExamples.ofShortSeries(seed, true)).met);
        }
        for (var name : List.of("block-all", "block-doubles")) {
            met.addAll(Block.read(golden(name)).met);
        }
        assertThat(met)
                .contains("coding 0", "coding 1", "coding 2", "coding 3", "coding 4")
                .contains("coding 5", "coding 6", "predictor 0", "predictor 1", "predictor 2")
                .contains("trend on a grid", "trend, level", "trend, level and slope")
                .contains("presence 0", "presence 1", "presence 2", "presence 0, zstd")
                .contains("type 1 form 0", "type 1 form 1", "type 2 form 0", "type 4 form 0")
                .contains("type 3 form 0", "type 3 form 1", "type 3 form 2", "type 3 form 3")
                .contains("exceptions of form 1", "order of ticks", "order of samples");
    }

    @ParameterizedTest
    @ValueSource(strings = {"block-small", "block-all", "block-doubles"})
    void theGoldenBlocksReadAsTheProductReadsThem(String name) throws Exception {
        var bytes = golden(name);
        var block = Block.read(bytes);
        compare(block, BlockReader.open(bytes));
        if (name.equals("block-small")) {
            assertThat(block.lines())
                    .hasSize(6)
                    .last()
                    .asString()
                    .contains(Long.toHexString(Double.doubleToRawLongBits(61.9)));
        }
    }

    @Test
    void theGoldenColumnsReadAsTheyStand() throws Exception {
        var met = new TreeSet<String>();
        var lines = Files.readAllLines(GOLDEN.resolve("columns.txt"));
        for (int i = 0; i < lines.size(); i += 3) {
            var numbers =
                    Arrays.stream(lines.get(i + 1).split(" ")).mapToLong(Long::parseLong).toArray();
            var in = new Cursor(HexFormat.of().parseHex(lines.get(i + 2)));
            assertThat(new Integers(met).read(in, numbers.length))
                    .as(lines.get(i))
                    .isEqualTo(numbers);
            assertThat(in.left()).isZero();
        }
        assertThat(met).hasSizeGreaterThan(9);
    }

    @ParameterizedTest
    @MethodSource("io.drme.testing.Seeds#all")
    void journalFramesReadAsTheyWereWritten(long seed) {
        for (boolean wild : new boolean[] {false, true}) {
            var frames = new TickFrames();
            for (var frame : BlockExamples.frames(seed, wild)) {
                assertThat(frames.read(new Cursor(frame.bytes()))).isEqualTo(frame.lines());
            }
        }
    }

    @Test
    void theGoldenFramesReadAsThePageSays() throws Exception {
        var frames = new TickFrames();
        assertThat(frames.read(new Cursor(golden("frame-key"))))
                .hasSize(3)
                .first()
                .asString()
                .contains("press-3/running:BOOLEAN 1790000000000000000 0 1 -;");
        assertThat(frames.read(new Cursor(golden("frame-changes"))))
                .hasSize(3)
                .last()
                .asString()
                .contains(Long.toHexString(Double.doubleToRawLongBits(61.9)));
    }
}
