package io.drme.cloud.config;

import io.drme.cloud.config.FleetConfig.By;
import io.drme.cloud.config.FleetConfig.FleetPipeline;
import io.drme.config.Node;
import io.drme.config.Problems;
import io.drme.config.Section;
import io.drme.config.Where;
import io.drme.config.YamlReader;
import io.drme.stream.PipelineConfig;
import io.drme.trial.TrialConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads {@code pipelines}, {@code tests} and {@code jobs} of {@code cloud.yaml}: the language of
 * gateways, and {@code by}.
 */
public final class FleetReader {
    private static final String PIPELINES = "pipelines";
    private static final String BY = "by";
    private static final Duration HOUR = Duration.ofHours(1);

    /** A chunk is computed again from the state of an hour before, and some time after its mark. */
    private static final Duration MARGIN = Duration.ofHours(2);

    private FleetReader() {}

    /**
     * Reads them.
     *
     * @param retention bounds how far back chunks are computed again: of what expired, results
     *     would be made of what is left
     */
    static FleetConfig read(Section top, RetentionConfig retention) {
        var usual = usual(retention);
        var pipelines = pipelines(top);
        var tests = TrialConfig.readAll(top);
        var jobs = top.section("jobs");
        var config =
                jobs.map(s -> timed(s, pipelines, tests, retention))
                        .orElse(
                                new FleetConfig(
                                        pipelines,
                                        tests,
                                        usual.every(),
                                        usual.waits(),
                                        usual.reach(),
                                        usual.backfill()));
        jobs.ifPresent(Section::done);
        return config;
    }

    private static FleetConfig usual(RetentionConfig retention) {
        var usual = FleetConfig.defaults();
        var reach =
                retention
                        .shortestRaw()
                        .map(raw -> raw.minus(MARGIN))
                        .filter(r -> r.compareTo(usual.reach()) < 0)
                        .orElse(usual.reach());
        return new FleetConfig(
                usual.pipelines(),
                usual.tests(),
                usual.every(),
                usual.waits(),
                reach,
                usual.backfill());
    }

    private static Duration reach(Section s, Duration usual, RetentionConfig retention) {
        var reach = s.duration("reach", usual, HOUR, Duration.ofDays(366));
        retention
                .shortestRaw()
                .filter(raw -> s.has("reach") && reach.plus(MARGIN).compareTo(raw) > 0)
                .ifPresent(raw ->
                        s.problem(
                                "reach",
                                "chunks of %d h ago would be computed again, but store.retention keeps some samples (raw) for %d h only, and results would be made of what is left; give %d h or less, or leave it out, or keep raw %d h longer than reach"
                                        .formatted(
                                                reach.toHours(),
                                                raw.toHours(),
                                                raw.minus(MARGIN).toHours(),
                                                MARGIN.toHours())));
        return reach;
    }

    private static FleetConfig timed(
            Section s,
            List<FleetPipeline> pipelines,
            List<TrialConfig> tests,
            RetentionConfig retention) {
        var usual = usual(retention);
        var every = s.duration("every", usual.every(), Duration.ofSeconds(1), HOUR);
        if (HOUR.toNanos() % every.toNanos() != 0) {
            s.problem(
                    "every",
                    "an hour is no multiple of %s; give one that divides it, such as 10s or 60s"
                            .formatted(every));
        }
        return new FleetConfig(
                pipelines,
                tests,
                every,
                s.duration("wait", usual.waits(), Duration.ZERO, HOUR),
                reach(s, usual.reach(), retention),
                s.duration("backfill", usual.backfill(), Duration.ZERO, Duration.ofDays(31)));
    }

    private static List<FleetPipeline> pipelines(Section top) {
        var sections = top.sections(PIPELINES);
        if (sections.size() > FleetConfig.MAX_PIPELINES) {
            top.problem(
                    PIPELINES,
                    "has %d entries; at most %d are allowed: let one pipeline read several tags by a pattern"
                            .formatted(sections.size(), FleetConfig.MAX_PIPELINES));
        }
        if (!(top.node(PIPELINES) instanceof Node.Mapping mapping)) {
            return List.of();
        }
        var all = new ArrayList<FleetPipeline>();
        mapping.entries()
                .forEach((name, entry) -> {
                    var section = sections.get(name);
                    if (section != null && entry.value() instanceof Node.Mapping pipeline) {
                        var by = section.choice(BY, By.FLEET);
                        var text = new StringBuilder("{\"pipelines\":{");
                        scalar(name, true, text).append(':');
                        write(pipeline, text).append("}}");
                        PipelineConfig.readAll(
                                        without(mapping.where(), name, entry, top.problems()))
                                .forEach(config ->
                                        all.add(new FleetPipeline(by, config, text.toString())));
                    }
                });
        return List.copyOf(all);
    }

    /** Only this entry, and in it what a gateway knows. */
    private static Section without(Where where, String name, Node.Entry entry, Problems problems) {
        var pipeline = (Node.Mapping) entry.value();
        var rest = new LinkedHashMap<>(pipeline.entries());
        rest.remove(BY);
        var only = new Node.Entry(entry.keyWhere(), new Node.Mapping(pipeline.where(), rest));
        var all =
                new Node.Mapping(
                        where,
                        Map.of(
                                PIPELINES,
                                new Node.Entry(
                                        where, new Node.Mapping(where, Map.of(name, only)))));
        return new Section(all, "", problems);
    }

    /**
     * Reads what {@link FleetPipeline#definition} says.
     *
     * @throws IllegalArgumentException where another release wrote what this one can't read
     */
    public static FleetPipeline parse(String definition) {
        var problems = new Problems();
        var found =
                YamlReader.parse(PIPELINES, definition, problems)
                        .map(mapping -> pipelines(new Section(mapping, "", problems)))
                        .orElse(List.of());
        if (!problems.none() || found.size() != 1) {
            throw new IllegalArgumentException(
                    "a pipeline of another member can't be read: " + problems.list());
        }
        return found.getFirst();
    }

    /** Writes YAML in the form of JSON. */
    private static StringBuilder write(Node node, StringBuilder out) {
        switch (node) {
            case Node.Scalar scalar -> scalar(scalar.text(), scalar.quoted(), out);
            case Node.Sequence(Where _, List<Node> items) -> {
                out.append('[');
                for (int i = 0; i < items.size(); i++) {
                    write(items.get(i), i == 0 ? out : out.append(','));
                }
                out.append(']');
            }
            case Node.Mapping(Where _, Map<String, Node.Entry> entries) -> {
                out.append('{');
                boolean first = true;
                for (var entry : entries.entrySet()) {
                    out.append(first ? "" : ",");
                    first = false;
                    write(entry.getValue().value(), scalar(entry.getKey(), true, out).append(':'));
                }
                out.append('}');
            }
        }
        return out;
    }

    private static StringBuilder scalar(String text, boolean quoted, StringBuilder out) {
        if (!quoted && text.chars().allMatch(c -> c > ' ' && ",:#[]{}\"'&*!|>%@`".indexOf(c) < 0)) {
            return out.append(text);
        }
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < ' ' || c > '~') {
                out.append("\\u%04x".formatted((int) c));
            } else {
                out.append(c);
            }
        }
        return out.append('"');
    }
}
