package io.drme.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.model.Reason;
import io.drme.model.ValueType;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Compiled code gives what {@link PlainEvaluation} gives, of random terms over three inputs. */
class EvaluationTest {
    private static final String TAG = "press-3/oil";
    private static final int TERMS_A_SEED = 10;

    /** What a program gives: a Boolean, Long, Double or String, or nothing. */
    static Optional<Object> result(Program program, Batch batch, int at, String tag) {
        Object result =
                switch (program.type()) {
                    case BOOLEAN -> program.bits(batch, at, tag) != 0;
                    case INT64 -> program.bits(batch, at, tag);
                    case FLOAT64 -> Double.longBitsToDouble(program.bits(batch, at, tag));
                    case TEXT -> program.text(batch, at, tag);
                };
        return program.isKnown() ? Optional.of(result) : Optional.empty();
    }

    @ParameterizedTest
    @MethodSource("io.drme.testing.Seeds#all")
    void compiledCodeGivesWhatTheTermSays(long seed) {
        var random = new Random(seed);
        int known = 0;
        for (int i = 0; i < TERMS_A_SEED; i++) {
            var types = RandomTerm.inputs(random);
            var type = RandomTerm.oneOf(random, ValueType.values());
            var term = new RandomTerm(random, types).next(type, 1 + random.nextInt(5));
            var program = Shape.program(term);
            for (int j = 0; j < 4; j++) {
                var batch = RandomTerm.samples(random, types);
                var expected = new PlainEvaluation(batch, 1, TAG).of(term);
                assertThat(result(program, batch, 1, TAG))
                        .as("%s over %s", term, batch.samples(RandomTerm.table(types)))
                        .isEqualTo(expected);
                known += expected.isPresent() ? 1 : 0;
            }
        }
        assertThat(known).isGreaterThan(TERMS_A_SEED);
    }

    // A gateway with 8,000 limits must not have 8,000 classes.
    @Test
    void expressionsThatDifferInLiteralsShareTheirCode() {
        var low = program("value > 80 && tag != 'x'", ValueType.FLOAT64);
        var high = program("value > 90.5 && tag != 'press'", ValueType.FLOAT64);
        var other = program("value >= 80 && tag != 'x'", ValueType.FLOAT64);
        var batch = new Batch();
        batch.addDouble(0, 0, 85, Quality.GOOD);

        assertThat(low).hasSameClassAs(high).isNotSameAs(high);
        assertThat(low.getClass()).isNotEqualTo(other.getClass());
        assertThat(low.test(batch, 0, TAG)).isEqualTo(Program.TRUE);
        assertThat(high.test(batch, 0, TAG)).isEqualTo(Program.FALSE);
    }

    private static Program program(String text, ValueType type) {
        return EnvironmentTest.program(text, Environment.ofValue(type));
    }

    // HotSpot never compiles a method of more than 8,000 bytes of code.
    @Test
    void theLargestExpressionsAreStillCompiled() {
        var largest =
                List.of(
                        "value" + "+value".repeat(160),
                        "value" + "+1".repeat(249),
                        "value" + "*1".repeat(249),
                        "value>1" + "||value>1".repeat(83),
                        "value in [" + "1,".repeat(124) + "2]",
                        "abs(".repeat(30) + "value" + ")".repeat(30) + "+value".repeat(130),
                        "value>1" + "?value%7:value>1".repeat(30) + "?1:2",
                        "!(value>1)" + "&&!(value>1)".repeat(50));
        for (var text : largest) {
            assertThat(text.length()).isLessThanOrEqualTo(Expression.MAX_LENGTH);
            assertThat(Shape.codeBytes(term(text))).as(text).isBetween(500, 8_000);
        }
    }

    private static Term term(String text) {
        try {
            return Typing.of(Parser.parse(text), Environment.ofValue(ValueType.INT64));
        } catch (SyntaxError e) {
            throw new AssertionError(text, e);
        }
    }

    @Test
    void everyFunctionIsInTheRandomTerms() {
        var seen = new HashSet<Function>();
        for (long seed = 1; seed <= 200; seed++) {
            var random = new Random(seed);
            for (int i = 0; i < 20; i++) {
                var type = RandomTerm.oneOf(random, ValueType.values());
                collect(new RandomTerm(random, RandomTerm.inputs(random)).next(type, 5), seen);
            }
        }
        assertThat(seen).containsExactlyInAnyOrder(Function.values());
    }

    private static void collect(Term term, Set<Function> seen) {
        if (term instanceof Term.Call call) {
            seen.add(call.function());
        }
        term.operands().forEach(operand -> collect(operand, seen));
    }

    @Test
    void qualitiesAndReasonsAreToldByTheirCodes() {
        for (var reason : Reason.values()) {
            var batch = new Batch();
            batch.addBad(0, 0, reason);
            var same = program("reason == '%s'".formatted(reason.text()), ValueType.INT64);
            var listed =
                    program("tag + reason == tag + '%s'".formatted(reason.text()), ValueType.INT64);
            assertThat(same.test(batch, 0, TAG)).as(reason.text()).isEqualTo(Program.TRUE);
            assertThat(listed.test(batch, 0, TAG)).as(reason.text()).isEqualTo(Program.TRUE);
            batch.qualities()[0] = Quality.GOOD;
            assertThat(same.test(batch, 0, TAG)).as(reason.text()).isEqualTo(Program.FALSE);
        }
        assertThat(Arrays.stream(Reason.values()).mapToInt(Reason::code)).allMatch(c -> c < 64);
    }
}
