package io.drme.stream;

import io.drme.config.Node;
import io.drme.config.Section;
import io.drme.model.TagName;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads one entry of {@code pipelines:}. */
final class PipelineReader {
    private static final Pattern PLACEHOLDER = Pattern.compile("\\{([^{}]*)}");

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
                    "steps",
                    "expected a list of steps, each one of: " + String.join(", ", StepKind.keys()));
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
                StepKind.read(step).ifPresent(steps::add);
                step.done();
            } else {
                section.problems()
                        .add(
                                items.get(i).where(),
                                path,
                                "expected one key, one of: " + String.join(", ", StepKind.keys()));
            }
        }
        return List.copyOf(steps);
    }
}
