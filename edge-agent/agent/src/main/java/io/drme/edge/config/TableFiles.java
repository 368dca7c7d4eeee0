package io.drme.edge.config;

import io.drme.config.Node;
import io.drme.config.Problems;
import io.drme.config.Where;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiFunction;

/**
 * Puts the rows of CSV files in the place of {@code lookup: {table: {file: …}}} in steps, so that
 * what follows sees rows only, the last good configuration too. A path starts where the file lies
 * in which it stands.
 */
final class TableFiles {
    private final Problems problems;

    TableFiles(Problems problems) {
        this.problems = problems;
    }

    Node.Mapping expand(Node.Mapping top) {
        return at(
                top,
                "pipelines",
                (path, all) ->
                        each(
                                all,
                                path,
                                (below, one) ->
                                        one instanceof Node.Mapping pipeline
                                                ? at(
                                                        pipeline,
                                                        "steps",
                                                        (_, steps) ->
                                                                steps(steps, below + ".steps"))
                                                : one));
    }

    private Node steps(Node node, String path) {
        if (!(node instanceof Node.Sequence(Where where, var items))) {
            return node;
        }
        var steps = new ArrayList<Node>();
        for (int i = 0; i < items.size(); i++) {
            var below = "%s[%d].lookup.table".formatted(path, i);
            steps.add(
                    items.get(i) instanceof Node.Mapping step
                            ? at(
                                    step,
                                    "lookup",
                                    (_, lookup) ->
                                            lookup instanceof Node.Mapping mapping
                                                    ? at(
                                                            mapping,
                                                            "table",
                                                            (_, table) -> rows(table, below))
                                                    : lookup)
                            : items.get(i));
        }
        return new Node.Sequence(where, steps);
    }

    private Node rows(Node table, String path) {
        if (!(table instanceof Node.Mapping mapping)
                || mapping.entries().size() != 1
                || !(mapping.entries().get("file") instanceof Node.Entry(Where _, Node named))
                || !(named instanceof Node.Scalar(Where asked, String name, boolean _))) {
            return table;
        }
        var csv = Path.of(asked.file()).toAbsolutePath().resolveSibling(name).normalize();
        return TagFile.readTable(csv, path, asked, problems);
    }

    /** The mapping with another value at a key, if that is there. */
    private static Node.Mapping at(
            Node.Mapping mapping, String key, BiFunction<String, Node, Node> change) {
        var entries = new LinkedHashMap<>(mapping.entries());
        entries.computeIfPresent(
                key, (_, e) -> new Node.Entry(e.keyWhere(), change.apply(key, e.value())));
        return new Node.Mapping(mapping.where(), entries);
    }

    private static Node each(Node node, String path, BiFunction<String, Node, Node> change) {
        if (!(node instanceof Node.Mapping mapping)) {
            return node;
        }
        Map<String, Node.Entry> entries = new LinkedHashMap<>();
        mapping.entries()
                .forEach((name, e) ->
                        entries.put(
                                name,
                                new Node.Entry(
                                        e.keyWhere(), change.apply(path + "." + name, e.value()))));
        return new Node.Mapping(mapping.where(), entries);
    }
}
