package io.drme.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.drme.block.BlockBuilder;
import io.drme.block.BlockHash;
import io.drme.block.BlockReader;
import io.drme.block.BlockSeal;
import io.drme.block.SeriesColumns;
import io.drme.history.RollUp.Span;
import io.drme.model.Batch;
import io.drme.model.EpochId;
import io.drme.model.GatewayId;
import io.drme.model.Quality;
import io.drme.model.Reason;
import io.drme.model.StreamKind;
import io.drme.model.Tag;
import io.drme.model.TagTable;
import io.drme.model.Value;
import io.drme.model.ValueType;
import io.drme.time.Hlc;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RollUpTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long MINUTE = 60 * SECOND;
    private static final long START = 1_790_000_040L * SECOND;
    private static final Set<RollUpFunction> ALL = EnumSet.allOf(RollUpFunction.class);

    private static RollUp doubles(boolean weighted, long to) {
        return new RollUp(ValueType.FLOAT64, weighted, new Span(START, to, MINUTE), ALL);
    }

    private static void add(RollUp rollUp, long time, double value) {
        rollUp.add(time, Double.doubleToRawLongBits(value), null, Quality.GOOD);
    }

    @Test
    void everyFunctionOfAStep() {
        var rollUp = doubles(false, START + 2 * MINUTE);
        for (int i = 1; i <= 20; i++) {
            add(rollUp, START + i * SECOND, i);
        }
        var row = rollUp.rows().getFirst();
        assertThat(rollUp.rows()).hasSize(1);
        assertThat(row.time()).isEqualTo(START);
        assertThat(row.count()).isEqualTo(20);
        assertThat(row.min()).isEqualTo(new Value.Real(1));
        assertThat(row.max()).isEqualTo(new Value.Real(20));
        assertThat(row.first()).isEqualTo(new Value.Real(1));
        assertThat(row.last()).isEqualTo(new Value.Real(20));
        assertThat(row.sum()).isEqualTo(210);
        assertThat(row.avg()).isEqualTo(10.5);
        assertThat(row.stddev()).isCloseTo(Math.sqrt(399 / 12.0), within(1e-12));
        assertThat(row.p95()).isEqualTo(19);
    }

    /** A deadband drops what did not change: 10 that held 50 s outweighs 40 that held 10 s. */
    @Test
    void theMeanOfADeadbandedTagIsWeightedByTime() {
        var rollUp = doubles(true, START + MINUTE);
        add(rollUp, START, 10);
        add(rollUp, START + 50 * SECOND, 40);
        assertThat(rollUp.rows().getFirst().avg()).isEqualTo(15);
    }

    @Test
    void aValueFromBeforeHoldsIntoTheSpanAndOverStepsWithoutSamples() {
        var rollUp = doubles(true, START + 3 * MINUTE);
        add(rollUp, START - 5 * SECOND, 7);
        add(rollUp, START + 2 * MINUTE + 30 * SECOND, 9);
        var rows = rollUp.rows();
        assertThat(rows).extracting(RollUpRow::count).containsExactly(0L, 0L, 1L);
        assertThat(rows).extracting(RollUpRow::avg).containsExactly(7.0, 7.0, 8.0);
        assertThat(rows.getFirst().min()).isNull();
    }

    @Test
    void aBadSampleEndsTheHoldAndHasNoValue() {
        var rollUp = doubles(true, START + MINUTE);
        add(rollUp, START, 10);
        rollUp.add(START + 10 * SECOND, 0, null, Quality.bad(Reason.TIMEOUT));
        add(rollUp, START + 40 * SECOND, 20);
        var row = rollUp.rows().getFirst();
        assertThat(row.count()).isEqualTo(2);
        assertThat(row.min()).isEqualTo(new Value.Real(10));
        assertThat(row.avg()).isEqualTo((10 * 10 + 20 * 20) / 30.0);
    }

    @Test
    void anInterruptionEndsTheHold() {
        var rollUp = doubles(true, START + 2 * MINUTE);
        add(rollUp, START, 10);
        rollUp.interrupt(START + 30 * SECOND);
        assertThat(rollUp.rows()).hasSize(1);
        assertThat(rollUp.rows().getFirst().avg()).isEqualTo(10);
    }

    /** 2^53 + 1 has no double: an integer must come out as it went in. */
    @Test
    void integersStayExact() {
        var rollUp =
                new RollUp(ValueType.INT64, false, new Span(START, START + MINUTE, MINUTE), ALL);
        rollUp.add(START, (1L << 53) + 1, null, Quality.GOOD);
        assertThat(rollUp.rows().getFirst().max()).isEqualTo(new Value.Int((1L << 53) + 1));
    }

    @Test
    void aTextHasCountFirstAndLast() {
        var rollUp = new RollUp(ValueType.TEXT, true, new Span(START, START + MINUTE, MINUTE), ALL);
        rollUp.add(START, 0, "run", Quality.GOOD);
        rollUp.add(START + SECOND, 0, "stop", Quality.GOOD);
        var row = rollUp.rows().getFirst();
        assertThat(row.count()).isEqualTo(2);
        assertThat(row.first()).isEqualTo(new Value.Text("run"));
        assertThat(row.last()).isEqualTo(new Value.Text("stop"));
        assertThat(row.avg()).isNull();
        assertThat(row.max()).isNull();
    }

    @Test
    void tooManyStepsAreRefused() {
        assertThatThrownBy(() -> new RollUp(ValueType.INT64, false, new Span(0, MINUTE, 1), ALL))
                .isInstanceOf(RollUp.TooLargeException.class)
                .hasMessageContaining("100000");
    }

    /** The reason for statistics: they answer what the samples would. */
    @ParameterizedTest
    @MethodSource("io.drme.testing.Seeds#all")
    void statisticsOfBlocksAnswerAsTheirSamplesDo(long seed) throws Exception {
        var random = new SplittableRandom(seed);
        boolean weighted = random.nextBoolean();
        var functions = EnumSet.complementOf(EnumSet.of(RollUpFunction.STDDEV, RollUpFunction.P95));
        var span = new Span(START, START + 10 * MINUTE, MINUTE);
        var byStats = new RollUp(ValueType.FLOAT64, weighted, span, functions);
        var bySamples = new RollUp(ValueType.FLOAT64, weighted, span, functions);
        int taken = 0;
        long time = START;
        var columns = new SeriesColumns();
        for (int b = 0; b < 12; b++) {
            int samples = 1 + random.nextInt(40);
            var reader = BlockReader.open(block(random, time, samples));
            time += samples * SECOND;
            reader.decode(0, columns);
            bySamples.add(columns);
            if (byStats.addStats(reader.series().getFirst().stats())) {
                taken++;
            } else {
                byStats.add(columns);
            }
        }
        assertThat(taken).isPositive();
        compare(byStats.rows(), bySamples.rows());
    }

    private static void compare(List<RollUpRow> got, List<RollUpRow> expected) {
        assertThat(got).hasSameSizeAs(expected);
        for (int i = 0; i < got.size(); i++) {
            var a = got.get(i);
            var b = expected.get(i);
            assertThat(a.time()).isEqualTo(b.time());
            assertThat(a.count()).isEqualTo(b.count());
            assertThat(a.min()).isEqualTo(b.min());
            assertThat(a.max()).isEqualTo(b.max());
            assertThat(a.first()).isEqualTo(b.first());
            assertThat(a.last()).isEqualTo(b.last());
            assertThat(number(a.sum())).isCloseTo(number(b.sum()), within(1e-6));
            assertThat(number(a.avg())).isCloseTo(number(b.avg()), within(1e-9));
        }
    }

    private static double number(@Nullable Double boxed) {
        return boxed == null ? -1e300 : boxed;
    }

    private static byte[] block(SplittableRandom random, long from, int samples) {
        var table = TagTable.EMPTY.with(List.of(Tag.of("press-1/oil", ValueType.FLOAT64)));
        try (var builder = new BlockBuilder()) {
            for (int i = 0; i < samples; i++) {
                var batch = new Batch();
                long time = from + i * SECOND;
                batch.begin(0, Hlc.of(time / 1_000_000, 0));
                if (random.nextInt(30) == 0) {
                    batch.addBad(0, time, Reason.TIMEOUT);
                } else {
                    batch.addDouble(0, time, random.nextInt(1_000) / 10.0, Quality.GOOD);
                }
                builder.add(batch, table);
            }
            return builder.seal(
                    new BlockSeal(
                            new GatewayId("g"),
                            new EpochId(1, 2),
                            StreamKind.DATA,
                            1,
                            0,
                            BlockHash.NONE,
                            1,
                            1,
                            0));
        }
    }
}
