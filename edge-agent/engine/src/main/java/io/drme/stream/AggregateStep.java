package io.drme.stream;

import io.drme.config.Nearest;
import io.drme.config.Section;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;

/**
 * Gives one result a function for each window of each tag; see docs/operators/aggregate.md.
 *
 * @param windows which samples count together
 * @param functions at least one, each once
 * @param lateness how much older than the newest a sample of the same tag may be and still count;
 *     results wait for it; 0 to 1 h
 * @param hold whether a value is true until the next one, so that averages are weighted by time;
 *     absent: it is for tags with a deadband
 * @param per the time of an integral
 */
record AggregateStep(
        Windows windows,
        List<WindowFunction> functions,
        Duration lateness,
        Optional<Boolean> hold,
        PerTime per)
        implements Step {
    private static final Duration MAX_LATENESS = Duration.ofHours(1);

    private static final List<String> FUNCTIONS =
            WindowFunction.USUAL.stream().map(WindowFunction::text).toList();

    /** Windows that tumble, without lateness, held as the tags are. */
    static AggregateStep tumbling(Duration window, List<WindowFunction> functions) {
        return new AggregateStep(
                new Windows.Time(window, window),
                functions,
                Duration.ZERO,
                Optional.empty(),
                PerTime.S);
    }

    static Optional<AggregateStep> read(Section step) {
        return step.section("aggregate").flatMap(AggregateStep::of);
    }

    private static Optional<AggregateStep> of(Section section) {
        var windows = Windows.read(section);
        var functions = functions(section);
        var lateness = section.duration("lateness", Duration.ZERO, Duration.ZERO, MAX_LATENESS);
        var hold =
                section.has("hold")
                        ? Optional.of(section.bool("hold", false))
                        : Optional.<Boolean>empty();
        var per = section.choice("per", PerTime.S);
        section.done();
        return windows.map(w -> new AggregateStep(w, functions, lateness, hold, per));
    }

    private static List<WindowFunction> functions(Section section) {
        var found = new LinkedHashSet<WindowFunction>();
        for (var text : section.texts("functions")) {
            var function = WindowFunction.of(text);
            if (function.isEmpty()) {
                section.problem(
                        "functions",
                        "'%s' is not known%s; any percentile may be, such as p97.5; allowed: %s"
                                .formatted(
                                        text,
                                        Nearest.to(text, FUNCTIONS)
                                                .map(n -> " (did you mean '" + n + "'?)")
                                                .orElse(""),
                                        String.join(", ", FUNCTIONS)));
            } else if (!found.add(function.get())) {
                section.problem("functions", "'%s' stands twice; remove one".formatted(text));
            }
        }
        if (section.texts("functions").isEmpty()) {
            section.problem(
                    "functions",
                    "is missing or empty; give one or more of: " + String.join(", ", FUNCTIONS));
        }
        return List.copyOf(found);
    }

    @Override
    public List<String> functions(List<String> before) {
        return Words.behind(before, functions.stream().map(WindowFunction::text).toList());
    }

    /** The results over lanes: for each lane one a function. */
    List<Lane> results(List<Lane> input) {
        var results = new ArrayList<Lane>();
        for (var lane : input) {
            for (var f : functions) {
                results.add(lane.under(f.text(), f.over(lane.type()), f.unit(lane.unit(), per)));
            }
        }
        return List.copyOf(results);
    }

    /**
     * Whether windows are put together from panes that were put together before; percentiles would
     * take too much memory for that.
     */
    boolean preparesPanes() {
        return windows instanceof Windows.Time t
                && t.panes() >= SlidingPanes.LEAST
                && functions.stream().noneMatch(f -> f.kind() == WindowFunction.Kind.PERCENTILE);
    }

    /** How many panes of a tag may hold samples at the same time. */
    int ring() {
        return windows instanceof Windows.Time t
                ? Math.toIntExact(t.panes() + Math.ceilDiv(lateness.toNanos(), t.every().toNanos()))
                : 1;
    }

    @Override
    public Duration looksBack() {
        var ofWindows =
                switch (windows) {
                    case Windows.Time(var length, var _) -> length.plus(lateness);
                    case Windows.Session(var gap, var most) -> most.plus(gap);
                    case Windows.Count _ -> WITHOUT_END;
                };
        boolean isHeld = windows instanceof Windows.Time && hold.orElse(false);
        return isHeld ? ofWindows.plus(WITHOUT_END) : ofWindows;
    }

    @Override
    public Optional<Operator> make(Making making) {
        for (var lane : making.lanes()) {
            for (var function : functions) {
                if (!function.takes(lane.type())) {
                    making.problem(
                            "aggregate.functions",
                            "%s is a text, of which there is no %s; use count, first or last, or leave it out of 'from'"
                                    .formatted(lane.source(), function.text()));
                    return Optional.empty();
                }
            }
        }
        long bytes = (ring() + (preparesPanes() ? 1 : 0)) * Panes.bytes(functions);
        return making.fits("aggregate", bytes, "choose a longer 'every'")
                ? Optional.of(operator(making.lanes()))
                : Optional.empty();
    }

    Operator operator(List<Lane> lanes) {
        return switch (windows) {
            case Windows.Time time -> new AggregateOperator(lanes, this, time);
            case Windows.Session session -> new SessionOperator(lanes, this, session);
            case Windows.Count count -> new CountOperator(lanes, this, count);
        };
    }
}
