package io.drme.stream;

import io.drme.config.Section;
import io.drme.model.TagName;
import io.drme.model.ValueType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The tags that a step reads beside each lane, by the names under which its expressions know them.
 *
 * @param templates by name, in the order of the file: the tag's name, in which {@code {tag}},
 *     {@code {device}}, {@code {path}} and {@code {function}} are those of the lane
 */
record Beside(Map<String, String> templates) {
    /** The most tags beside one lane. */
    static final int MAX_NAMES = 7;

    private static final String EXAMPLE = "{input: \"{device}/power/in\"}";
    private static final Pattern NAME = Pattern.compile("[a-zA-Z_][a-zA-Z0-9_]*");
    private static final Pattern PLACEHOLDER = Pattern.compile("\\{([^{}]*)}");
    private static final Set<String> TAKEN =
            Set.of("value", "quality", "reason", "tag", "true", "false", "in", "any", "all", "and");

    /** The names, in order. */
    List<String> names() {
        return List.copyOf(templates.keySet());
    }

    /** Reads {@code with:}; nothing where it is absent or wrong, which is noted. */
    static Optional<Beside> read(Section section) {
        if (!section.has("with")) {
            section.missing("with", "name the other tags, such as " + EXAMPLE);
            return Optional.empty();
        }
        return section.section("with").flatMap(Beside::of);
    }

    private static Optional<Beside> of(Section with) {
        var templates = new LinkedHashMap<String, String>();
        boolean good = true;
        for (var name : with.keys()) {
            var template = with.requiredText(name);
            good &= isName(with, name);
            good &= isTemplate(with, name, template);
            templates.put(name, template);
        }
        if (templates.isEmpty() || templates.size() > MAX_NAMES) {
            with.problems()
                    .add(
                            with.where(),
                            with.path(),
                            "has %d names; give 1 to %d, such as %s"
                                    .formatted(templates.size(), MAX_NAMES, EXAMPLE));
            return Optional.empty();
        }
        return good ? Optional.of(new Beside(templates)) : Optional.empty();
    }

    private static boolean isName(Section with, String name) {
        boolean isWord = NAME.matcher(name).matches();
        if (!isWord) {
            with.problem(
                    name,
                    "'%s' is no name for an expression; expected letters, digits and '_', no digit first"
                            .formatted(name));
        } else if (TAKEN.contains(name)) {
            with.problem(name, "'%s' has a meaning already; choose another name".formatted(name));
        }
        return isWord && !TAKEN.contains(name);
    }

    /** Whether an expression may know something under this name. */
    static boolean isFree(String name) {
        return NAME.matcher(name).matches() && !TAKEN.contains(name);
    }

    private static boolean isTemplate(Section with, String name, String template) {
        var matcher = PLACEHOLDER.matcher(template);
        while (matcher.find()) {
            if (!DerivedName.PLACEHOLDERS.contains(matcher.group(1))) {
                with.problem(
                        name,
                        "'{%s}' in '%s' is not known; allowed: {%s}"
                                .formatted(
                                        matcher.group(1),
                                        template,
                                        String.join("}, {", DerivedName.PLACEHOLDERS)));
                return false;
            }
        }
        boolean isOne = TagName.isValid(matcher.replaceAll("x"));
        if (!isOne && !template.isBlank()) {
            with.problem(
                    name,
                    template.contains("*")
                            ? "'%s' may mean several tags; name one, with {device} or {path} for what it shares with each tag of 'from'"
                                    .formatted(template)
                            : "'%s' makes no tag name; expected words of a-z 0-9 - _ . joined by '/'"
                                    .formatted(template));
        }
        return isOne;
    }

    /** The tags beside all lanes, each once. */
    List<String> sides(List<Lane> lanes) {
        return templates.values().stream()
                .flatMap(t -> lanes.stream().map(lane -> nameOf(t, lane)))
                .distinct()
                .toList();
    }

    private static String nameOf(String template, Lane lane) {
        return DerivedName.of(template, lane.source(), lane.function());
    }

    /**
     * Where a lane and the tags beside it stand in the step's batches: first the lane itself, then
     * the tags in the order of the names.
     *
     * <p>A lane of which one is not there is left out: that was told when it was looked for, or it
     * is a tag that is found later, with which the step is made anew.
     */
    List<int[]> rows(Making making) {
        var places = new HashMap<String, Integer>();
        int behind = making.lanes().size();
        for (var side : making.sides()) {
            for (var lane : side) {
                places.put(lane.source(), behind++);
            }
        }
        var rows = new ArrayList<int[]>();
        for (int i = 0; i < making.lanes().size(); i++) {
            var row = new int[templates.size() + 1];
            row[0] = i;
            int at = 1;
            for (var template : templates.values()) {
                row[at++] = places.getOrDefault(nameOf(template, making.lanes().get(i)), -1);
            }
            if (Arrays.stream(row).allMatch(p -> p >= 0)) {
                rows.add(row);
            }
        }
        return rows;
    }

    /** What an expression over such a row may use; the lane itself is {@code value}. */
    Environment environment(int[] row, List<Lane> input) {
        var environment = Environment.ofValue(input.get(row[0]).type());
        int at = 1;
        for (var name : templates.keySet()) {
            environment = environment.with(name, input.get(row[at++]).type());
        }
        return environment;
    }

    /** Reads an expression over {@code value} and the names, which must be there. */
    static Optional<Expression> readExpression(
            Section section, String key, Optional<Beside> beside, boolean condition) {
        if (!section.has(key)) {
            section.missing(key, "give an expression over value and the names of 'with'");
        }
        return beside.flatMap(b -> {
            var names = new ArrayList<>(List.of(Environment.VALUE));
            names.addAll(b.names());
            return Expression.read(section, key, names, condition);
        });
    }

    /** One program a row, shared by those of the same types; nothing where it fits not all. */
    Optional<Program[]> programs(
            Expression expression, List<int[]> rows, boolean condition, Making making) {
        var input = making.input();
        Map<List<ValueType>, Program> byTypes = new HashMap<>();
        var programs = new Program[rows.size()];
        for (int i = 0; i < programs.length; i++) {
            var row = rows.get(i);
            var types = Arrays.stream(row).mapToObj(l -> input.get(l).type()).toList();
            var program = byTypes.get(types);
            if (program == null) {
                var main = input.get(row[0]);
                var whom = "%s, %s".formatted(main.source(), Typing.words(main.type()));
                var compiled =
                        expression.program(
                                environment(row, input), whom, condition, making.problems());
                if (compiled.isEmpty()) {
                    return Optional.empty();
                }
                program = compiled.get();
                byTypes.put(types, program);
            }
            programs[i] = program;
        }
        return Optional.of(programs);
    }

    /** The rows that each lane is part of, each once. */
    static int[][] rowsOf(int[][] rows, int lanes) {
        var found = new ArrayList<List<Integer>>();
        for (int i = 0; i < lanes; i++) {
            found.add(new ArrayList<>());
        }
        for (int i = 0; i < rows.length; i++) {
            int at = i;
            Arrays.stream(rows[i]).distinct().forEach(lane -> found.get(lane).add(at));
        }
        return found.stream()
                .map(list -> list.stream().mapToInt(i -> i).toArray())
                .toArray(int[][]::new);
    }
}
