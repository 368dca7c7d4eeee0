package io.drme.trial;

import io.drme.alarm.AlarmState;
import io.drme.config.Nearest;
import io.drme.config.Node;
import io.drme.config.Quantities;
import io.drme.config.Section;
import io.drme.config.Where;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads one line of {@code expect}. */
final class ExpectedReader {
    private static final List<String> KINDS = List.of("at", "between", "none", "no-alarm");
    private static final List<String> WORDS =
            List.of(
                    "at",
                    "between",
                    "none",
                    "no-alarm",
                    "alarm",
                    "state",
                    "tag",
                    "within",
                    "from",
                    "to");
    private static final String FORMS =
            "one of {at: 10s, TAG: 80}, {between: [10s, 14s], TAG: 80}, {at: 10s, alarm: NAME, state: normal}, {none: GLOB}, {no-alarm: NAME}";

    private ExpectedReader() {}

    static List<String> words() {
        return WORDS;
    }

    static Optional<Expected> read(Section line, Place place) {
        if (line.has("none") || line.has("no-alarm")) {
            return nothing(line, place);
        }
        var span = span(line);
        if (span.isEmpty()) {
            return Optional.empty();
        }
        return line.has("alarm")
                ? Optional.of(state(line, place, span.get()))
                : results(line, place, span.get());
    }

    private static Optional<Expected> nothing(Section line, Place place) {
        var key = line.has("none") ? "none" : "no-alarm";
        var name = line.requiredText(key);
        long from = line.has("from") ? TrialReader.time(line, "from") : 0;
        long to = line.has("to") ? TrialReader.time(line, "to") : Long.MAX_VALUE;
        line.done();
        if (to < from) {
            line.problem("to", "is before 'from'; give a later time");
            return Optional.empty();
        }
        var span = new Span(from, to);
        return Optional.of(
                key.equals("none")
                        ? new Expected.NoResult(place, span, name)
                        : new Expected.NoAlarm(place, span, name));
    }

    /** The time, or nothing where there is none: then the rest can't be told either. */
    private static Optional<Span> span(Section line) {
        if (line.has("at") && line.has("between")) {
            line.problem("between", "can't stand beside 'at'; leave one of them out");
            return Optional.empty();
        }
        if (line.has("at")) {
            long at = TrialReader.time(line, "at");
            return Optional.of(new Span(at, at));
        }
        if (line.has("between")) {
            return between(line);
        }
        for (var key : line.keys()) {
            var meant = Nearest.to(key, KINDS);
            if (meant.isPresent() && !WORDS.contains(key)) {
                line.problems()
                        .add(
                                line.where(key),
                                line.path(key),
                                "is not a known key (did you mean '%s'?)".formatted(meant.get()));
                return Optional.empty();
            }
        }
        line.problems().add(line.where(), line.path(), "expected " + FORMS);
        return Optional.empty();
    }

    private static Optional<Span> between(Section line) {
        if (line.node("between") instanceof Node.Sequence(Where _, List<Node> items)
                && items.size() == 2
                && items.stream().allMatch(Node.Scalar.class::isInstance)) {
            var ends =
                    items.stream()
                            .flatMap(i -> Quantities.duration(((Node.Scalar) i).text()).stream())
                            .map(d -> d.toNanos())
                            .filter(n ->
                                    n % TestTime.MILLI_NANOS == 0
                                            && n <= TestTime.MAX_LENGTH.toNanos())
                            .toList();
            if (ends.size() == 2 && ends.get(0) <= ends.get(1)) {
                return Optional.of(new Span(ends.get(0), ends.get(1)));
            }
        }
        line.problem(
                "between",
                "expected two times in whole milliseconds, the earlier first, at most %s, such as [10s, 14s]"
                        .formatted(Quantities.text(TestTime.MAX_LENGTH)));
        return Optional.empty();
    }

    private static Expected state(Section line, Place place, Span span) {
        var alarm = line.requiredText("alarm");
        var tag = line.text("tag");
        if (!line.has("state")) {
            line.missing("state", "give one, such as unacknowledged or normal");
        }
        var state = line.choice("state", AlarmState.NORMAL);
        line.done();
        return new Expected.State(place, span, alarm, tag, state);
    }

    private static Optional<Expected> results(Section line, Place place, Span span) {
        double within = line.number("within").orElse(0.0);
        if (within < 0) {
            line.problem("within", within + " is negative; give 0 or more");
        }
        var cells = new ArrayList<Cell>();
        for (var key : line.keys()) {
            if (key.equals("at") || key.equals("between") || key.equals("within")) {
                continue;
            }
            if (key.equals("state") || key.equals("tag")) {
                line.problem(key, "needs an alarm; add alarm: NAME");
            } else if (key.equals("from") || key.equals("to")) {
                line.problem(key, "stands beside none and no-alarm only; use between: [10s, 14s]");
            } else {
                CellReader.expected(line, key).ifPresent(cells::add);
            }
        }
        if (cells.isEmpty() && line.keys().size() <= 2) {
            line.problems().add(line.where(), line.path(), "expects nothing; expected " + FORMS);
        }
        return cells.isEmpty()
                ? Optional.empty()
                : Optional.of(new Expected.Results(place, span, within, List.copyOf(cells)));
    }
}
