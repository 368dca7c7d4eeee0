package io.drme.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Percentiles of many values are off by no more than the page says, whatever the values look like.
 *
 * <p>Planted and caught: weights of neighbours that are put together added to the wrong one; a
 * scale that is as coarse at the ends as in the middle; heavy single values that are smeared.
 */
class QuantilesTest {
    private static final double[] PERCENTS = {1, 10, 25, 50, 75, 90, 95, 99, 99.9};

    private static double[] values(Random random, int count) {
        DoubleUnaryOperator form =
                switch (random.nextInt(7)) {
                    case 0 -> _ -> random.nextDouble();
                    case 1 -> _ -> random.nextGaussian() * 1e6;
                    case 2 -> _ -> Math.exp(3 * random.nextGaussian());
                    case 3 -> i -> i; // rising
                    case 4 -> i -> -i;
                    case 5 -> i -> random.nextBoolean() ? random.nextGaussian() : 1e9 + i;
                    default -> i -> random.nextInt(3) == 0 ? random.nextDouble() : 7; // heavy
                };
        var values = new double[count];
        for (int i = 0; i < count; i++) {
            values[i] = form.applyAsDouble(i);
        }
        return values;
    }

    @ParameterizedTest
    @MethodSource("io.drme.testing.Seeds#all")
    void ofManyValuesRanksAreOffByLessThanThePageSays(long seed) {
        var random = OperatorContract.random(seed);
        var values = values(random, 300 + random.nextInt(20_000));
        var quantiles = new Quantiles(PaneRows.MAX_EXACT);
        for (double value : values) {
            quantiles.add(value, 1);
        }

        check(quantiles, values);
    }

    @ParameterizedTest
    @MethodSource("io.drme.testing.Seeds#all")
    void putTogetherFromPanesTheyAreToo(long seed) {
        var random = OperatorContract.random(seed);
        var values = values(random, 300 + random.nextInt(20_000));
        var panes = new Quantiles[1 + random.nextInt(20)];
        Arrays.setAll(panes, _ -> new Quantiles(PaneRows.MAX_EXACT));
        for (int i = 0; i < values.length; i++) {
            panes[(int) ((long) i * panes.length / values.length)].add(values[i], 1);
        }
        var window = new Quantiles(1_024);
        for (var pane : panes) {
            window.addAll(pane);
        }

        check(window, values);
    }

    private static void check(Quantiles quantiles, double[] values) {
        Arrays.sort(values);
        for (double percent : PERCENTS) {
            double found = quantiles.at(percent);
            double allowed =
                    percent < 95 && percent > 5 ? 2 : percent < 99 && percent > 1 ? 1 : 0.5;
            assertThat(percentBelow(values, found, false))
                    .as("below p%s of %d", percent, values.length)
                    .isLessThanOrEqualTo(percent + allowed);
            assertThat(percentBelow(values, found, true))
                    .as("up to p%s of %d", percent, values.length)
                    .isGreaterThanOrEqualTo(percent - allowed);
        }
    }

    private static double percentBelow(double[] sorted, double value, boolean inclusive) {
        long below = 0;
        for (double v : sorted) {
            below += v < value || (inclusive && v == value) ? 1 : 0;
        }
        return 100.0 * below / sorted.length;
    }

    @ParameterizedTest
    @MethodSource("io.drme.testing.Seeds#all")
    void asLongAsThereAreFewDifferentValuesTheyAreExact(long seed) {
        var random = OperatorContract.random(seed);
        int different = 1 + random.nextInt(PaneRows.MAX_EXACT);
        var quantiles = new Quantiles(PaneRows.MAX_EXACT);
        var values = new double[5_000];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextInt(different) / 8.0;
            quantiles.add(values[i], 1);
        }
        Arrays.sort(values);

        for (int percent = 1; percent < 100; percent++) {
            int at = percent * values.length / 100; // divides evenly
            assertThat(quantiles.at(percent)).isEqualTo((values[at - 1] + values[at]) / 2);
        }
    }

    @Test
    void aWeightCountsAsManyOfTheSame() {
        var quantiles = new Quantiles(PaneRows.MAX_EXACT);
        quantiles.add(20, 2);
        quantiles.add(10, 8);

        assertThat(quantiles.at(79)).isEqualTo(10);
        assertThat(quantiles.at(80)).isEqualTo(15);
        assertThat(quantiles.at(81)).isEqualTo(20);
    }
}
