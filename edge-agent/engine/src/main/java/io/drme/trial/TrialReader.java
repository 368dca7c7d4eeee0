package io.drme.trial;

import io.drme.config.Nearest;
import io.drme.config.Node;
import io.drme.config.Section;
import io.drme.config.Where;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.BiFunction;

/** Reads one entry of {@code tests:}. */
final class TrialReader {
    /** The most samples that a test gives; it bounds its memory, some 100 MB. */
    static final long MAX_SAMPLES = 1_000_000;

    /** The most lines of a test; beyond that a series says it better. */
    static final int MAX_LINES = 10_000;

    private static final List<String> GIVEN_WORDS =
            List.of("at", "from", "to", "every", "source", "acknowledge", "reset");

    private static final List<String> SERIES = List.of("from", "to", "every");

    private static final Duration TICK = Duration.ofMillis(1);

    private TrialReader() {}

    /** The test, or nothing where a part is missing without which it makes no sense. */
    static Optional<TrialConfig> read(String name, Section section) {
        if (name.isBlank()) {
            section.problems()
                    .add(section.where(), section.path(), "a test needs a name; say what it shows");
        }
        var given = lines(section, "given", TrialReader::given, "{at: 0s, press-3/oil: 79}");
        var expected =
                lines(section, "expect", ExpectedReader::read, "{at: 10s, press-health/avg: 79}");
        section.done();
        checkSamples(section, given);
        return given.isEmpty() || expected.isEmpty()
                ? Optional.empty()
                : Optional.of(new TrialConfig(name, section, given, expected));
    }

    private static <T> List<T> lines(
            Section test,
            String key,
            BiFunction<Section, Place, Optional<T>> reader,
            String example) {
        if (!(test.node(key) instanceof Node.Sequence(Where _, List<Node> items))
                || items.isEmpty()) {
            if (test.has(key)) {
                test.problem(key, "expected a list of lines such as " + example);
            } else {
                test.missing(key, "give lines such as " + example);
            }
            return List.of();
        }
        if (items.size() > MAX_LINES) {
            test.problem(
                    key,
                    "has %d lines; at most %d are allowed, and a series says more in one"
                            .formatted(items.size(), MAX_LINES));
        }
        var all = new ArrayList<T>();
        for (int i = 0; i < items.size(); i++) {
            var path = test.path(key) + "[" + i + "]";
            if (items.get(i) instanceof Node.Mapping mapping) {
                reader.apply(
                                new Section(mapping, path, test.problems()),
                                new Place(mapping.where(), path))
                        .ifPresent(all::add);
            } else {
                test.problems()
                        .add(items.get(i).where(), path, "expected a line such as " + example);
            }
        }
        return all;
    }

    private static Optional<Given> given(Section line, Place place) {
        GIVEN_WORDS.forEach(line::has); // so that all are named where an unknown one stands
        for (var action : Given.Action.values()) {
            if (line.has(action.key())) {
                return deed(line, place, action);
            }
        }
        var cells = new ArrayList<Cell>();
        for (var key : line.keys()) {
            // Tags of devices have two words at least; what has one is a mistyped key.
            if (!GIVEN_WORDS.contains(key) && key.indexOf('/') >= 0) {
                CellReader.given(line, key).ifPresent(cells::add);
            }
        }
        var samples = samples(line, place, List.copyOf(cells));
        line.done();
        return samples;
    }

    private static Optional<Given> samples(Section line, Place place, List<Cell> cells) {
        if (line.has("at")) {
            for (var key : SERIES) {
                if (line.has(key)) {
                    line.problem(key, "can't stand beside 'at'; leave one of them out");
                }
            }
            return Optional.of(once(line, place, cells));
        }
        var missing = SERIES.stream().filter(key -> !line.has(key)).toList();
        if (missing.isEmpty()) {
            return series(line, place, cells);
        }
        if (missing.size() == SERIES.size()) {
            line.missing("at", "give the time since the test began, as in at: 10s");
        } else {
            missing.forEach(
                    key -> line.missing(key, "a series is {from: 10s, to: 60s, every: 1s, …}"));
        }
        return Optional.empty();
    }

    private static Optional<Given> deed(Section line, Place place, Given.Action action) {
        var key = action.key();
        var alarm = line.requiredText(key);
        if (!line.has("at")) {
            line.missing("at", "give the time since the test began, as in at: 10s");
        }
        for (var other : line.keys()) {
            if (!other.equals("at") && !other.equals(key)) {
                line.problem(
                        other,
                        "can't stand beside '%s'; give it a line of its own%s"
                                .formatted(key, hint(other)));
            }
        }
        return Optional.of(new Given.Deed(place, time(line, "at"), action, alarm));
    }

    private static String hint(String word) {
        return Nearest.to(word, GIVEN_WORDS)
                .filter(n -> !n.equals(word))
                .map(n -> " (did you mean '" + n + "'?)")
                .orElse("");
    }

    private static Given once(Section line, Place place, List<Cell> cells) {
        long at = time(line, "at");
        var source =
                line.has("source") ? OptionalLong.of(time(line, "source")) : OptionalLong.empty();
        return new Given.Samples(place, new Span(at, at), 0, source, List.copyOf(cells));
    }

    private static Optional<Given> series(Section line, Place place, List<Cell> cells) {
        if (line.has("source")) {
            line.problem("source", "stands beside 'at' only; use single lines");
        }
        if (cells.isEmpty()) {
            line.problem("every", "a series gives nothing; add a tag with its value");
        }
        long from = time(line, "from");
        long to = time(line, "to");
        long every = line.duration("every", TICK, TICK, TestTime.MAX_LENGTH).toNanos();
        checkWholeMillis(line, "every", every);
        if (to < from) {
            line.problem("to", "is before 'from'; give a later time");
            return Optional.empty();
        }
        return Optional.of(
                new Given.Samples(
                        place,
                        new Span(from, to),
                        every,
                        OptionalLong.empty(),
                        List.copyOf(cells)));
    }

    /** A time of the test; 0 where it is absent or wrong. */
    static long time(Section line, String key) {
        long nanos =
                line.duration(key, Duration.ZERO, Duration.ZERO, TestTime.MAX_LENGTH).toNanos();
        checkWholeMillis(line, key, nanos);
        return nanos;
    }

    private static void checkWholeMillis(Section line, String key, long nanos) {
        if (nanos % TestTime.MILLI_NANOS != 0) {
            line.problem(key, "is no whole number of milliseconds; give one");
        }
    }

    private static void checkSamples(Section section, List<Given> given) {
        long samples = 0;
        for (var line : given) {
            if (line instanceof Given.Samples s) {
                samples += s.times() * s.cells().size();
            }
        }
        if (samples > MAX_SAMPLES) {
            section.problem(
                    "given",
                    "makes %d samples; at most %d are allowed: choose a longer 'every'"
                            .formatted(samples, MAX_SAMPLES));
        }
    }
}
