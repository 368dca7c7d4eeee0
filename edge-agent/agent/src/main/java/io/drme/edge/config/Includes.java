package io.drme.edge.config;

import io.drme.config.Node;
import io.drme.config.Problems;
import io.drme.config.Where;
import io.drme.config.YamlReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.PatternSyntaxException;

/**
 * Reads a file and what it includes into one mapping. {@code include: [conf.d/*.yaml]} names files
 * beside the including one; the star stands in the last segment only. Sections of names (devices,
 * profiles, …) are joined; the same name in two files is a problem.
 */
final class Includes {
    private static final String KEY = "include";

    private final Problems problems;
    private final Optional<TagDraft> draft;
    private final Optional<PartDraft> part;

    Includes(Problems problems) {
        this(problems, Optional.empty(), Optional.empty());
    }

    /**
     * As above, with a text in the place of a tag file, and a file in the place of one that is
     * included.
     */
    Includes(Problems problems, Optional<TagDraft> draft, Optional<PartDraft> part) {
        this.problems = problems;
        this.draft = draft;
        this.part = part;
    }

    /**
     * Reads the top file with all it includes, all tag files and tables; nothing where it can't be
     * read.
     */
    Optional<Node.Mapping> read(Path file) {
        return joined(file)
                .map(top -> new TagFiles(problems, draft).expand(top))
                .map(top -> new TableFiles(problems).expand(top));
    }

    /** The top file with all it includes; tag files are only named. */
    Optional<Node.Mapping> joined(Path file) {
        var top = YamlReader.read(file, problems);
        if (top.isEmpty()) {
            return top;
        }
        var joined = new LinkedHashMap<>(top.get().entries());
        var include = joined.remove(KEY);
        if (include == null) {
            return top;
        }
        var read = new HashSet<>(List.of(file.toAbsolutePath().normalize()));
        for (var pattern : patterns(include.value())) {
            for (var part : matching(file, pattern)) {
                if (!read.add(part)) {
                    continue; // two patterns may name one file, and *.yaml this one
                }
                YamlReader.read(source(part), problems)
                        .ifPresent(m -> join(joined, withoutInclude(m), ""));
            }
        }
        if (part.isPresent() && read.add(part.get().target())) {
            YamlReader.read(part.get().source(), problems)
                    .ifPresent(m -> join(joined, withoutInclude(m), ""));
        }
        return Optional.of(new Node.Mapping(top.get().where(), joined));
    }

    private Path source(Path included) {
        return part.filter(p -> p.target().equals(included))
                .map(PartDraft::source)
                .orElse(included);
    }

    /** The place of a part in the first folder of which all files are included. */
    Optional<Path> place(Path file, String name) {
        var top = YamlReader.read(file, problems);
        if (top.isEmpty()) {
            return Optional.empty();
        }
        var include = top.get().entries().get(KEY);
        var patterns = include == null ? List.<Node.Scalar>of() : patterns(include.value());
        for (var pattern : patterns) {
            var full = file.toAbsolutePath().resolveSibling(pattern.text()).normalize();
            if (full.endsWith("*.yaml") && Files.isDirectory(full.resolveSibling(""))) {
                return Optional.of(full.resolveSibling(name));
            }
        }
        problems.add(
                include == null ? top.get().where() : include.keyWhere(),
                KEY,
                "no folder is included whole, so there is no place for a new device; make the folder conf.d beside this file and write 'include: [conf.d/*.yaml]'");
        return Optional.empty();
    }

    private Node.Mapping withoutInclude(Node.Mapping part) {
        var entries = new LinkedHashMap<>(part.entries());
        var include = entries.remove(KEY);
        if (include == null) {
            return part;
        }
        problems.add(
                include.keyWhere(),
                KEY,
                "stands in a file that is itself included; move it to the top file");
        return new Node.Mapping(part.where(), entries);
    }

    private List<Node.Scalar> patterns(Node node) {
        return switch (node) {
            case Node.Scalar one -> List.of(one);
            case Node.Sequence(Where _, List<Node> items) ->
                    items.stream()
                            .filter(Node.Scalar.class::isInstance)
                            .map(Node.Scalar.class::cast)
                            .toList();
            case Node.Mapping _ -> {
                problems.add(
                        node.where(), KEY, "expected a list of files, such as [conf.d/*.yaml]");
                yield List.of();
            }
        };
    }

    private List<Path> matching(Path from, Node.Scalar pattern) {
        var full = from.toAbsolutePath().resolveSibling(pattern.text()).normalize();
        var folder = full.getParent();
        var name = full.getFileName();
        if (folder == null || name == null || !Files.isDirectory(folder)) {
            problems.add(
                    pattern.where(),
                    KEY,
                    "'%s': there is no folder %s; make it, or remove this line"
                            .formatted(pattern.text(), folder));
            return List.of();
        }
        try (var found = Files.newDirectoryStream(folder, name.toString())) {
            var files = new ArrayList<Path>();
            found.forEach(files::add);
            files.sort(null);
            boolean literal = pattern.text().indexOf('*') < 0;
            problems.check(
                    !files.isEmpty() || !literal,
                    pattern.where(),
                    KEY,
                    "there is no file '%s'".formatted(full));
            return files;
        } catch (IOException | PatternSyntaxException e) {
            problems.add(
                    pattern.where(),
                    KEY,
                    "'%s' can't be listed: %s".formatted(pattern.text(), e.getMessage()));
            return List.of();
        }
    }

    private void join(Map<String, Node.Entry> into, Node.Mapping part, String path) {
        part.entries()
                .forEach((key, entry) -> {
                    var keyPath = path.isEmpty() ? key : path + "." + key;
                    var before = into.get(key);
                    if (before == null) {
                        into.put(key, entry);
                    } else if (path.isEmpty()
                            && before.value() instanceof Node.Mapping a
                            && entry.value() instanceof Node.Mapping b) {
                        var both = new LinkedHashMap<>(a.entries());
                        join(both, b, keyPath);
                        into.put(
                                key,
                                new Node.Entry(
                                        before.keyWhere(), new Node.Mapping(a.where(), both)));
                    } else {
                        problems.add(
                                entry.keyWhere(),
                                keyPath,
                                "stands already at %s; remove one".formatted(before.keyWhere()));
                    }
                });
    }
}
