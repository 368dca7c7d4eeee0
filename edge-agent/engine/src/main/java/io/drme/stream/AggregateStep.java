package io.drme.stream;

import io.drme.config.Nearest;
import io.drme.config.Quantities;
import io.drme.config.Section;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;

/**
 * Gives one result a function for each window of each tag; see docs/operators/aggregate.md.
 *
 * @param window length of a window, 1 ms to 31 d, a multiple of {@code every}
 * @param every from one result to the next; the same as {@code window} makes them tumble
 * @param functions at least one, each once
 * @param lateness how much older than the newest a sample of the same tag may be and still count;
 *     results wait for it; 0 to 1 h
 * @param hold whether a value is true until the next one, so that averages are weighted by time;
 *     absent: it is for tags with a deadband
 */
record AggregateStep(
        Duration window,
        Duration every,
        List<WindowFunction> functions,
        Duration lateness,
        Optional<Boolean> hold)
        implements Step {
    private static final Duration MIN_WINDOW = Duration.ofMillis(1);
    private static final Duration MAX_WINDOW = Duration.ofDays(31);
    private static final Duration MAX_LATENESS = Duration.ofHours(1);

    /** The most results that overlap; it bounds the state of a tag. */
    private static final int MAX_PANES = 10_000;

    private static final List<WindowFunction> KNOWN_FUNCTIONS = List.of(WindowFunction.values());
    private static final List<String> FUNCTIONS =
            KNOWN_FUNCTIONS.stream().map(WindowFunction::text).toList();

    static Optional<AggregateStep> read(Section step) {
        return step.section("aggregate").map(AggregateStep::of);
    }

    private static AggregateStep of(Section section) {
        if (!section.has("window")) {
            section.problem("window", "is missing; give a time such as 10s");
        }
        var window = section.duration("window", Duration.ofSeconds(1), MIN_WINDOW, MAX_WINDOW);
        var every = section.duration("every", window, MIN_WINDOW, MAX_WINDOW);
        if (window.toNanos() % every.toNanos() != 0) {
            section.problem(
                    "every",
                    "%s does not divide the window of %s; choose one that does, such as %s"
                            .formatted(
                                    Quantities.text(every),
                                    Quantities.text(window),
                                    Quantities.text(nearestDivisor(window, every))));
        } else if (window.toNanos() / every.toNanos() > MAX_PANES) {
            section.problem(
                    "every",
                    "the window of %s has more than %d steps of %s; choose a longer one"
                            .formatted(Quantities.text(window), MAX_PANES, Quantities.text(every)));
        }
        var step =
                new AggregateStep(
                        window,
                        every,
                        functions(section),
                        section.duration("lateness", Duration.ZERO, Duration.ZERO, MAX_LATENESS),
                        section.has("hold")
                                ? Optional.of(section.bool("hold", false))
                                : Optional.empty());
        section.done();
        return step;
    }

    private static Duration nearestDivisor(Duration window, Duration every) {
        long parts = Math.max(1, Math.round((double) window.toNanos() / every.toNanos()));
        while (parts > 1 && window.toNanos() % parts != 0) {
            parts--;
        }
        return window.dividedBy(parts);
    }

    private static List<WindowFunction> functions(Section section) {
        var found = new LinkedHashSet<WindowFunction>();
        for (var text : section.texts("functions")) {
            int at = FUNCTIONS.indexOf(text);
            if (at < 0) {
                section.problem(
                        "functions",
                        "'%s' is not known%s; allowed: %s"
                                .formatted(
                                        text,
                                        Nearest.to(text, FUNCTIONS)
                                                .map(n -> " (did you mean '" + n + "'?)")
                                                .orElse(""),
                                        String.join(", ", FUNCTIONS)));
            } else if (!found.add(KNOWN_FUNCTIONS.get(at))) {
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
        var all = new ArrayList<String>();
        for (var word : before) {
            functions.forEach(f -> all.add((word.isEmpty() ? "" : word + "-") + f.text()));
        }
        return all;
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
        long bytes = (long) AggregateOperator.ring(this) * Panes.MAX_BYTES;
        return making.fits("aggregate", bytes, "choose a longer 'every'")
                ? Optional.of(new AggregateOperator(making.lanes(), this))
                : Optional.empty();
    }
}
