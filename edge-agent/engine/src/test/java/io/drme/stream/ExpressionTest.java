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
        long bits = program.bits(batch, 0, TAG);
        if (!program.isKnown()) {
            return "unknown";
        }
        return switch (program.type()) {
            case BOOLEAN -> bits != 0;
            case INT64 -> bits;
            case FLOAT64 -> Double.longBitsToDouble(bits);
            case TEXT -> program.text(batch, 0, TAG);
        };
    }

    private static Object ofReal(String text, double value) {
        var batch = new Batch();
        batch.addDouble(0, 0, value, Quality.GOOD);
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
                                problem("sqrt(value) > 3"),
                                problem("value + 1"),
                                problem("value > 1 ? 1 : 2"),
                                problem("value in [1, value]"),
                                problem("value > 99999999999999999999")))
                .containsExactly(
                        "expected a value, such as value, 80, 'good', true or (…); found the end @8",
                        "expected a value, such as value, 80, 'good', true or (…); found '>' @7",
                        "'=' does not compare; write == @6",
                        "'and' is not an operator; write && @11",
                        "expected ')' for the '(' before, found the end @11",
                        "')' has no partner; remove it @10",
                        "unknown quality 'god' (did you mean 'good'?); known: good, uncertain, bad @11",
                        "unknown name 'temperature'; known: value, quality, reason, tag; a text needs quotes @0",
                        "this text has no end; expected a closing ' @14",
                        "comparisons can't be chained; write a < b && b < c @10",
                        "a number ends here, but 'x' follows; expected an operator @10",
                        "unknown function 'sqrt'; known: abs, min, max, int, double, startsWith, endsWith, contains @0",
                        "expected a condition that is true or false, found a number @0",
                        "expected a condition that is true or false, found a whole number @0",
                        "a list holds plain numbers, texts, true or false only @13",
                        "'99999999999999999999' is beyond the whole numbers of 64 bits; write 99999999999999999999.0 for a decimal number @8");
    }

    // A hostile file must not take the stack or the processor.
    @Test
    void lengthAndDepthAreBounded() {
        assertThat(problem("value > 1" + " + 1".repeat(300)))
                .startsWith("an expression has at most 1000 characters, this one 1209");
        assertThat(problem("(".repeat(40) + "true" + ")".repeat(40)))
                .startsWith("nested more than 32 deep");
        assertThat(problem("!".repeat(40) + "true")).startsWith("nested more than 32 deep");
        assertThat(ofReal("value" + " + 1".repeat(240), 1)).isEqualTo(241.0);
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
