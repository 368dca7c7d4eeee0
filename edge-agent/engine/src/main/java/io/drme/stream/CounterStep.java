package io.drme.stream;

import io.drme.config.Section;
import io.drme.model.ValueType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Makes a rate and a total of a counter that wraps and is reset; see docs/operators/counter.md.
 *
 * @param results one or both, each once
 * @param modulus at which the counter is 0 again, above 0; absent: it does not wrap, and each fall
 *     is a reset
 * @param maxRate the fastest that is plausible, a {@code per}; above 0
 * @param per the time of a rate
 * @param maxGap the longest time between two samples that a rate is given over, 1 ms to 1 d
 */
record CounterStep(
        List<Result> results,
        Optional<Double> modulus,
        Optional<Double> maxRate,
        PerTime per,
        Duration maxGap)
        implements Step {
    private static final Duration LEAST = Duration.ofMillis(1);
    private static final Duration DAY = Duration.ofDays(1);
    private static final List<Integer> WIDTHS = List.of(8, 16, 24, 32, 48, 64);

    /** What is told of a counter. */
    enum Result {
        /** How fast it counts. */
        RATE,
        /** What it counted since the operator began. */
        TOTAL
    }

    static Optional<CounterStep> read(Section step) {
        return step.section("counter").map(CounterStep::of);
    }

    private static CounterStep of(Section section) {
        var step =
                new CounterStep(
                        Words.read(section, "results", Result.values()),
                        modulus(section),
                        positive(section, "max-rate"),
                        section.choice("per", PerTime.S),
                        section.duration("max-gap", DAY, LEAST, DAY));
        section.done();
        return step;
    }

    private static Optional<Double> modulus(Section section) {
        int bits = (int) section.integer("bits", 0, 1, 64);
        if (bits != 0 && !WIDTHS.contains(bits)) {
            section.problem(
                    "bits",
                    "%d is no usual width; give one of 8, 16, 24, 32, 48, 64, or 'max'"
                            .formatted(bits));
        }
        var most = positive(section, "max");
        if (most.isPresent() && section.has("bits")) {
            section.problem(
                    "max", "can't stand beside 'bits': both say where it wraps; remove one");
        }
        return bits != 0 ? Optional.of(Math.pow(2, bits)) : most.map(m -> m + 1);
    }

    private static Optional<Double> positive(Section section, String key) {
        var number = section.number(key);
        if (number.isPresent() && number.get() <= 0) {
            section.problem(
                    key, "%s is not above 0; give a number that is".formatted(number.get()));
            return Optional.empty();
        }
        return number;
    }

    @Override
    public List<String> functions(List<String> before) {
        return Words.behind(before, results.stream().map(Words::text).toList());
    }

    @Override
    public Optional<Operator> make(Making making) {
        return making.areNumbers("counter", "a counter; leave it out of 'from'")
                ? Optional.of(new CounterOperator(making.lanes(), this))
                : Optional.empty();
    }

    List<Lane> results(List<Lane> input) {
        var lanes = new ArrayList<Lane>();
        for (var lane : input) {
            for (var result : results) {
                lanes.add(
                        result == Result.RATE
                                ? lane.under("rate", ValueType.FLOAT64, per.under(lane.unit()))
                                : lane.under("total", lane.type(), lane.unit()));
            }
        }
        return List.copyOf(lanes);
    }
}
