package io.drme.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drme.config.Problems;
import io.drme.config.Where;
import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.model.Reason;
import io.drme.model.ValueType;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Expressions over several named inputs, which stand side by side in a batch. */
class EnvironmentTest {
    private static final Environment TWO =
            Environment.ofValue(ValueType.FLOAT64)
                    .with("limit.high", ValueType.FLOAT64)
                    .with("limit.name", ValueType.TEXT);

    static Program program(String text, Environment environment) {
        var problems = new Problems();
        return Expression.of(text, new Where("gateway.yaml", 3, 9), "join.when")
                .program(environment, "oil with limits", false, problems)
                .orElseThrow(() -> new AssertionError(problems.list()));
    }

    private static String problem(String text, Environment environment) {
        var problems = new Problems();
        var program =
                Expression.of(text, new Where("gateway.yaml", 3, 9), "join.when")
                        .program(environment, "oil with limits", true, problems);
        assertThat(program).isEmpty();
        return problems.list().getFirst().toString();
    }

    /** Behind another sample, so that it shows where inputs are looked for. */
    private static Batch row(double value, double limit) {
        var batch = new Batch();
        batch.addDouble(0, 0, -1, Quality.GOOD);
        batch.addDouble(0, 0, value, Quality.GOOD);
        batch.addDouble(0, 0, limit, Quality.uncertain(Reason.DEVICE_UNCERTAIN));
        batch.addText(0, 0, "oil", Quality.GOOD);
        return batch;
    }

    @Test
    void namesMeanTheSamplesSideBySide() {
        var above = program("value > limit.high && limit.name == 'oil'", TWO);

        assertThat(above.test(row(80, 70), 1, "t")).isEqualTo(Program.TRUE);
        assertThat(above.test(row(80, 90), 1, "t")).isEqualTo(Program.FALSE);
    }

    @Test
    void everyInputHasItsOwnQuality() {
        var batch = row(80, 70);

        assertThat(
                        program("quality == 'good' && limit.high.quality == 'uncertain'", TWO)
                                .test(batch, 1, "t"))
                .isEqualTo(Program.TRUE);
        assertThat(
                        program("reason == '' && limit.high.reason == 'device-uncertain'", TWO)
                                .test(batch, 1, "t"))
                .isEqualTo(Program.TRUE);
        batch.qualities()[2] = Quality.bad(Reason.STALE);
        assertThat(program("value > limit.high", TWO).test(batch, 1, "t"))
                .isEqualTo(Program.UNKNOWN);
        assertThat(program("value > limit.high || value > 75", TWO).test(batch, 1, "t"))
                .isEqualTo(Program.TRUE);
    }

    @Test
    void twoStreamsWithoutAValueOfTheirOwn() {
        var environment =
                Environment.empty().with("left", ValueType.INT64).with("right", ValueType.FLOAT64);
        var sum = program("left + right", environment);
        var batch = new Batch();
        batch.addInt(0, 0, 2, Quality.GOOD);
        batch.addDouble(0, 0, 0.5, Quality.GOOD);

        assertThat(environment.inputs()).isEqualTo(2);
        assertThat(sum.type()).isEqualTo(ValueType.FLOAT64);
        assertThat(Double.longBitsToDouble(sum.bits(batch, 0, "t"))).isEqualTo(2.5);
        assertThat(problem("value > 1", environment))
                .contains("unknown name 'value'")
                .contains(
                        "known: left, left.quality, left.reason, left.time, right, right.quality, right.reason, right.time, tag");
    }

    @Test
    void whatIsWrongPointsAtTheWholeName() {
        assertThat(problem("value > limit.hihg", TWO))
                .startsWith("gateway.yaml:3")
                .contains("for oil with limits: unknown name 'limit.hihg'")
                .contains("(did you mean 'limit.high'?)")
                .endsWith("\n      value > limit.hihg\n              ^");
        assertThat(problem("value > limit.name", TWO))
                .contains("a number can't be compared with a text");
        assertThat(problem("limit.high.quality == 'god'", TWO))
                .contains("unknown quality 'god' (did you mean 'good'?)");
    }

    @Test
    void whenTypesAreNotKnownYetWhatFitsSomeIsRight() {
        var problems = new Problems();
        var section =
                Rig.top("{a: 'left == right', b: 'left > right + true', c: 'left > r'}", problems);
        var inputs = List.of("left", "right");

        assertThat(Expression.read(section, "a", inputs, true)).isPresent();
        assertThat(Expression.read(section, "b", inputs, true)).isEmpty();
        assertThat(Expression.read(section, "c", inputs, true)).isEmpty();
        assertThat(problems.list())
                .extracting(p -> p.message().lines().findFirst().orElseThrow())
                .containsExactly(
                        "at character 16: expected a number, found true or false",
                        "at character 8: unknown name 'r'; known: left, left.quality, left.reason, left.time, right, right.quality, right.reason, right.time, tag; a text needs quotes");
    }

    @Test
    void aNameIsGivenOnce() {
        assertThatThrownBy(() -> TWO.with("limit.high", ValueType.INT64))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the name 'limit.high' is taken");
        assertThatThrownBy(() -> TWO.with("tag", ValueType.INT64))
                .hasMessage("the name 'tag' is taken");
    }
}
