package io.drme.alarm;

import io.drme.alarm.AlarmConfig.Condition;
import io.drme.config.Problems;
import io.drme.model.Tag;
import io.drme.model.ValueType;
import io.drme.stream.Expression;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Makes detectors of conditions; what does not fit a tag's type is noted. */
final class Detectors {
    private static final String LITERAL = "true|false|-?[0-9]+(\\.[0-9]+)?([eE][-+]?[0-9]+)?";

    private Detectors() {}

    /** What makes detectors for tags of the type of {@code tag}, one an alarm. */
    static Optional<Supplier<Detector>> compile(AlarmConfig config, Tag tag, Problems problems) {
        return switch (config.condition()) {
            case Condition.Limits limits ->
                    isNumber(config, tag, problems)
                            ? shared(ProgramDetector.ofLimits(config, limits, tag, problems))
                            : Optional.empty();
            case Condition.Expressions expressions ->
                    shared(ProgramDetector.ofExpressions(expressions, tag, problems));
            case Condition.Equal equal ->
                    shared(ProgramDetector.ofExpressions(equal(config, equal, tag), tag, problems));
            case Condition.Changes changes ->
                    Optional.of(() -> new ChangeDetector(tag.type(), changes.within().toNanos()));
            case Condition.Rate rate ->
                    isNumber(config, tag, problems)
                            ? Optional.of(() -> new RateDetector(tag.type(), rate))
                            : Optional.empty();
            case Condition.Deviation _ ->
                    throw new IllegalStateException("a deviation is made with its setpoint");
        };
    }

    private static Optional<Supplier<Detector>> shared(Optional<? extends Detector> detector) {
        return detector.map(d -> () -> d);
    }

    /** Whether a tag is a number; noted where it is not. */
    static boolean isNumber(AlarmConfig config, Tag tag, Problems problems) {
        boolean fits = Numbers.isNumber(tag.type());
        if (!fits) {
            problems.add(
                    config.where(),
                    "alarms." + config.name() + ".tag",
                    "%s is no number, and %s; use when, as in when: \"value%s\""
                            .formatted(
                                    tag.name(),
                                    config.condition() instanceof Condition.Limits
                                            ? "high and low need one"
                                            : "rate and deviation need one",
                                    tag.type() == ValueType.TEXT ? " == 'stop'" : ""));
        }
        return fits;
    }

    /** Values of a text are written as texts, whatever they look like. */
    private static Condition.Expressions equal(AlarmConfig config, Condition.Equal equal, Tag tag) {
        var any =
                equal.values().stream()
                        .map(v ->
                                "value == "
                                        + (tag.type() != ValueType.TEXT && v.matches(LITERAL)
                                                ? v
                                                : quoted(v)))
                        .collect(Collectors.joining(" || "));
        return new Condition.Expressions(
                Expression.of(any, config.where(), "alarms." + config.name() + ".equals"),
                Optional.empty());
    }

    private static String quoted(String text) {
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
    }
}
