package io.drme.trial;

import io.drme.alarm.AlarmState;
import io.drme.alarm.Transition;
import io.drme.model.Glob;
import io.drme.model.Quality;
import io.drme.model.Reading;
import io.drme.model.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Holds what came of a test against what it expects. */
final class Verdict {
    /** What two computations of the same mean may differ by, as part of the value. */
    private static final double ROUNDING = 1e-9;

    private static final int MOST_SHOWN = 3;

    private final Played played;
    private final long end;

    /**
     * Prepares it.
     *
     * @param end when the test ended, nanoseconds since it began
     */
    Verdict(Played played, long end) {
        this.played = played;
        this.end = end;
    }

    /** A difference, as a person reads it. */
    record Difference(Place place, String expected, String got) {}

    /** The first difference in the order of the file, if there is any. */
    Optional<Difference> first(TrialConfig test) {
        return test.expected().stream().flatMap(e -> difference(e).stream()).findFirst();
    }

    private Optional<Difference> difference(Expected expected) {
        return switch (expected) {
            case Expected.Results results ->
                    results.cells().stream()
                            .flatMap(cell -> difference(results, cell).stream())
                            .findFirst();
            case Expected.State state -> difference(state);
            case Expected.NoResult none -> difference(none);
            case Expected.NoAlarm none -> difference(none);
        };
    }

    private Optional<Difference> difference(Expected.Results results, Cell cell) {
        int tag = Play.index(played.table(), cell.tag());
        var type = played.table().type(tag);
        var wanted = cell.value().flatMap(text -> ValueText.parse(type, text));
        var samples = played.samples();
        var inTime = new ArrayList<String>();
        Optional<String> before = Optional.empty();
        Optional<String> after = Optional.empty();
        for (int i = 0; i < samples.size(); i++) {
            if (samples.tags()[i] != tag) {
                continue;
            }
            long at = samples.sourceTimes()[i] - TestTime.START_NANOS;
            var reading = samples.readingAt(i, type);
            var line = TestTime.text(at) + " " + ValueText.of(reading);
            if (!results.span().holds(at)) {
                before = at < results.span().from() ? Optional.of(line) : before;
                after = at > results.span().to() && after.isEmpty() ? Optional.of(line) : after;
            } else if (isMet(cell, wanted, reading, results.within())) {
                return Optional.empty();
            } else {
                inTime.add(line);
            }
        }
        var got = inTime.isEmpty() ? nothing(results.span(), before, after) : shown(inTime);
        return Optional.of(
                new Difference(
                        results.place(),
                        "%s %s %s"
                                .formatted(
                                        results.span().text(),
                                        cell.tag(),
                                        expected(cell, wanted, results.within())),
                        got));
    }

    private String nothing(Span span, Optional<String> before, Optional<String> after) {
        return "nothing then; before: %s; after: %s"
                .formatted(
                        before.orElse("nothing"),
                        after.orElse(
                                "nothing until %s%s"
                                        .formatted(
                                                TestTime.text(end),
                                                end - span.to() <= TestTime.AFTER_NANOS
                                                        ? ", where the test ends: a line {at: …} lets more time pass"
                                                        : "")));
    }

    private static String shown(List<String> lines) {
        int more = lines.size() - MOST_SHOWN;
        return lines.stream().limit(MOST_SHOWN).collect(Collectors.joining("; "))
                + (more > 0 ? "; and %d more".formatted(more) : "");
    }

    private static String expected(Cell cell, Optional<Value> wanted, double within) {
        return wanted.map(ValueText::of).orElse("")
                + (within > 0 ? " ± " + ValueText.of(new Value.Real(within)) : "")
                + (cell.quality() == Quality.Severity.GOOD
                        ? ""
                        : (wanted.isEmpty() ? "" : " ") + cell.quality().text())
                + cell.reason().map(r -> " " + r.text()).orElse("");
    }

    private static boolean isMet(
            Cell cell, Optional<Value> wanted, Reading reading, double within) {
        return switch (reading) {
            case Reading.Bad(var reason) -> cell.isBad() && fits(cell, reason.text());
            case Reading.Good(Value value) ->
                    cell.quality() == Quality.Severity.GOOD && equal(wanted, value, within);
            case Reading.Uncertain(Value value, var reason) ->
                    cell.quality() == Quality.Severity.UNCERTAIN
                            && fits(cell, reason.text())
                            && equal(wanted, value, within);
        };
    }

    private static boolean fits(Cell cell, String reason) {
        return cell.reason().isEmpty() || cell.reason().get().text().equals(reason);
    }

    private static boolean equal(Optional<Value> wanted, Value value, double within) {
        if (wanted.isEmpty()) {
            return false;
        }
        return switch (value) {
            case Value.Real(double got) ->
                    wanted.get() instanceof Value.Real(double want) && near(want, got, within);
            case Value.Int(long got) ->
                    wanted.get() instanceof Value.Int(long want)
                            && (want == got
                                    || (within > 0
                                            && Math.abs((double) want - (double) got) <= within));
            case Value.Bool _, Value.Text _ -> wanted.get().equals(value);
        };
    }

    private static boolean near(double want, double got, double within) {
        if (Double.compare(want, got) == 0 || want == got) {
            return true;
        }
        double rounding = ROUNDING * Math.max(Math.abs(want), Math.abs(got));
        return Math.abs(want - got) <= Math.max(within, rounding);
    }

    private Optional<Difference> difference(Expected.State state) {
        var changes = transitions(state.alarm(), state.tag());
        boolean met =
                state.span().isMoment()
                        ? isInState(state, changes)
                        : changes.stream()
                                .anyMatch(
                                        t -> t.to() == state.state() && state.span().holds(at(t)));
        return met
                ? Optional.empty()
                : Optional.of(
                        new Difference(
                                state.place(),
                                "%s alarm %s%s %s"
                                        .formatted(
                                                state.span().text(),
                                                state.alarm(),
                                                state.tag().map(t -> " on " + t).orElse(""),
                                                state.state().text()),
                                got(changes, state.span())));
    }

    private static boolean isInState(Expected.State state, List<Transition> changes) {
        var states = statesAt(changes, state.span().from());
        return state.state() == AlarmState.NORMAL
                ? states.values().stream().allMatch(s -> s == AlarmState.NORMAL)
                : states.containsValue(state.state());
    }

    /** The state at a time on each tag on which the alarm ever left normal. */
    private static Map<String, AlarmState> statesAt(List<Transition> changes, long nanos) {
        var states = new LinkedHashMap<String, AlarmState>();
        for (var t : changes) {
            if (at(t) <= nanos) {
                states.put(t.tag().text(), t.to());
            }
        }
        return states;
    }

    /** Changes of an alarm's state; comments are none. */
    private List<Transition> transitions(String alarm, Optional<String> tag) {
        return played.transitions().stream()
                .filter(t -> t.name().equals(alarm) && t.from() != t.to())
                .filter(t -> tag.isEmpty() || tag.get().equals(t.tag().text()))
                .toList();
    }

    private static long at(Transition t) {
        return t.atNanos() - TestTime.START_NANOS;
    }

    /** The changes around a time: what there was, and what there was next. */
    private static String got(List<Transition> changes, Span span) {
        if (changes.isEmpty()) {
            return "normal; it was never raised";
        }
        int first = 0;
        while (first + 1 < changes.size() && at(changes.get(first + 1)) <= span.from()) {
            first++;
        }
        return shown(changes.stream().skip(first).map(Verdict::line).toList());
    }

    private static String line(Transition t) {
        return "%s from %s on, on %s".formatted(t.to().text(), TestTime.text(at(t)), t.tag());
    }

    private Optional<Difference> difference(Expected.NoResult none) {
        var glob = Glob.of(none.glob());
        for (var sample : played.samples().samples(played.table())) {
            long at = sample.sourceTimeNanos() - TestTime.START_NANOS;
            if (none.span().holds(at) && glob.matches(sample.tag().text())) {
                return Optional.of(
                        new Difference(
                                none.place(),
                                "none of %s%s".formatted(none.glob(), during(none.span())),
                                "%s %s %s"
                                        .formatted(
                                                TestTime.text(at),
                                                sample.tag(),
                                                ValueText.of(sample.reading()))));
            }
        }
        return Optional.empty();
    }

    private Optional<Difference> difference(Expected.NoAlarm none) {
        var changes = transitions(none.alarm(), Optional.empty());
        boolean was =
                statesAt(changes, none.span().from()).values().stream()
                        .anyMatch(s -> s != AlarmState.NORMAL);
        boolean comes =
                changes.stream()
                        .anyMatch(t -> t.to() != AlarmState.NORMAL && none.span().holds(at(t)));
        return was || comes
                ? Optional.of(
                        new Difference(
                                none.place(),
                                "no alarm %s%s".formatted(none.alarm(), during(none.span())),
                                got(changes, none.span())))
                : Optional.empty();
    }

    private static String during(Span span) {
        return span.to() == Long.MAX_VALUE
                ? span.from() == 0 ? "" : " from " + TestTime.text(span.from()) + " on"
                : " " + span.text();
    }
}
