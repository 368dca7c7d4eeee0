package io.drme.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.config.Node;
import io.drme.config.Problems;
import io.drme.config.Section;
import io.drme.config.Where;
import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.model.Reason;
import io.drme.model.ValueType;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What expressions mean, and what a person is told about a wrong one. */
class ExpressionTest {
    private static final String TAG = "press-3/oil/temperature";

    /** 2026-03-29T14:05:09.026Z. */
    private static final long A_SUNDAY = 1_774_793_109_026_000_000L;

    private static final List<String> PIECES =
            List.of(
                    "value",
                    "quality",
                    "tag",
                    "80",
                    "-",
                    "0x",
                    "1e",
                    "9223372036854775808",
                    ".5",
                    " ",
                    "(",
                    ")",
                    "[",
                    "]",
                    ",",
                    "?",
                    ":",
                    "&&",
                    "||",
                    "!",
                    "==",
                    "<",
                    " in ",
                    "'",
                    "\"",
                    "\\",
                    "good",
                    "true",
                    "abs(",
                    "min(",
                    ".startsWith(",
                    "+",
                    "%",
                    "\n",
                    "=");

    private static Object evaluate(String text, ValueType type, Batch batch) {
        var problems = new Problems();
        var program =
                Expression.of(text, new Where("test", 1, 1), "key")
                        .program(type, TAG, false, problems)
                        .orElseThrow(() -> new AssertionError(problems.list()));
        return EvaluationTest.result(program, batch, 0, TAG).orElse("unknown");
    }

    private static Object ofReal(String text, double value) {
        var batch = new Batch();
        batch.addDouble(0, A_SUNDAY, value, Quality.GOOD);
        return evaluate(text, ValueType.FLOAT64, batch);
    }

    private static Object ofInt(String text, long value) {
        var batch = new Batch();
        batch.addInt(0, 0, value, Quality.GOOD);
        return evaluate(text, ValueType.INT64, batch);
    }

    private static Object ofBad(String text) {
        var batch = new Batch();
        batch.addBad(0, 0, Reason.COMMS_LOST);
        return evaluate(text, ValueType.FLOAT64, batch);
    }

    private static String problem(String text) {
        var yaml = "pipelines: {p: {from: a, to: b, steps: [{filter: \"%s\"}]}}".formatted(text);
        var problems = new Problems();
        PipelineConfig.readAll(Rig.top(yaml, problems));
        var found = problems.list().stream().filter(p -> p.key().endsWith(".filter")).toList();
        assertThat(found).hasSize(1);
        int offset = found.getFirst().where().column() - 1 - yaml.indexOf(text);
        var message = found.getFirst().message();
        assertThat(message).startsWith("at character " + (offset + 1) + ": ");
        assertThat(message).endsWith("\n      " + text + "\n      " + " ".repeat(offset) + "^");
        return message.substring(message.indexOf(": ") + 2, message.indexOf('\n')) + " @" + offset;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "value > 80;true",
                "value >= 80.5 && value < 81;true",
                "value * 2 + 1;162.0",
                "value - 80 == 0.5;true",
                "-value;-80.5",
                "2 * (value - 0.5) / 4;40.0",
                "value > 80 ? 1 : 0;1",
                "value > 80 ? 1 : 0.5;1.0",
                "abs(-3);3",
                "min(value, 3, 4.5);3.0",
                "max(1, 2);2",
                "int(value);80",
                "7 / 2;3",
                "-7 / 2;-3",
                "7 % 4;3",
                "7.0 / 2;3.5",
                "1 + 2 * 3;7",
                "1 / 0;unknown",
                "0x10 + 010;26",
                "9223372036854775807 + 1;unknown",
                "-9223372036854775808;-9223372036854775808",
                "1e3;1000.0",
                "tag.startsWith('press-');true",
                "tag.contains(\"oil\") && !tag.endsWith('level');true",
                "quality in ['good', 'uncertain'];true",
                "value in [80, 80.5];true",
                "reason == '';true",
                "true || 1 / 0 == 1;true",
                "1 / 0 == 1 || true;true",
                "1 / 0 == 1 && false;false",
                "1 / 0 == 1 && true;unknown",
                "!(value > 80);false",
                "1 / 0 + (value > 80 ? 1 : 2);unknown",
                "round(value);81.0",
                "round(-80.5);-81.0",
                "round(0.49999999999999994);0.0",
                "round(7);7",
                "floor(value) + ceil(value);161.0",
                "trunc(-value);-80.0",
                "sqrt(value - 16.5);8.0",
                "sqrt(16);4.0",
                "pow(2, 10);1024.0",
                "log(exp(2.0));2.0",
                "log10(1000);3.0",
                "isNaN(log(-1));true",
                "isFinite(value) && !isInf(value);true",
                "isInf(1.0 / 0);true",
                "sign(-value);-1.0",
                "sign(-7);-1",
                "clamp(value, 0, 50);50.0",
                "clamp(7, 8, 9);8",
                "math.greatest(1, 2) + math.abs(-3);5",
                "math.least(value, 3) == 3;true",
                "has(value);true",
                "tag + '!' == 'press-3/oil/temperature!';true",
                "size(tag);23",
                "tag.size() + 'ä😀'.size();25",
                "string(7) + string(value > 80) + string('x');7truex",
                "time.getHours();14",
                "time.getMinutes() * 100 + time.getSeconds();509",
                "time.getMilliseconds();26",
                "time.getFullYear() * 10000 + time.getMonth() * 100 + time.getDate();20260229",
                "time.getDayOfMonth() + time.getDayOfYear();115",
                "time.getDayOfWeek();0",
                "int(time);1774793109",
                "(quality == 'good') == true;true",
                "(value > 80) != (value > 90);true",
                "(value > 80 ? 'hot' : 'cold') + '';hot",
                "(value > 80 ? 1 : 2.5) + 1;2.0",
                "max(1, 2, 7, 3);7",
            })
    void evaluates(String text, String expected) {
        assertThat(ofReal(text, 80.5)).asString().isEqualTo(expected);
    }

    // Otherwise 9007199254740993 would not be above 9007199254740992.
    @Test
    void wholeNumbersAreComparedWithDecimalsExactly() {
        assertThat(ofInt("value > 9007199254740992.0", 9007199254740993L)).isEqualTo(true);
        assertThat(ofInt("value == 9007199254740992.0", 9007199254740993L)).isEqualTo(false);
        assertThat(ofInt("value < 80.5", 80)).isEqualTo(true);
        assertThat(ofInt("value > -0.5", 0)).isEqualTo(true);
        assertThat(ofInt("value < 1e300", Long.MAX_VALUE)).isEqualTo(true);
        assertThat(ofInt("value > double(9223372036854775807)", Long.MAX_VALUE)).isEqualTo(false);
    }

    @Test
    void aWholeNumberTimesADecimalIsADecimal() {
        assertThat(ofInt("value * 0.1", 805)).isEqualTo(80.5);
    }

    @Test
    void ofABadSampleOnlyTheValueIsUnknown() {
        assertThat(ofBad("value > 80")).isEqualTo("unknown");
        assertThat(ofBad("value > 80 || quality == 'bad'")).isEqualTo(true);
        assertThat(ofBad("value > 80 && quality == 'good'")).isEqualTo(false);
        assertThat(ofBad("reason == 'comms-lost'")).isEqualTo(true);
        assertThat(ofBad("value + 1")).isEqualTo("unknown");
        assertThat(ofBad("value > 80 ? 1 : 2")).isEqualTo("unknown");
    }

    @Test
    void aMistakePointsAtItsCharacterAndSaysWhatWasExpected() {
        assertThat(
                        List.of(
                                problem("value > "),
                                problem("value >> 80"),
                                problem("value = 80"),
                                problem("value > 80 and quality == 'good'"),
                                problem("(value > 80"),
                                problem("value > 80)"),
                                problem("quality == 'god'"),
                                problem("temperature > 80"),
                                problem("value > 80 && 'x"),
                                problem("1 < value < 3"),
                                problem("value > 80x"),
                                problem("squrt(value) > 3"),
                                problem("value + 1"),
                                problem("value > 1 ? 1 : 2"),
                                problem("value in [1, value]"),
                                problem("value > 99999999999999999999"),
                                problem("time > 5"),
                                problem("time.getHours('Europe/Berlin') > 5"),
                                problem("value.getHours() > 5"),
                                problem("tag.matches('a+')"),
                                problem("has(value + 1)"),
                                problem("clamp(value, 1) > 2"),
                                problem("string(1.5) == '1'"),
                                problem("value.high > 1")))
                .containsExactly(
                        "expected a value, such as value, 80, 'good', true or (…); found the end @8",
                        "expected a value, such as value, 80, 'good', true or (…); found '>' @7",
                        "'=' does not compare; write == @6",
                        "'and' is not an operator; write && @11",
                        "expected ')' for the '(' before, found the end @11",
                        "')' has no partner; remove it @10",
                        "unknown quality 'god' (did you mean 'good'?); known: good, uncertain, bad @11",
                        "unknown name 'temperature'; known: value, quality, reason, time, tag; a text needs quotes @0",
                        "this text has no end; expected a closing ' @14",
                        "comparisons can't be chained; write a < b && b < c @10",
                        "a number ends here, but 'x' follows; expected an operator @10",
                        "unknown function 'squrt' (did you mean 'sqrt'?); known: abs, ceil, clamp, contains, double, endsWith, exp, floor, getDate, getDayOfMonth, getDayOfWeek, getDayOfYear, getFullYear, getHours, getMilliseconds, getMinutes, getMonth, getSeconds, has, int, isFinite, isInf, isNaN, log, log10, max, min, pow, round, sign, size, sqrt, startsWith, string, trunc @0",
                        "expected a condition that is true or false, found a number @0",
                        "expected a condition that is true or false, found a whole number @0",
                        "a list holds plain numbers, texts, true or false only @13",
                        "'99999999999999999999' is beyond the whole numbers of 64 bits; write 99999999999999999999.0 for a decimal number @8",
                        "a time can't be used as it is; ask time.getHours(), .getDayOfWeek(), int(time) and so on @0",
                        "times are in UTC only; write time.getHours() @14",
                        "getHours asks a time, as in time.getHours() @0",
                        "there is no matches, as the cost of a pattern has no bound; use startsWith, endsWith or contains @4",
                        "has takes the name of an input, such as has(value) @0",
                        "clamp takes three numbers: clamp(x, lowest, highest) @0",
                        "string takes a whole number, true or false; of a decimal number use string(int(…)) @0",
                        "unknown name 'value.high'; known: value, quality, reason, time, tag; a text needs quotes @0");
    }

    // A hostile file must not take the stack or the processor.
    @Test
    void lengthDepthAndStepsAreBounded() {
        assertThat(problem("value > 1" + " + 1".repeat(300)))
                .startsWith("an expression has at most 1000 characters, this one 1209");
        assertThat(problem("(".repeat(40) + "true" + ")".repeat(40)))
                .startsWith("nested more than 32 deep");
        assertThat(problem("!".repeat(40) + "true")).startsWith("nested more than 32 deep");
        assertThat(ofReal("value" + " + 1".repeat(240), 1)).isEqualTo(241.0);
        assertThat(problem("pow(value, 2)" + " + pow(value, 2)".repeat(12) + " > 1"))
                .isEqualTo(
                        "takes 273 steps, at most 250 are allowed (pow 260, plus 12, comparisons 1); make it shorter, or split it into several @0");
    }

    @Test
    void aTextThatWouldBeTooLongIsUnknown() {
        var batch = new Batch();
        batch.addText(0, 0, "x".repeat(ValueType.MAX_TEXT_LENGTH - 1), Quality.GOOD);

        assertThat(evaluate("size(value + 'y')", ValueType.TEXT, batch)).isEqualTo(4096L);
        assertThat(evaluate("size(value + 'yz')", ValueType.TEXT, batch)).isEqualTo("unknown");
        assertThat(evaluate("value + 'yz' == '' || true", ValueType.TEXT, batch)).isEqualTo(true);
    }

    @Test
    void ofABadSampleHasIsFalse() {
        assertThat(ofBad("has(value)")).isEqualTo(false);
        assertThat(ofBad("has(value) ? value : -1.0")).isEqualTo(-1.0);
        assertThat(ofBad("!has(value) || value > 1")).isEqualTo(true);
    }

    @Test
    void inALongerTextTheLineWithTheMistakeIsShown() {
        var yaml =
                """
                pipelines:
                  p:
                    from: a
                    to: b
                    steps:
                      - filter: |
                          value > 80
                            && valu < 90
                """;
        assertThat(Rig.problems(yaml))
                .filteredOn(p -> p.contains("filter"))
                .singleElement()
                .asString()
                .endsWith("\n        && valu < 90\n           ^");
    }

    // Whatever a file holds, the answer is an expression or a problem at a character of it.
    @ParameterizedTest
    @MethodSource("io.drme.testing.Seeds#all")
    void anyTextIsAnExpressionOrAProblem(long seed) {
        var random = new Random(seed);
        for (int i = 0; i < 50; i++) {
            var text = new StringBuilder();
            for (int n = random.nextInt(20); n >= 0; n--) {
                text.append(
                        random.nextInt(8) == 0
                                ? String.valueOf((char) random.nextInt(1, 0x3000))
                                : PIECES.get(random.nextInt(PIECES.size())));
            }
            var problems = new Problems();
            var where = new Where("gateway.yaml", 1, 1);
            var scalar = new Node.Scalar(where, text.toString(), false);
            var mapping = new Node.Mapping(where, Map.of("filter", new Node.Entry(where, scalar)));

            var read = Expression.readCondition(new Section(mapping, "", problems), "filter");

            assertThat(read.isPresent()).as(text.toString()).isEqualTo(problems.none());
            assertThat(problems.list())
                    .allMatch(p -> p.where().column() <= text.length() + 1)
                    .allMatch(p -> p.message().startsWith("at character "));
        }
    }
}
