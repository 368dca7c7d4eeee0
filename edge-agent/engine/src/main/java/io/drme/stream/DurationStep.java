package io.drme.stream;

import io.drme.config.Section;
import io.drme.model.ValueType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Tells how long something has been true of each tag; see docs/operators/duration.md.
 *
 * @param condition what is true or not
 * @param results at least one, each once
 * @param every from one result to the next while nothing changes, 1 s to 1 d
 * @param reset after which time total and count begin anew, at multiples since 1970 UTC and {@code
 *     offset}; absent: never
 * @param offset less than {@code reset}
 * @param maxAge how long a sample says what is true; absent: until the next one
 */
record DurationStep(
        Expression condition,
        List<Result> results,
        Duration every,
        Optional<Duration> reset,
        Duration offset,
        Optional<Duration> maxAge)
        implements Step {
    private static final Duration LEAST = Duration.ofMillis(1);
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration USUAL = Duration.ofSeconds(10);
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Duration DAY = Duration.ofDays(1);
    private static final Duration MOST = Duration.ofDays(31);

    /** What is told. */
    enum Result {
        /** For how many seconds it has been true now; 0 where it is not. */
        CURRENT,
        /** For how many seconds it was true the last time, told when it ends. */
        LAST,
        /** For how many seconds it was true since the reset. */
        TOTAL,
        /** How often it became true since the reset. */
        COUNT
    }

    static Optional<DurationStep> read(Section step) {
        return step.section("duration").flatMap(DurationStep::of);
    }

    private static Optional<DurationStep> of(Section section) {
        if (!section.has("while")) {
            section.missing("while", "give a condition, such as \"value > 80\"");
        }
        var condition = Expression.readCondition(section, "while");
        var results = Words.read(section, "results", Result.values());
        var every = section.duration("every", USUAL, SECOND, DAY);
        var reset = Words.duration(section, "reset-every", DAY, MINUTE, MOST);
        var offset = section.duration("offset", Duration.ZERO, Duration.ZERO, MOST);
        if (section.has("offset") && reset.filter(r -> offset.compareTo(r) < 0).isEmpty()) {
            section.problem(
                    "offset", "goes with a longer 'reset-every' only; add one, or remove it");
        }
        var maxAge = Words.duration(section, "max-age", DAY, LEAST, MOST);
        section.done();
        return condition.map(c -> new DurationStep(c, results, every, reset, offset, maxAge));
    }

    @Override
    public List<String> functions(List<String> before) {
        return Words.behind(before, results.stream().map(Words::text).toList());
    }

    List<Lane> results(List<Lane> input) {
        var lanes = new ArrayList<Lane>();
        for (var lane : input) {
            for (var result : results) {
                lanes.add(
                        result == Result.COUNT
                                ? lane.under("count", ValueType.INT64, "")
                                : lane.under(Words.text(result), ValueType.FLOAT64, "s"));
            }
        }
        return List.copyOf(lanes);
    }

    @Override
    public Optional<Operator> make(Making making) {
        return making.programs(condition, true)
                .filter(_ ->
                        making.fits("duration", StateTimes.bytes(2) + 64, "leave out some tags"))
                .map(programs -> new DurationOperator(making.lanes(), programs, this));
    }
}
