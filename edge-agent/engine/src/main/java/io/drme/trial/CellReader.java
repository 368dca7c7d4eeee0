package io.drme.trial;

import io.drme.config.Node;
import io.drme.config.Section;
import io.drme.model.Quality.Severity;
import io.drme.model.Reason;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Reads what stands behind a tag: a value, {@code {value: 81, quality: uncertain}} or {@code {bad:
 * comms-lost}}.
 */
final class CellReader {
    private static final String NUMBER = "[-+]?(?:[0-9]*\\.)?[0-9]+(?:[eE][-+]?[0-9]+)?";

    /** Two numbers that a series goes between. */
    static final Pattern RAMP = Pattern.compile("(" + NUMBER + ")\\.\\.(" + NUMBER + ")");

    private static final List<String> KEYS = List.of("value", "quality", "reason", "bad");

    private CellReader() {}

    /** What is given: an uncertain value without a reason is one that the device doubts. */
    static Optional<Cell> given(Section line, String tag) {
        return cell(line, tag)
                .map(c ->
                        c.quality() == Severity.UNCERTAIN && c.reason().isEmpty()
                                ? new Cell(
                                        c.place(),
                                        c.valuePlace(),
                                        c.tag(),
                                        c.value(),
                                        c.quality(),
                                        Optional.of(Reason.DEVICE_UNCERTAIN))
                                : c);
    }

    /** What is expected: of an uncertain value without a reason, any reason will do. */
    static Optional<Cell> expected(Section line, String tag) {
        return cell(line, tag);
    }

    private static Optional<Cell> cell(Section line, String tag) {
        return switch (line.node(tag)) {
            case Node.Scalar(var where, var text, boolean _) ->
                    Optional.of(
                            new Cell(
                                    new Place(where, line.path(tag)),
                                    new Place(where, line.path(tag)),
                                    tag,
                                    Optional.of(text),
                                    Severity.GOOD,
                                    Optional.empty()));
            case Node.Mapping mapping ->
                    parts(new Section(mapping, line.path(tag), line.problems()), tag);
            case null, default -> {
                line.problem(
                        tag,
                        "expected a value, {value: 81, quality: uncertain} or {bad: comms-lost}");
                yield Optional.empty();
            }
        };
    }

    private static Optional<Cell> parts(Section section, String tag) {
        KEYS.forEach(section::has); // so that all are named where an unknown one stands
        var place = new Place(section.where(), section.path());
        if (section.has("bad")) {
            var reason = section.choice("bad", Reason.DEVICE_BAD);
            for (var key : List.of("value", "quality", "reason")) {
                if (section.has(key)) {
                    section.problem(key, "can't stand beside 'bad'; leave one of them out");
                }
            }
            section.done();
            return Optional.of(
                    new Cell(
                            place,
                            place,
                            tag,
                            Optional.empty(),
                            Severity.BAD,
                            Optional.of(reason)));
        }
        if (!section.has("value")) {
            section.missing("value", "give it, or bad: with a reason");
        }
        var value = section.text("value");
        var quality = section.choice("quality", Severity.GOOD);
        if (quality == Severity.BAD) {
            section.problem("quality", "a bad sample has no value; use {bad: comms-lost}");
        }
        Optional<Reason> reason =
                section.has("reason")
                        ? Optional.of(section.choice("reason", Reason.DEVICE_UNCERTAIN))
                        : Optional.empty();
        if (reason.isPresent() && quality == Severity.GOOD) {
            section.problem("reason", "a good value has none; add quality: uncertain");
        }
        section.done();
        var valuePlace = new Place(section.where("value"), section.path("value"));
        return value.map(v -> new Cell(place, valuePlace, tag, Optional.of(v), quality, reason));
    }
}
