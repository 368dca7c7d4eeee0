package io.drme.alarm;

import io.drme.alarm.AlarmConfig.Condition;
import io.drme.config.Node;
import io.drme.config.Section;
import io.drme.stream.Expression;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Reads what raises an alarm: one kind of condition. */
final class ConditionReader {
    /** Given {@code stale}, so long a tag must have been so; else the alarm's own delay. */
    record Read(Condition condition, Optional<Duration> onDelay) {}

    private static final Duration LEAST_TIME = Duration.ofSeconds(1);
    private static final List<String> LIMITS = List.of("high", "low", "high-high", "low-low");
    private static final List<String> WITH_DEADBAND =
            List.of("high", "low", "high-high", "low-low", "rate", "deviation");
    private static final Map<String, Function<Section, Optional<Condition>>> KINDS =
            Map.of(
                    "equals", ConditionReader::equal,
                    "changes", ConditionReader::changes,
                    "rate", ConditionReader::rate,
                    "deviation", ConditionReader::deviation,
                    "stale", ConditionReader::stale);

    private ConditionReader() {}

    /** The condition, or nothing where it is wrong, which is noted. */
    static Optional<Read> read(Section section) {
        List.of("high", "low", "deadband", "when", "clear-when").forEach(section::has); // known
        var kinds = KINDS.keySet().stream().filter(section::has).sorted().toList();
        boolean limits = LIMITS.stream().anyMatch(section::has);
        boolean expressions = section.has("when") || section.has("clear-when");
        int count = kinds.size() + (limits ? 1 : 0) + (expressions ? 1 : 0);
        if (limits && expressions && count == 2) {
            section.problem(
                    "when", "can't stand beside high and low; make two alarms or one expression");
        } else if (count > 1) {
            section.problem(
                    kinds.getFirst(),
                    "can't stand beside another condition; make two alarms, or one expression");
        } else if (count == 0) {
            section.problem(
                    "high",
                    "is missing; give high, low, when, equals, changes, rate, deviation or stale");
        }
        if (WITH_DEADBAND.stream().noneMatch(section::has) && section.has("deadband")) {
            section.problem(
                    "deadband",
                    expressions
                            ? "works with high and low only; use clear-when instead"
                            : "works with limits, rate and deviation only");
        }
        if (section.has("stale") && section.has("on-delay")) {
            section.problem("on-delay", "can't stand beside stale, which is a delay already");
        }
        var delay =
                section.has("stale")
                        ? Optional.of(duration(section, "stale"))
                        : Optional.<Duration>empty();
        // All of them, so that all that is wrong is told at once.
        var conditions = new ArrayList<Optional<Condition>>();
        conditions.add(expressions ? expressions(section) : Optional.empty());
        conditions.add(limits ? limits(section) : Optional.empty());
        KINDS.forEach((kind, reader) ->
                conditions.add(section.has(kind) ? reader.apply(section) : Optional.empty()));
        return conditions.stream()
                .flatMap(Optional::stream)
                .findFirst()
                .map(condition -> new Read(condition, delay));
    }

    private static Duration duration(Section section, String key) {
        return section.duration(key, LEAST_TIME, LEAST_TIME, AlarmReader.MAX_DELAY);
    }

    private static Optional<Condition> expressions(Section section) {
        if (!section.has("when")) {
            section.problem("when", "is missing; clear-when alone raises nothing");
        }
        var clear = Expression.readCondition(section, "clear-when");
        return Expression.readCondition(section, "when")
                .map(when -> new Condition.Expressions(when, clear));
    }

    private static Optional<Condition> limits(Section section) {
        var high = section.number("high");
        var low = section.number("low");
        double deadband = deadband(section);
        if (high.isPresent() && low.isPresent() && low.get() >= high.get()) {
            section.problem(
                    "low",
                    "%s is not below high %s; give a low limit under the high one"
                            .formatted(low.get(), high.get()));
        } else if (high.isPresent()
                && low.isPresent()
                && high.get() - deadband <= low.get() + deadband) {
            section.problem(
                    "deadband",
                    "leaves nothing between low %s and high %s where the alarm could clear; bring it below %s"
                            .formatted(low.get(), high.get(), (high.get() - low.get()) / 2));
        }
        return high.isEmpty() && low.isEmpty()
                ? Optional.empty()
                : Optional.of(new Condition.Limits(high, low, deadband));
    }

    private static double deadband(Section section) {
        double deadband = section.number("deadband").orElse(0.0);
        if (deadband < 0) {
            section.problem("deadband", deadband + " is negative; give 0 or more");
        }
        return deadband;
    }

    private static Optional<Condition> equal(Section section) {
        var values = section.texts("equals");
        if (values.isEmpty()) {
            section.problem("equals", "is empty; give a value, or a list such as [fault, stop]");
            return Optional.empty();
        }
        return Optional.of(new Condition.Equal(values));
    }

    private static Optional<Condition> changes(Section section) {
        return Optional.of(new Condition.Changes(duration(section, "changes")));
    }

    private static Optional<Condition> rate(Section section) {
        double deadband = deadband(section);
        return section.section("rate")
                .flatMap(rate -> {
                    var rise = rate.number("rise");
                    var fall = rate.number("fall");
                    if (!rate.has("per")) {
                        rate.problem("per", "is missing; give a time such as 1m");
                    }
                    var per = duration(rate, "per");
                    if (rise.isEmpty() && fall.isEmpty()) {
                        rate.problem("rise", "is missing; give rise, fall, or both");
                    }
                    moreThanDeadband(rate, "rise", rise, deadband);
                    moreThanDeadband(rate, "fall", fall, deadband);
                    rate.done();
                    return rise.isEmpty() && fall.isEmpty()
                            ? Optional.empty()
                            : Optional.of(
                                    new Condition.Rate(
                                            rise.orElse(Double.POSITIVE_INFINITY),
                                            fall.orElse(Double.POSITIVE_INFINITY),
                                            per,
                                            deadband));
                });
    }

    private static void moreThanDeadband(
            Section section, String key, Optional<Double> value, double deadband) {
        if (value.isPresent() && !(value.get() > deadband)) {
            section.problem(
                    key,
                    "%s is not above %s; give more than the deadband, so that it can clear"
                            .formatted(value.get(), deadband));
        }
    }

    private static Optional<Condition> deviation(Section section) {
        double deadband = deadband(section);
        return section.section("deviation")
                .flatMap(deviation -> {
                    var from = deviation.requiredText("from");
                    var by = deviation.number("by");
                    if (!deviation.has("by")) {
                        deviation.problem("by", "is missing; give by how much it may be off");
                    }
                    moreThanDeadband(deviation, "by", by, deadband);
                    boolean isNumber =
                            deviation.node("from") instanceof Node.Scalar s
                                    && !s.quoted()
                                    && from.matches("[-+]?[0-9.]+([eE][-+]?[0-9]+)?");
                    var setpoint = isNumber ? deviation.number("from") : Optional.<Double>empty();
                    deviation.done();
                    return by.isEmpty() || from.isEmpty()
                            ? Optional.empty()
                            : Optional.of(
                                    setpoint.isPresent()
                                            ? around(setpoint.get(), by.get(), deadband)
                                            : new Condition.Deviation(from, by.get(), deadband));
                });
    }

    private static Condition around(double setpoint, double by, double deadband) {
        var middle = BigDecimal.valueOf(setpoint);
        var most = BigDecimal.valueOf(by);
        return new Condition.Limits(
                Optional.of(middle.add(most).doubleValue()),
                Optional.of(middle.subtract(most).doubleValue()),
                deadband);
    }

    /** Alarms see what is recorded, of which a value that stays is no part: its quality tells. */
    private static Optional<Condition> stale(Section section) {
        return Optional.of(
                new Condition.Expressions(
                        Expression.of(
                                "quality == 'bad' || reason == 'stale'",
                                section.where("stale"),
                                section.path("stale")),
                        Optional.empty()));
    }
}
