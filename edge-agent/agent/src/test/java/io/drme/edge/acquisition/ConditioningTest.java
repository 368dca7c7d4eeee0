package io.drme.edge.acquisition;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.driver.TagAddress;
import io.drme.driver.TagSpec;
import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.model.Reason;
import io.drme.model.SyncMode;
import io.drme.model.Tag;
import io.drme.model.TagName;
import io.drme.model.TagTable;
import io.drme.model.ValueType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConditioningTest {
    private static final TagName NAME = new TagName("press/level");
    private static final double NO_LIMIT = Double.POSITIVE_INFINITY;

    private enum Nowhere implements TagAddress {
        HERE
    }

    private record Shape(
            ValueType raw,
            ValueType type,
            double scale,
            double offset,
            double low,
            double high,
            double deadband) {
        static Shape real(double deadband) {
            return new Shape(
                    ValueType.FLOAT64, ValueType.FLOAT64, 1, 0, -NO_LIMIT, NO_LIMIT, deadband);
        }

        static Shape whole(double deadband) {
            return new Shape(ValueType.INT64, ValueType.INT64, 1, 0, -NO_LIMIT, NO_LIMIT, deadband);
        }
    }

    private static TagSpec spec(Shape s) {
        return new TagSpec(
                NAME,
                s.raw(),
                s.type(),
                "",
                s.scale(),
                s.offset(),
                s.low(),
                s.high(),
                s.deadband(),
                Duration.ofSeconds(1),
                Duration.ofMinutes(5),
                new SyncMode.Raw(),
                Nowhere.HERE);
    }

    private static Conditioning of(Shape shape) {
        var conditioning = new Conditioning();
        configure(conditioning, shape);
        return conditioning;
    }

    private static void configure(Conditioning conditioning, Shape shape) {
        var spec = spec(shape);
        var tag = new Tag(NAME, spec.type(), "", spec.deadband(), spec.sync());
        conditioning.configure(TagTable.EMPTY.with(List.of(tag)), List.of(spec));
    }

    private static Batch real(double value) {
        var batch = new Batch();
        batch.begin(0, 1);
        batch.addDouble(0, 1, value, Quality.GOOD);
        return batch;
    }

    private static Batch whole(long value) {
        var batch = new Batch();
        batch.begin(0, 1);
        batch.addInt(0, 1, value, Quality.GOOD);
        return batch;
    }

    private static Batch bad(Reason reason) {
        var batch = new Batch();
        batch.begin(0, 1);
        batch.addBad(0, 1, reason);
        return batch;
    }

    @Test
    void scaleComesBeforeOffsetAndMakesAWholeNumberReal() {
        var conditioning =
                of(new Shape(ValueType.INT64, ValueType.FLOAT64, 0.5, -5, -NO_LIMIT, NO_LIMIT, 0));
        var batch = whole(673);

        assertThat(conditioning.apply(batch)).isZero();
        assertThat(batch.doubleAt(0)).isEqualTo(331.5);
    }

    // 2^53 + 1 is the first whole number that a double does not hold.
    @Test
    void aWholeNumberThatIsNotScaledStaysExact() {
        var conditioning = of(Shape.whole(0));
        for (long value : new long[] {(1L << 53) + 1, Long.MAX_VALUE, Long.MIN_VALUE}) {
            var batch = whole(value);
            conditioning.apply(batch);
            assertThat(batch.bits()[0]).isEqualTo(value);
        }
    }

    @Test
    void rangeIsThatOfTheScaledValueAndItsEndsAreInside() {
        var shape = new Shape(ValueType.INT64, ValueType.FLOAT64, 0.5, 0, 0, 100, 0);
        var conditioning = of(shape);

        assertThat(quality(conditioning, whole(200))).isEqualTo(Quality.GOOD);
        assertThat(quality(conditioning, whole(201))).isEqualTo(Quality.bad(Reason.OUT_OF_RANGE));
        assertThat(quality(conditioning, whole(0))).isEqualTo(Quality.GOOD);
        var below = whole(-1);
        conditioning.apply(below);
        assertThat(below.bits()[0]).as("a bad reading has no value").isZero();
    }

    private static byte quality(Conditioning conditioning, Batch batch) {
        conditioning.apply(batch);
        assertThat(batch.size()).isEqualTo(1);
        return batch.qualities()[0];
    }

    // Compared with the value before, each step would be inside the band for ever.
    @Test
    void slowDriftIsReportedOnceItLeavesTheBand() {
        var conditioning = of(Shape.real(1));
        var passed = new ArrayList<Double>();
        for (int i = 0; i <= 40; i++) {
            var batch = real(i * 0.125);
            conditioning.apply(batch);
            if (batch.size() == 1) {
                passed.add(batch.doubleAt(0));
            }
        }
        assertThat(passed).containsExactly(0.0, 1.125, 2.25, 3.375, 4.5);
    }

    @Test
    void whatIsFilteredIsCountedAndTheOthersStayInPlace() {
        var table =
                TagTable.EMPTY.with(
                        List.of(
                                new Tag(NAME, ValueType.FLOAT64, "", 1, new SyncMode.Raw()),
                                new Tag(
                                        new TagName("press/text"),
                                        ValueType.TEXT,
                                        "",
                                        0,
                                        new SyncMode.Raw())));
        var conditioning = new Conditioning();
        var text =
                new TagSpec(
                        new TagName("press/text"),
                        ValueType.TEXT,
                        ValueType.TEXT,
                        "",
                        1,
                        0,
                        -NO_LIMIT,
                        NO_LIMIT,
                        0,
                        Duration.ofSeconds(1),
                        Duration.ofMinutes(5),
                        new SyncMode.Raw(),
                        Nowhere.HERE);
        conditioning.configure(table, List.of(spec(Shape.real(1)), text));
        conditioning.apply(real(10));
        var batch = real(10.5);
        batch.addText(1, 2, "run", Quality.GOOD);

        assertThat(conditioning.apply(batch)).isEqualTo(1);
        assertThat(batch.size()).isEqualTo(1);
        assertThat(batch.tags()[0]).isEqualTo(1);
        assertThat(batch.text(0)).isEqualTo("run");
    }

    @Test
    void aBadReadingThatRepeatsIsFilteredAndOneForAnotherReasonIsNot() {
        var conditioning = of(Shape.real(0));

        assertThat(conditioning.apply(bad(Reason.COMMS_LOST))).isZero();
        assertThat(conditioning.apply(bad(Reason.COMMS_LOST))).isEqualTo(1);
        assertThat(conditioning.apply(bad(Reason.OUT_OF_RANGE))).isZero();
    }

    @Test
    void theValueFromBeforeABadTimePassesAgain() {
        var conditioning = of(Shape.real(1));
        conditioning.apply(real(10));
        conditioning.apply(bad(Reason.COMMS_LOST));

        assertThat(conditioning.apply(real(10))).as("it is good again").isZero();
    }

    @Test
    void withoutADeadbandEachValuePasses() {
        var conditioning = of(Shape.real(0));
        conditioning.apply(real(10));

        assertThat(conditioning.apply(real(10))).isZero();
    }

    @Test
    void notANumberPassesADeadband() {
        var conditioning = of(Shape.real(1));
        conditioning.apply(real(10));

        assertThat(conditioning.apply(real(Double.NaN))).isZero();
        assertThat(conditioning.apply(real(10))).isZero();
    }

    @Test
    void aReloadKeepsWhatPassedLastAndTakesTheNewBand() {
        var conditioning = of(Shape.whole(5));
        conditioning.apply(whole(100));
        configure(conditioning, Shape.whole(2));

        assertThat(conditioning.apply(whole(102))).isEqualTo(1);
        assertThat(conditioning.apply(whole(103))).isZero();
    }

    @Test
    void aWidenedDeadbandFiltersMoreCountsThatAndGoesBack() {
        var conditioning = of(Shape.real(1));
        conditioning.apply(real(10));

        conditioning.widen(0, 4);
        assertThat(conditioning.apply(real(12))).isEqualTo(1);
        assertThat(conditioning.apply(real(10.5))).isEqualTo(1); // the file's would filter it too
        assertThat(conditioning.widened()).isEqualTo(1);
        assertThat(conditioning.apply(real(14.5))).isZero();

        conditioning.widen(0, 1);
        assertThat(conditioning.apply(real(16))).isZero();
        assertThat(conditioning.widened()).isEqualTo(1);
    }

    @Test
    void aTagWithoutADeadbandIsNotWidened() {
        var conditioning = of(Shape.real(0));
        conditioning.widen(0, 8);
        conditioning.apply(real(10));

        assertThat(conditioning.apply(real(10))).isZero();
    }
}
