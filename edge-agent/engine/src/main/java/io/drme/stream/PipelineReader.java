package io.drme.stream;

import io.drme.config.Nearest;
import io.drme.config.Node;
import io.drme.config.Quantities;
import io.drme.config.Section;
import io.drme.model.TagName;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads one entry of {@code pipelines:}. */
final class PipelineReader {
    private static final Duration MIN_WINDOW = Duration.ofMillis(1);
    private static final Duration MAX_WINDOW = Duration.ofDays(31);
    private static final Duration MAX_LATENESS = Duration.ofHours(1);

    /** The most results that overlap; it bounds the state of a tag. */
    private static final int MAX_PANES = 10_000;

    private static final Pattern PLACEHOLDER = Pattern.compile("\\{([^{}]*)}");
    private static final List<String> STEPS = List.of("filter", "scale", "map", "aggregate");
    private static final List<WindowFunction> KNOWN_FUNCTIONS = List.of(WindowFunction.values());
    private static final List<String> FUNCTIONS =
            KNOWN_FUNCTIONS.stream().map(WindowFunction::text).toList();

    private PipelineReader() {}

    /** The pipeline, or nothing where a part is missing without which it makes no sense. */
    static Optional<PipelineConfig> read(String name, Section section) {
        if (!TagName.isValid(name)) {
            section.problems()
                    .add(
                            section.where(),
                            section.path(),
                            "'%s' is not a name; expected words of a-z 0-9 - _ . joined by '/'"
                                    .formatted(name));
        }
        var from = required(section, "from", "globs of tags, such as [\"press-*/oil/*\"]");
        var steps = steps(section);
        var to =
                required(
                        section,
                        "to",
                        "names of derived tags, such as [\"%s/{tag}\"]".formatted(name));
        to.forEach(template -> checkTemplate(section, template));
        var config =
                new PipelineConfig(
                        name,
                        from,
                        steps,
                        to,
                        SyncSetting.read(section, "sync"),
                        section.text("unit"),
                        section.where());
        section.done();
        return from.isEmpty() || steps.isEmpty() || to.isEmpty()
                ? Optional.empty()
                : Optional.of(config);
    }

    private static List<String> required(Section section, String key, String expected) {
        var texts = section.texts(key);
        if (texts.isEmpty()) {
            section.problem(key, "is missing or empty; give " + expected);
        }
        return texts;
    }

    private static void checkTemplate(Section section, String template) {
        var matcher = PLACEHOLDER.matcher(template);
        while (matcher.find()) {
            if (!DerivedName.PLACEHOLDERS.contains(matcher.group(1))) {
                section.problem(
                        "to",
                        "'{%s}' in '%s' is not known; allowed: {%s}"
                                .formatted(
                                        matcher.group(1),
                                        template,
                                        String.join("}, {", DerivedName.PLACEHOLDERS)));
            }
        }
        if (!TagName.isValid(matcher.replaceAll("x"))) {
            section.problem(
                    "to",
                    "'%s' makes no tag name; expected words of a-z 0-9 - _ . joined by '/'"
                            .formatted(template));
        }
    }

    private static List<Step> steps(Section section) {
        if (!(section.node("steps") instanceof Node.Sequence(var _, var items))
                || items.isEmpty()) {
            section.problem(
                    "steps", "expected a list of steps, each one of: " + String.join(", ", STEPS));
            return List.of();
        }
        if (items.size() > PipelineConfig.MAX_STEPS) {
            section.problem(
                    "steps",
                    "has %d steps; at most %d are allowed"
                            .formatted(items.size(), PipelineConfig.MAX_STEPS));
        }
        var steps = new ArrayList<Step>();
        for (int i = 0; i < items.size(); i++) {
            var path = section.path("steps") + "[" + i + "]";
            if (items.get(i) instanceof Node.Mapping mapping && mapping.entries().size() == 1) {
                var step = new Section(mapping, path, section.problems());
                step(step).ifPresent(steps::add);
                step.done();
            } else {
                section.problems()
                        .add(
                                items.get(i).where(),
                                path,
                                "expected one key, one of: " + String.join(", ", STEPS));
            }
        }
        return List.copyOf(steps);
    }

    private static Optional<Step> step(Section step) {
        STEPS.forEach(step::has); // so that all are named where an unknown one stands
        return switch (step.keys().iterator().next()) {
            case "filter" -> Expression.readCondition(step, "filter").map(Step.Filter::new);
            case "map" -> Expression.readValue(step, "map").map(Step.Mapping::new);
            case "scale" -> step.section("scale").map(PipelineReader::scale);
            case "aggregate" -> step.section("aggregate").map(PipelineReader::aggregate);
            default -> Optional.empty();
        };
    }

    private static Step scale(Section scale) {
        var step =
                new Step.Scale(
                        scale.number("factor").orElse(1.0), scale.number("offset").orElse(0.0));
        scale.done();
        return step;
    }

    private static Step aggregate(Section section) {
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
                new Step.Aggregate(
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
}
