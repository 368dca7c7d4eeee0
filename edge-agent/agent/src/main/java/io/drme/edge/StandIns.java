package io.drme.edge;

import io.drme.alarm.Alarms;
import io.drme.config.InvalidConfigException;
import io.drme.config.Problems;
import io.drme.config.Where;
import io.drme.driver.TagSpec;
import io.drme.driver.TagTemplate;
import io.drme.edge.config.GatewayConfig;
import io.drme.model.Glob;
import io.drme.model.TagName;
import io.drme.model.TagTable;
import io.drme.stream.Pipelines;
import io.drme.stream.TagGlobs;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Tags that stand for those that will be found: a configuration is tried with them, so that what
 * would not fit is told now, and not when the first is found. What pipelines make of them says
 * which names there may be later.
 */
final class StandIns {
    /** The word of {@link TagTemplate#like}, and that of a second tag beside it. */
    private static final Pattern FIRST = Pattern.compile("(?<![A-Za-z0-9])x(?![A-Za-z0-9])");

    private static final Pattern OPEN = Pattern.compile("\\{[a-z][a-z0-9-]*}");
    private static final String SECOND = "y";

    private final List<TagTemplate> templates;
    private final Set<String> names;

    private StandIns(List<TagTemplate> templates, Set<String> names) {
        this.templates = templates;
        this.names = names;
    }

    private record Unmatched(Where where, String key, String glob, String message) {}

    /**
     * Tries a configuration with tags of each template: two, where it may make more than one.
     *
     * @param specs the tags that there are
     * @throws InvalidConfigException with all that does not fit
     */
    static StandIns tried(
            GatewayConfig config, List<TagSpec> specs, List<TagTemplate> templates, String file)
            throws InvalidConfigException {
        if (templates.isEmpty()) {
            return new StandIns(List.of(), Set.of());
        }
        var all = new ArrayList<>(specs);
        for (var template : templates) {
            all.add(template.like());
            if (template.most() > 1) {
                all.add(second(template));
            }
        }
        var problems = new Problems();
        var unmatched = new ArrayList<Unmatched>();
        TagGlobs.Unmatched note =
                (where, key, glob, message) ->
                        unmatched.add(new Unmatched(where, key, glob, message));
        var pipelines =
                Pipelines.compile(
                        config.pipelines(),
                        TagTable.EMPTY.with(all.stream().map(Layout::tag).toList()),
                        all.stream().map(TagSpec::name).distinct().toList(),
                        problems,
                        note);
        Alarms.compile(config.alarms(), config.gateway().id().text(), pipelines, problems, note);
        var names =
                pipelines.table().tags().stream()
                        .map(tag -> tag.name().text())
                        .collect(Collectors.toSet());
        var known = new HashSet<String>();
        specs.forEach(spec -> known.add(spec.name().text()));
        var standIns = new StandIns(withDerived(templates, names, known), names);
        var tell = standIns.unmatched(problems);
        unmatched.forEach(u -> tell.tell(u.where(), u.key(), u.glob(), u.message()));
        problems.throwIfAny(file);
        return standIns;
    }

    private static TagSpec second(TagTemplate template) {
        var name = OPEN.matcher(template.pattern()).replaceAll(SECOND);
        return template.tag(new TagName(name), template.like().address());
    }

    /** A name that is there for both stand-ins will be there for any word. */
    private static List<TagTemplate> withDerived(
            List<TagTemplate> templates, Set<String> names, Set<String> known) {
        var like = templates.getFirst().like();
        var all = new ArrayList<>(templates);
        for (var name : names) {
            var found = FIRST.matcher(name);
            if (found.find() && !known.contains(name) && names.contains(found.replaceAll(SECOND))) {
                all.add(new TagTemplate(found.replaceAll("{any}"), 1, like));
            }
        }
        return all;
    }

    /** A glob without a match is good where it may mean a tag that is there later. */
    TagGlobs.Unmatched unmatched(Problems problems) {
        return (where, key, glob, message) -> {
            if (!mayMatch(glob)) {
                problems.add(where, key, message);
            }
        };
    }

    private boolean mayMatch(String glob) {
        if (templates.stream().anyMatch(template -> template.mayMatch(glob))) {
            return true;
        }
        var wanted = Glob.of(glob);
        return names.stream().anyMatch(wanted::matches);
    }
}
