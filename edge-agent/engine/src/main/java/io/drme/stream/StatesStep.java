package io.drme.stream;

import io.drme.config.Section;
import io.drme.model.TagName;
import io.drme.model.ValueType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Tells how long each tag was in which state, a window; see docs/operators/states.md.
 *
 * @param names of the states, one to {@link #MAX_STATES}
 * @param conditions of each; the first that is true says the state
 * @param results at least one, each once
 * @param window 1 s to 31 d
 * @param offset by which windows begin later than multiples of {@code window} since 1970 UTC; less
 *     than a window
 * @param maxAge how long a state lasts without a sample; absent: until the next one
 */
record StatesStep(
        List<String> names,
        List<Expression> conditions,
        List<Result> results,
        Duration window,
        Duration offset,
        Optional<Duration> maxAge)
        implements Step {
    /** The most states; a person can't tell more apart. */
    static final int MAX_STATES = 16;

    /** The state of time in which no condition is true. */
    static final String OTHER = "other";

    /** The state of time of which nobody knows. */
    static final String UNKNOWN = "unknown";

    private static final Duration LEAST = Duration.ofMillis(1);
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration MOST = Duration.ofDays(31);

    /** What is told of a window. */
    enum Result {
        /** Seconds in each state. */
        SECONDS,
        /** The same as a share of the window, 0 to 1. */
        SHARE,
        /** How often the state changed. */
        CHANGES
    }

    static Optional<StatesStep> read(Section step) {
        return step.section("states").flatMap(StatesStep::of);
    }

    private static Optional<StatesStep> of(Section section) {
        var names = new ArrayList<String>();
        var conditions = new ArrayList<Expression>();
        section.section("of").ifPresent(of -> readStates(of, names, conditions));
        if (!section.has("of")) {
            section.missing("of", "give the states, such as {running: \"value == 1\"}");
        }
        var window = section.duration("window", HOUR, SECOND, MOST);
        var offset = section.duration("offset", Duration.ZERO, Duration.ZERO, MOST);
        if (offset.compareTo(window) >= 0) {
            section.problem("offset", "is not shorter than the window; give a shorter one");
        }
        var step =
                new StatesStep(
                        List.copyOf(names),
                        List.copyOf(conditions),
                        Words.read(section, "results", Result.values()),
                        window,
                        offset,
                        Words.duration(section, "max-age", HOUR, LEAST, MOST));
        section.done();
        return conditions.isEmpty() ? Optional.empty() : Optional.of(step);
    }

    private static void readStates(Section of, List<String> names, List<Expression> conditions) {
        for (var name : of.keys()) {
            if (name.equals(OTHER) || name.equals(UNKNOWN)) {
                of.problem(name, "is a state that there is anyway; choose another name");
            } else if (!TagName.isValid(name) || name.indexOf('/') >= 0) {
                of.problem(name, "is not a name; expected a word of a-z 0-9 - _ .");
            }
            Expression.readCondition(of, name)
                    .ifPresent(condition -> {
                        names.add(name);
                        conditions.add(condition);
                    });
        }
        if (of.keys().isEmpty() || of.keys().size() > MAX_STATES) {
            of.problems()
                    .add(
                            of.where(),
                            of.path(),
                            "has %d states; give 1 to %d".formatted(of.keys().size(), MAX_STATES));
        }
    }

    /** All states, in the order of their results. */
    List<String> states() {
        var all = new ArrayList<>(names);
        all.add(OTHER);
        all.add(UNKNOWN);
        return all;
    }

    /** The words of the results of a lane, in their order. */
    private List<String> words() {
        var words = new ArrayList<String>();
        for (var result : results) {
            switch (result) {
                case SECONDS -> states().forEach(s -> words.add(s + "-seconds"));
                case SHARE -> states().forEach(s -> words.add(s + "-share"));
                case CHANGES -> words.add("changes");
            }
        }
        return words;
    }

    @Override
    public List<String> functions(List<String> before) {
        return Words.behind(before, words());
    }

    List<Lane> results(List<Lane> input) {
        var lanes = new ArrayList<Lane>();
        for (var lane : input) {
            for (var word : words()) {
                lanes.add(
                        word.equals("changes")
                                ? lane.under(word, ValueType.INT64, "")
                                : lane.under(
                                        word,
                                        ValueType.FLOAT64,
                                        word.endsWith("-seconds") ? "s" : ""));
            }
        }
        return List.copyOf(lanes);
    }

    @Override
    public Duration looksBack() {
        return window.plus(maxAge.orElse(WITHOUT_END));
    }

    @Override
    public Optional<Operator> make(Making making) {
        var programs = new ArrayList<Program[]>();
        for (var condition : conditions) {
            var made = making.programs(condition, true);
            if (made.isEmpty()) {
                return Optional.empty();
            }
            programs.add(made.get());
        }
        return making.fits("states", StateTimes.bytes(names.size() + 1) + 32, "give fewer states")
                ? Optional.of(
                        new StatesOperator(
                                making.lanes(), programs.toArray(Program[][]::new), this))
                : Optional.empty();
    }
}
