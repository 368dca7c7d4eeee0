package io.drme.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.model.Tag;
import io.drme.model.TagTable;
import io.drme.model.ValueType;
import io.drme.time.Hlc;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Recorded series of real machines, from the folder that DRME_SHARED names. */
class RealSeriesTest {
    private static final String MISSING =
            "SKIPPED: DRME_SHARED names no folder with data/nab/*.csv, real series are not tested";

    /** What time and value take as they are, in bytes a sample. */
    private static final double RAW_BYTES = 16;

    static Stream<Path> files() throws IOException {
        var shared = System.getenv("DRME_SHARED");
        var folder = Path.of(shared == null ? "" : shared, "data", "nab");
        if (shared == null || !Files.isDirectory(folder)) {
            return Stream.of(Path.of("missing"));
        }
        try (var files = Files.list(folder)) {
            return files.filter(f -> f.toString().endsWith(".csv")).sorted().toList().stream();
        }
    }

    @SuppressWarnings("ArrayRecordComponent") // handed on, never compared
    private record Series(long[] times, double[] values) {}

    private static Series read(Path file) throws IOException {
        var lines = Files.readAllLines(file);
        var times = new long[lines.size() - 1];
        var values = new double[times.length];
        for (int i = 0; i < times.length; i++) {
            var line = lines.get(i + 1);
            int comma = line.indexOf(',');
            var time = LocalDateTime.parse(line.substring(0, comma).replace(' ', 'T'));
            times[i] = time.toEpochSecond(ZoneOffset.UTC) * 1_000_000_000L;
            values[i] = Double.parseDouble(line.substring(comma + 1));
        }
        return new Series(times, values);
    }

    @ParameterizedTest
    @MethodSource("files")
    void aRealSeriesIsKeptBitByBitInHalfItsSize(Path file) throws Exception {
        assumeTrue(Files.exists(file), MISSING);
        var series = read(file);
        var table = TagTable.EMPTY.with(List.of(Tag.of("machine/value", ValueType.FLOAT64)));
        byte[] block;
        try (var builder = new BlockBuilder()) {
            for (int i = 0; i < series.times.length; i++) {
                var batch = new Batch();
                batch.begin(0, Hlc.of(series.times[i] / 1_000_000, 0));
                batch.addDouble(0, series.times[i], series.values[i], Quality.GOOD);
                assertThat(builder.hasRoomFor(batch)).isTrue();
                builder.add(batch, table);
            }
            block = builder.seal(RandomBatches.seal(1));
        }
        var columns = new SeriesColumns();
        BlockReader.open(block).decode(0, columns);
        assertThat(columns.size()).isEqualTo(series.times.length);
        for (int i = 0; i < columns.size(); i++) {
            assertThat(columns.sourceTimes()[i]).isEqualTo(series.times[i]);
            assertThat(columns.bits()[i]).isEqualTo(Double.doubleToRawLongBits(series.values[i]));
        }
        assertThat((double) block.length / columns.size()).isLessThan(RAW_BYTES / 2);
    }

    /** The journal must keep the same bits as the block that is made of it. */
    @ParameterizedTest
    @MethodSource("files")
    void aRealSeriesPassesThroughTheJournal(Path file) throws Exception {
        assumeTrue(Files.exists(file), MISSING);
        var series = read(file);
        var table = TagTable.EMPTY.with(List.of(Tag.of("machine/value", ValueType.FLOAT64)));
        var got = new ArrayList<Double>();
        try (var writer = new TickFrameWriter()) {
            var reader = new TickFrameReader();
            var batch = new Batch();
            for (int i = 0; i < series.times.length; i++) {
                batch.begin(0, Hlc.of(series.times[i] / 1_000_000, 0));
                batch.addDouble(0, series.times[i], series.values[i], Quality.GOOD);
                writer.add(batch, table);
                if (i % 10 == 9 || i == series.times.length - 1) {
                    reader.open(writer.finish(i == 9));
                    while (reader.next(batch)) {
                        got.add(batch.doubleAt(0));
                    }
                }
            }
        }
        assertThat(got).hasSize(series.values.length);
        for (int i = 0; i < got.size(); i++) {
            assertThat(got.get(i)).isEqualTo(series.values[i]);
        }
    }
}
