package io.drme.config;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.Set;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * Reads YAML 1.2 files into {@link Node}s. Bounded: a huge, deep or self-referring file is a
 * problem, not a crash.
 */
public final class YamlReader {
    /** The largest file, in bytes; 10,000 tags written out take about 1.5 MB. */
    public static final int MAX_FILE_BYTES = 8 << 20;

    /** The deepest nesting; the contract's files need 7. */
    public static final int MAX_DEPTH = 32;

    /** The most values in a file, aliases written out; it bounds memory where aliases multiply. */
    public static final int MAX_NODES = 500_000;

    /**
     * The most values a character of the file may stand for through aliases, beyond the first
     * {@value #FIRST_NODES}: a short file must not take the memory of a long one.
     */
    private static final int NODES_PER_CHARACTER = 10;

    private static final int FIRST_NODES = 1_000;

    private YamlReader() {}

    /**
     * Reads a file whose top is a mapping.
     *
     * @return the mapping, or nothing where {@code problems} says why
     */
    public static Optional<Node.Mapping> read(Path file, Problems problems) {
        var start = new Where(file.toString(), 1, 1);
        try {
            if (Files.size(file) > MAX_FILE_BYTES) {
                problems.add(
                        start,
                        "",
                        "the file has %d bytes; at most %d are read"
                                .formatted(Files.size(file), MAX_FILE_BYTES));
                return Optional.empty();
            }
            return parse(file.toString(), Files.readString(file, StandardCharsets.UTF_8), problems);
        } catch (NoSuchFileException _) {
            problems.add(start, "", "there is no such file; check the path");
        } catch (CharacterCodingException _) {
            problems.add(start, "", "the file is not UTF-8 text; save it as UTF-8");
        } catch (IOException e) {
            problems.add(start, "", "the file can't be read: " + e.getMessage());
        }
        return Optional.empty();
    }

    /** Parses a text as {@link #read} does; {@code name} stands for the file in messages. */
    public static Optional<Node.Mapping> parse(String name, String yaml, Problems problems) {
        var settings =
                LoadSettings.builder()
                        .setLabel(name)
                        .setUseMarks(true)
                        .setAllowDuplicateKeys(true)
                        .setCodePointLimit(MAX_FILE_BYTES)
                        .setMaxAliasesForCollections(50)
                        .build();
        try {
            var root = new Compose(settings).composeString(yaml);
            if (root.isEmpty()) {
                problems.add(
                        new Where(name, 1, 1), "", "the file is empty; expected keys and values");
                return Optional.empty();
            }
            var node = new Converter(name, problems, yaml.length()).convert(root.get(), "", 0);
            if (node instanceof Node.Mapping mapping) {
                return Optional.of(mapping);
            }
            problems.add(
                    new Where(name, 1, 1), "", "expected keys and values at the top of the file");
        } catch (MarkedYamlEngineException e) {
            int line = e.getProblemMark().map(Mark::getLine).orElse(0) + 1;
            int column = e.getProblemMark().map(Mark::getColumn).orElse(0) + 1;
            problems.add(
                    new Where(name, line, column),
                    "",
                    "not readable as YAML: %s; look at column %d, at the indentation and at quotes"
                            .formatted(e.getProblem(), column));
        } catch (YamlEngineException | StackOverflowError e) {
            problems.add(new Where(name, 1, 1), "", "not readable as YAML: " + e.getMessage());
        } catch (NumberFormatException | IndexOutOfBoundsException _) {
            // the library lets these out where a file ends within an escape; found by fuzzing
            problems.add(
                    new Where(name, 1, 1),
                    "",
                    "not readable as YAML: look at texts in double quotes and at what follows a backslash in them");
        }
        return Optional.empty();
    }

    private static final class Converter {
        private final String file;
        private final Problems problems;
        private final int limit;
        private final Set<org.snakeyaml.engine.v2.nodes.Node> around =
                Collections.newSetFromMap(new IdentityHashMap<>());
        private int nodes;

        Converter(String file, Problems problems, int characters) {
            this.file = file;
            this.problems = problems;
            this.limit =
                    (int)
                            Math.min(
                                    MAX_NODES,
                                    FIRST_NODES + (long) NODES_PER_CHARACTER * characters);
        }

        Node convert(org.snakeyaml.engine.v2.nodes.Node node, String path, int depth) {
            var where = where(node);
            if (++nodes > limit) {
                problems.check(
                        nodes > limit + 1,
                        where,
                        path,
                        "the file has more than %d values once its aliases are written out; use fewer"
                                .formatted(limit));
                return new Node.Scalar(where, "", false);
            }
            if (depth > MAX_DEPTH) {
                problems.add(where, path, "nested more than %d deep".formatted(MAX_DEPTH));
                return new Node.Scalar(where, "", false);
            }
            if (node instanceof ScalarNode scalar) {
                return new Node.Scalar(
                        where, scalar.getValue(), scalar.getScalarStyle() != ScalarStyle.PLAIN);
            }
            if (!around.add(node)) {
                problems.add(
                        where, path, "an alias stands within what it names; write the value out");
                return new Node.Scalar(where, "", false);
            }
            var converted =
                    switch (node) {
                        case SequenceNode sequence -> sequence(sequence, where, path, depth);
                        case MappingNode mapping -> mapping(mapping, where, path, depth);
                        default -> new Node.Scalar(where, "", false);
                    };
            around.remove(node);
            return converted;
        }

        private Node sequence(SequenceNode sequence, Where where, String path, int depth) {
            var items = new ArrayList<Node>();
            for (var item : sequence.getValue()) {
                if (nodes > limit) {
                    break;
                }
                items.add(convert(item, path + "[" + items.size() + "]", depth + 1));
            }
            return new Node.Sequence(where, items);
        }

        private Node mapping(MappingNode mapping, Where where, String path, int depth) {
            var entries = new LinkedHashMap<String, Node.Entry>();
            for (var tuple : mapping.getValue()) {
                if (nodes > limit) {
                    break;
                }
                var keyWhere = where(tuple.getKeyNode());
                if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
                    problems.add(keyWhere, path, "a key must be a word, not a list or mapping");
                    continue;
                }
                var keyPath = path.isEmpty() ? key.getValue() : path + "." + key.getValue();
                var value = convert(tuple.getValueNode(), keyPath, depth + 1);
                var before = entries.putIfAbsent(key.getValue(), new Node.Entry(keyWhere, value));
                if (before != null) {
                    problems.add(
                            keyWhere,
                            keyPath,
                            "stands twice, first in line %d; remove one"
                                    .formatted(before.keyWhere().line()));
                }
            }
            return new Node.Mapping(where, entries);
        }

        private Where where(org.snakeyaml.engine.v2.nodes.Node node) {
            return node.getStartMark()
                    .map(m -> new Where(file, m.getLine() + 1, m.getColumn() + 1))
                    .orElse(new Where(file, 1, 1));
        }
    }
}
