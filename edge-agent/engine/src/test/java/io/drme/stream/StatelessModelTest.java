package io.drme.stream;

import io.drme.model.Quality;
import io.drme.model.Reading;
import io.drme.model.Value;
import io.drme.model.ValueType;
import io.drme.stream.OperatorContract.Item;
import io.drme.stream.OperatorContract.Subject;
import io.drme.stream.OperatorContract.Unit;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The steps that remember nothing give of each sample what a person would write down.
 *
 * <p>Planted and caught: a filter that hides bad samples; a shift before the factor; a bad sample
 * that only one of the branches gets that it may belong to.
 */
class StatelessModelTest {
    private static final List<Lane> LANES =
            List.of(
                    new Lane("a/x", "", ValueType.FLOAT64, false),
                    new Lane("a/y", "", ValueType.FLOAT64, true));

    private static Program[] programs(String text, boolean condition) {
        return OperatorsTest.programs(text, LANES, condition);
    }

    private static List<Item> items(Random random) {
        var items = OperatorContract.items(random, LANES);
        items.removeIf(i -> i.lane() < 0);
        return items;
    }

    private static double value(Item item) {
        return Double.longBitsToDouble(item.bits());
    }

    private static Reading reading(Item item, DoubleUnaryOperator of) {
        byte quality = item.quality();
        var value = new Value.Real(of.applyAsDouble(value(item)));
        if (Quality.isGood(quality)) {
            return new Reading.Good(value);
        }
        var reason = Quality.reason(quality);
        return Quality.isBad(quality)
                ? new Reading.Bad(reason)
                : new Reading.Uncertain(value, reason);
    }

    private static String line(Item item, int lane, DoubleUnaryOperator of) {
        return OperatorContract.line(lane, item.sourceTime(), reading(item, of));
    }

    private static void check(Operator operator, List<Item> items, List<String> lines, long seed)
            throws IOException {
        lines.add(OperatorContract.late(0));
        OperatorContract.check(new Subject(LANES, () -> operator), items, lines, Unit.SAMPLE, seed);
    }

    // Where it can't be told a sample passes as bad: no filter hides that a device is gone.
    @ParameterizedTest
    @MethodSource("io.drme.testing.Seeds#all")
    void aFilterPassesWhatIsTrue(long seed) throws IOException {
        var random = OperatorContract.random(seed);
        int least = random.nextInt(-20, 20);
        var items = items(random);
        var lines = new ArrayList<String>();
        for (var item : items) {
            boolean isOfY = item.lane() == 1;
            if (isOfY || Quality.isBad(item.quality()) || value(item) > least) {
                lines.add(line(item, item.lane(), v -> v));
            }
        }

        var condition = "value > " + least + " || tag == 'a/y'";
        check(new FilterOperator(LANES, programs(condition, true)), items, lines, seed);
    }

    @ParameterizedTest
    @MethodSource("io.drme.testing.Seeds#all")
    void aMapGivesWhatTheExpressionSays(long seed) throws IOException {
        var random = OperatorContract.random(seed);
        int shift = random.nextInt(-20, 20);
        var items = items(random);
        var lines = new ArrayList<String>();
        items.forEach(i -> lines.add(line(i, i.lane(), v -> v * 2 + shift)));

        var expression = "value * 2.0 + " + shift;
        check(new MapOperator(LANES, programs(expression, false)), items, lines, seed);
    }

    @ParameterizedTest
    @MethodSource("io.drme.testing.Seeds#all")
    void aScaleMultipliesAndShifts(long seed) throws IOException {
        var random = OperatorContract.random(seed);
        double factor = random.nextInt(-20, 20) / 4.0;
        double offset = random.nextInt(-20, 20);
        var items = items(random);
        var lines = new ArrayList<String>();
        items.forEach(i -> lines.add(line(i, i.lane(), v -> v * factor + offset)));

        check(new ScaleOperator(LANES, factor, offset), items, lines, seed);
    }

    // What can't be told goes to none as good, and to each that it may belong to as bad.
    @ParameterizedTest
    @MethodSource("io.drme.testing.Seeds#all")
    void aSplitSendsEachSampleToTheFirstThatIsTrue(long seed) throws IOException {
        var random = OperatorContract.random(seed);
        boolean hasRest = random.nextBoolean();
        var names = hasRest ? List.of("high", "y", "rest") : List.of("high", "y");
        var items = items(random);
        var lines = new ArrayList<String>();
        for (var item : items) {
            int first = item.lane() * names.size();
            boolean isOfY = item.lane() == 1;
            if (Quality.isBad(item.quality()) && !isOfY) {
                lines.add(line(item, first, v -> v));
                if (hasRest) {
                    lines.add(line(item, first + 2, v -> v));
                }
            } else if (!Quality.isBad(item.quality()) && value(item) > 10) {
                lines.add(line(item, first, v -> v));
            } else if (isOfY) {
                lines.add(line(item, first + 1, v -> v));
            } else if (hasRest) {
                lines.add(line(item, first + 2, v -> v));
            }
        }

        var conditions =
                new Program[][] {programs("value > 10", true), programs("tag == 'a/y'", true)};
        check(new SplitOperator(LANES, names, conditions, hasRest), items, lines, seed);
    }
}
