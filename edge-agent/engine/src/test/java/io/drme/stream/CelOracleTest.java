package io.drme.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cel.bundle.Cel;
import dev.cel.bundle.CelFactory;
import dev.cel.common.CelOptions;
import dev.cel.common.CelValidationException;
import dev.cel.common.types.CelType;
import dev.cel.common.types.SimpleType;
import dev.cel.extensions.CelExtensions;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelUnknownSet;
import io.drme.config.Problems;
import io.drme.config.Where;
import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.model.Reason;
import io.drme.model.ValueType;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * On the subset that both have, our expressions give what Google's CEL gives: of random expressions
 * and edge values, errors included. A bad sample has no value, which in CEL is an unbound variable;
 * the errors that CEL then absorbs or not are our three-valued logic.
 *
 * <p>Planted and caught: an {@code &&} that stops at the first unknown; integer division that
 * rounds down; a comparison inside a ternary that forgets an error before it.
 */
class CelOracleTest {
    private static final String TAG = "press-3/oil/temperature";
    private static final int EXPRESSIONS_A_SEED = 2;
    private static final List<ValueType> TYPES = List.of(ValueType.values());
    private static final Map<ValueType, Cel> CELS = new EnumMap<>(ValueType.class);

    static {
        for (var type : TYPES) {
            var options = CelOptions.current().enableHeterogeneousNumericComparisons(true).build();
            CELS.put(
                    type,
                    CelFactory.legacyCelBuilder()
                            .setOptions(options)
                            .addVar("value", celType(type))
                            .addVar("quality", SimpleType.STRING)
                            .addVar("tag", SimpleType.STRING)
                            .addCompilerLibraries(CelExtensions.math())
                            .addRuntimeLibraries(CelExtensions.math())
                            .build());
        }
    }

    private static CelType celType(ValueType type) {
        return switch (type) {
            case BOOLEAN -> SimpleType.BOOL;
            case INT64 -> SimpleType.INT;
            case FLOAT64 -> SimpleType.DOUBLE;
            case TEXT -> SimpleType.STRING;
        };
    }

    @ParameterizedTest
    @MethodSource("io.drme.testing.Seeds#all")
    void everyExpressionGivesWhatCelGives(long seed) throws Exception {
        var random = new Random(seed);
        for (int i = 0; i < EXPRESSIONS_A_SEED; i++) {
            var valueType = TYPES.get(random.nextInt(4));
            var resultType = TYPES.get(random.nextInt(4));
            var pair = new RandomExpression(random, valueType).next(resultType, 4);
            for (int j = 0; j < 4; j++) {
                var batch = sample(random, valueType);
                assertThat(ours(pair.ours(), valueType, resultType, batch))
                        .as("seed %d: %s with %s", seed, pair.ours(), show(batch, valueType))
                        .isEqualTo(cel(pair.cel(), valueType, batch));
            }
        }
    }

    private static String show(Batch batch, ValueType type) {
        return batch.readingAt(0, type).toString();
    }

    private static Batch sample(Random random, ValueType type) {
        var batch = new Batch();
        if (random.nextInt(4) == 0) {
            batch.addBad(0, 0, Reason.TIMEOUT);
            return batch;
        }
        byte quality =
                random.nextBoolean() ? Quality.GOOD : Quality.uncertain(Reason.DEVICE_UNCERTAIN);
        switch (type) {
            case BOOLEAN -> batch.addBoolean(0, 0, random.nextBoolean(), quality);
            case INT64 -> batch.addInt(0, 0, RandomExpression.anInt(random), quality);
            case FLOAT64 -> batch.addDouble(0, 0, RandomExpression.aReal(random), quality);
            case TEXT -> batch.addText(0, 0, RandomExpression.aText(random), quality);
        }
        return batch;
    }

    private static String ours(String text, ValueType valueType, ValueType result, Batch batch) {
        var expression = Expression.of(text, new Where("test", 1, 1), "key");
        var problems = new Problems();
        var program = expression.program(valueType, TAG, false, problems).orElse(null);
        if (program == null) {
            return "refused: " + problems.list();
        }
        assertThat(program.type()).as(text).isEqualTo(result);
        return EvaluationTest.result(program, batch, 0, TAG)
                .map(value -> value instanceof Double d ? shown(d) : String.valueOf(value))
                .orElse("error");
    }

    private static String cel(String text, ValueType valueType, Batch batch)
            throws CelValidationException {
        var cel = Objects.requireNonNull(CELS.get(valueType));
        var variables = new HashMap<String, Object>();
        byte quality = batch.qualities()[0];
        variables.put("quality", Quality.severity(quality).text());
        variables.put("tag", TAG);
        if (!Quality.isBad(quality)) {
            variables.put(
                    "value",
                    switch (valueType) {
                        case BOOLEAN -> batch.bits()[0] != 0;
                        case INT64 -> batch.bits()[0];
                        case FLOAT64 -> batch.doubleAt(0);
                        case TEXT -> String.valueOf(batch.text(0));
                    });
        }
        try {
            var result = cel.createProgram(cel.compile(text).getAst()).eval(variables);
            if (result instanceof CelUnknownSet) {
                return "error"; // unknown is absorbed as errors are
            }
            return result instanceof Double d ? shown(d) : String.valueOf(result);
        } catch (CelEvaluationException _) {
            return "error";
        }
    }

    /** Zeros are equal, whatever their sign: CEL does not say which one least and greatest give. */
    private static String shown(double value) {
        return String.valueOf(value + 0.0);
    }
}
