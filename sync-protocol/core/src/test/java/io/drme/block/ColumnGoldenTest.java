package io.drme.block;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.LongUnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Columns of integers, byte by byte: for those who write a reader from docs/block.md. */
class ColumnGoldenTest {
    private static final Path FILE = Path.of("src/test/resources/golden/columns.txt");

    private static final int CODING_MASK = 0x07;
    private static final int DICTIONARY = 5;

    private static long[] column(int count, LongUnaryOperator at) {
        return LongStream.range(0, count).map(at).toArray();
    }

    private static long normal(SplittableRandom random, double deviation) {
        return Math.round(random.nextGaussian() * deviation);
    }

    private static Map<String, long[]> columns() {
        var random = new SplittableRandom(20);
        var columns = new LinkedHashMap<String, long[]>();
        columns.put("one", new long[] {-7});
        columns.put("constant", column(9, i -> 42));
        columns.put("steps", column(20, i -> 1_000 - 250 * i));
        columns.put("few", new long[] {3, 1, 4, 1, 5, 9, 2, 6});
        columns.put("extremes", new long[] {Long.MIN_VALUE, Long.MAX_VALUE, 0, -1, Long.MIN_VALUE});
        columns.put("long-and-short", new long[] {0, 1, 1 << 20, (1 << 20) + 1, 1L << 50, 3});
        columns.put("patched", column(60, i -> i % 37 == 9 ? 1_000_000 : i * 7 % 4));
        columns.put("normal", column(60, i -> 500 + normal(random, 2)));
        columns.put("walk", walk(60, random, 300));
        columns.put("grid", column(60, i -> 1_000_000 * (1_000 * i + random.nextInt(5))));
        columns.put("ramp", column(300, i -> i * i / 40 + normal(random, 3)));
        columns.put("skewed", column(300, i -> random.nextInt(1 + random.nextInt(40))));
        columns.put(
                "states", column(300, i -> new long[] {-70_000, 12, 9_000_001}[random.nextInt(3)]));
        columns.put(
                "reset",
                column(80, i -> (i < 50 ? 32_000 + 3 * i : 3 * (i - 50)) + random.nextInt(2)));
        columns.put("noise", column(40, i -> random.nextLong()));
        return columns;
    }

    private static long[] walk(int count, SplittableRandom random, double step) {
        var walk = new long[count];
        for (int i = 1; i < count; i++) {
            walk[i] = walk[i - 1] + normal(random, step);
        }
        return walk;
    }

    private static byte[] encode(String name, long[] column) {
        var out = new ByteSink();
        if (name.equals("split")) {
            new LongCodec().encodeSplit(column, column.length, 20, out);
        } else {
            new LongCodec().encode(column, column.length, out);
        }
        return out.toBytes();
    }

    /** {@code -Ddrme.golden=write} writes the file anew. */
    @Test
    void everyColumnIsWrittenAndReadAsKept() throws Exception {
        var columns = columns();
        var random = new SplittableRandom(6);
        columns.put(
                "split", column(30, i -> (random.nextInt(3) * 5L) << 20 | random.nextInt(1 << 20)));
        var lines = new ArrayList<String>();
        for (var entry : columns.entrySet()) {
            var bytes = encode(entry.getKey(), entry.getValue());
            lines.add(entry.getKey());
            lines.add(
                    Arrays.stream(entry.getValue())
                            .mapToObj(Long::toString)
                            .collect(Collectors.joining(" ")));
            lines.add(HexFormat.of().formatHex(bytes));
        }
        if ("write".equals(System.getProperty("drme.golden"))) {
            Files.write(FILE, lines);
        }
        assertThat(Files.readAllLines(FILE)).isEqualTo(lines);
        assertReads(lines);
    }

    private static void assertReads(List<String> lines) throws IOException, BadBlockException {
        for (int at = 0; at < lines.size(); at += 3) {
            var bytes = HexFormat.of().parseHex(lines.get(at + 2));
            long[] expected =
                    Arrays.stream(lines.get(at + 1).split(" "))
                            .mapToLong(Long::parseLong)
                            .toArray();
            var in = new ByteSource(bytes, 0, bytes.length);
            var got = new long[expected.length];
            new LongCodec().decode(in, got, got.length);
            in.expectEnd("a column");
            assertThat(got).as(lines.get(at)).isEqualTo(expected);
        }
    }

    /** A coding that no column uses would be a coding that nobody checks. */
    @Test
    void theColumnsUseEveryCodingAndPredictor() {
        var codings = new HashSet<Integer>();
        var predictors = new HashSet<Integer>();
        columns()
                .forEach((name, column) -> {
                    int head = encode(name, column)[0];
                    codings.add(head & CODING_MASK);
                    if ((head & CODING_MASK) < DICTIONARY) {
                        predictors.add(head >>> 3 & 3);
                    }
                });
        assertThat(codings).containsExactlyInAnyOrder(0, 1, 2, 3, 4, DICTIONARY);
        assertThat(predictors).containsExactlyInAnyOrder(0, 1, 2);
    }
}
