package io.drme.alarm;

import io.drme.config.Problems;
import io.drme.config.Where;
import io.drme.model.Batch;
import io.drme.model.Tag;
import io.drme.model.ValueType;
import io.drme.stream.Expression;
import io.drme.stream.Program;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Says of a sample whether an alarm's condition is present: true, false or unknown, as {@link
 * Program} tells it. While it is present, another question is asked, which gives the deadband.
 */
final class ProgramDetector implements Detector {
    private final Program raise;
    private final Program stay;
    private final @Nullable Program clear;
    private final boolean isReal;

    private ProgramDetector(Program raise, Program stay, @Nullable Program clear, boolean isReal) {
        this.raise = raise;
        this.stay = stay;
        this.clear = clear;
        this.isReal = isReal;
    }

    /** Compiles limits for tags of the type of {@code tag}, which is a number. */
    static Optional<ProgramDetector> ofLimits(
            AlarmConfig config, AlarmConfig.Condition.Limits limits, Tag tag, Problems problems) {
        var key = "alarms." + config.name();
        var raise = beyond(limits, 0, config.where(), key).condition(tag, problems);
        var stay = beyond(limits, limits.deadband(), config.where(), key).condition(tag, problems);
        boolean isReal = tag.type() == ValueType.FLOAT64;
        return raise.isEmpty() || stay.isEmpty()
                ? Optional.empty()
                : Optional.of(new ProgramDetector(raise.get(), stay.get(), null, isReal));
    }

    /** Written as an expression, so that whole numbers are compared exactly. */
    private static Expression beyond(
            AlarmConfig.Condition.Limits limits, double deadband, Where where, String key) {
        var parts = new ArrayList<String>();
        limits.high().ifPresent(high -> parts.add("value > " + sum(high, -deadband)));
        limits.low().ifPresent(low -> parts.add("value < " + sum(low, deadband)));
        return Expression.of(String.join(" || ", parts), where, key);
    }

    /** In decimal, as a person would: 0.3 less 0.1 is 0.2. */
    private static double sum(double a, double b) {
        return BigDecimal.valueOf(a).add(BigDecimal.valueOf(b)).doubleValue();
    }

    /** Compiles expressions for tags of the type of {@code tag}; what does not fit is noted. */
    static Optional<ProgramDetector> ofExpressions(
            AlarmConfig.Condition.Expressions expressions, Tag tag, Problems problems) {
        var when = expressions.when().condition(tag, problems);
        var clear = expressions.clearWhen().flatMap(c -> c.condition(tag, problems));
        return when.isEmpty() || clear.isEmpty() != expressions.clearWhen().isEmpty()
                ? Optional.empty()
                : Optional.of(
                        new ProgramDetector(when.get(), when.get(), clear.orElse(null), false));
    }

    @Override
    public int detect(Batch batch, int at, String tag, boolean wasPresent, long elapsed) {
        if (isReal && Double.isNaN(Double.longBitsToDouble(batch.bits()[at]))) {
            return Program.UNKNOWN; // or NaN, beyond no limit, would clear an alarm
        }
        if (!wasPresent) {
            return raise.test(batch, at, tag);
        }
        int truth = stay.test(batch, at, tag);
        var clearing = clear;
        if (clearing == null || truth == Program.TRUE) {
            return truth;
        }
        return switch (clearing.test(batch, at, tag)) {
            case Program.TRUE -> truth;
            case Program.FALSE -> Program.TRUE;
            default -> Program.UNKNOWN;
        };
    }
}
