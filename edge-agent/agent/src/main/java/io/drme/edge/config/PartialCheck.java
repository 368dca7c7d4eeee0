package io.drme.edge.config;

import io.drme.alarm.AlarmConfig;
import io.drme.alarm.Alarms;
import io.drme.config.Node;
import io.drme.config.Problems;
import io.drme.config.Section;
import io.drme.driver.TagSpec;
import io.drme.model.Glob;
import io.drme.model.Tag;
import io.drme.model.TagTable;
import io.drme.stream.DerivedName;
import io.drme.stream.PipelineConfig;
import io.drme.stream.Pipelines;
import io.drme.stream.TagGlobs;
import io.drme.stream.WindowFunction;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Looks for what does not fit together in a file with parts that could not be read, so that a
 * person learns all of it in one run. A glob is held against the names of tags, which are known
 * also of tags and devices that are wrong otherwise; where not even the names are, it is noted as
 * unsure. Confined to the thread that reads the file.
 */
final class PartialCheck {
    private final Problems problems;

    /** The names that tags have, or will have once everything is mended. */
    private final Set<String> names = new LinkedHashSet<>();

    /** Names that there may be, depending on what could not be read. */
    private final Set<String> possible = new LinkedHashSet<>();

    /** Devices of which not all tags' names are known. */
    private final Set<String> open = new LinkedHashSet<>();

    /** Whether any tag may be missing. */
    private boolean anything;

    PartialCheck(Problems problems) {
        this.problems = problems;
    }

    /** Notes that whole sections or files may be missing. */
    void anythingMayBeMissing() {
        anything = true;
    }

    /**
     * Notes a device.
     *
     * @param all whether these are all the tags that it will have
     */
    void device(String name, Set<String> tags, boolean all) {
        tags.forEach(tag -> name(name + "/" + tag));
        // A pattern stands for tags that are made while the gateway runs.
        if (!all || tags.stream().anyMatch(tag -> tag.indexOf('{') >= 0)) {
            open.add(name);
        }
    }

    /**
     * Checks what refers to tags.
     *
     * @param top the file
     * @param config what could be read of it
     * @param own the tags that the gateway has of itself
     */
    void run(Section top, GatewayConfig config, List<TagSpec> own) {
        own.forEach(spec -> name(spec.name().text()));
        var sound =
                config.pipelines().stream().filter(p -> !isTold("pipelines", p.name())).toList();
        var alarms = config.alarms().stream().filter(a -> !isTold("alarms", a.name())).toList();
        var pipelines =
                sound.stream().collect(Collectors.toMap(PipelineConfig::name, Function.identity()));
        top.sections("pipelines")
                .forEach((name, section) -> {
                    lookUp(section, "from");
                    derive(section, pipelines.get(name));
                });
        top.sections("alarms").forEach((_, section) -> lookUp(section, "tag"));
        fit(config, own, sound, alarms);
    }

    private boolean isTold(String section, String name) {
        return problems.isTold(section + "." + name);
    }

    private void name(String name) {
        names.add(name);
        // What 'sync: "aggregate: …"' would make of it.
        for (var function : WindowFunction.values()) {
            possible.add(name + "/" + function.text());
        }
    }

    private void lookUp(Section section, String key) {
        for (var text : texts(section, key)) {
            var glob = Glob.of(text);
            if (names.stream().anyMatch(glob::matches)) {
                continue;
            }
            if (mayMatch(text) || possible.stream().anyMatch(glob::matches)) {
                problems.unsure(text);
            } else {
                problems.add(section.where(), section.path(key), TagGlobs.noMatch(text, names));
            }
        }
    }

    /** Whether a glob may mean a tag whose name is not known. */
    private boolean mayMatch(String glob) {
        int slash = glob.indexOf('/');
        var device = slash < 0 ? glob : glob.substring(0, slash);
        return anything
                || (!open.isEmpty() && device.contains("**"))
                || open.stream().anyMatch(Glob.of(device)::matches);
    }

    private static List<String> texts(Section section, String key) {
        return section.node(key) instanceof Node.Mapping ? List.of() : section.texts(key);
    }

    /** The names that a pipeline makes; those of one that could not be read as far as it shows. */
    private void derive(Section section, @Nullable PipelineConfig read) {
        var from = texts(section, "from");
        var to = texts(section, "to");
        if (read == null || from.stream().anyMatch(this::mayMatch)) {
            deriveUnknown(to);
            return;
        }
        var globs = from.stream().map(Glob::of).toList();
        var sources =
                names.stream().filter(n -> globs.stream().anyMatch(g -> g.matches(n))).toList();
        var functions = functions(read);
        for (var source : sources) {
            for (var template : to) {
                functions.forEach(f -> name(DerivedName.of(template, source, f)));
            }
        }
    }

    /** Of the tags that a pipeline would make only the first words are known, at best. */
    private void deriveUnknown(List<String> templates) {
        var firstWords = templates.stream().map(t -> t.replaceFirst("/.*", "")).toList();
        if (templates.isEmpty() || firstWords.stream().anyMatch(w -> w.contains("{"))) {
            anything = true;
        }
        open.addAll(firstWords);
    }

    private static List<String> functions(PipelineConfig pipeline) {
        var all = List.of("");
        for (var step : pipeline.steps()) {
            all = step.functions(all);
        }
        return all;
    }

    /** Types and expressions, of the tags that could be read. */
    private void fit(
            GatewayConfig config,
            List<TagSpec> own,
            List<PipelineConfig> sound,
            List<AlarmConfig> alarms) {
        var specs = new ArrayList<TagSpec>(own);
        config.devices()
                .forEach(d ->
                        d.tags().stream()
                                .filter(tag -> !isTold("devices", key(d.name(), tag)))
                                .forEach(specs::add));
        var table =
                TagTable.EMPTY.with(
                        specs.stream()
                                .map(s ->
                                        new Tag(
                                                s.name(),
                                                s.type(),
                                                s.unit(),
                                                s.deadband(),
                                                s.sync()))
                                .toList());
        var pipelines =
                Pipelines.compile(
                        sound,
                        table,
                        specs.stream().map(TagSpec::name).toList(),
                        problems,
                        (_, _, _, _) -> {});
        Alarms.compile(
                alarms, config.gateway().id().text(), pipelines, problems, (_, _, _, _) -> {});
    }

    private static String key(String device, TagSpec tag) {
        return device + ".tags." + tag.name().text().substring(device.length() + 1);
    }
}
