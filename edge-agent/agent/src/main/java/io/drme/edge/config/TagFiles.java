package io.drme.edge.config;

import io.drme.config.Node;
import io.drme.config.Problems;
import io.drme.config.Where;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Optional;

/**
 * Puts the rows of CSV files in the place of {@code tags: {file: …}}, so that what follows sees one
 * kind of tag. A path starts where the file lies in which it stands.
 */
final class TagFiles {
    private static final String TAGS = "tags";

    private final Problems problems;
    private final Optional<TagDraft> draft;

    TagFiles(Problems problems) {
        this(problems, Optional.empty());
    }

    /** Where a draft stands for one of the files, that file is not read. */
    TagFiles(Problems problems, Optional<TagDraft> draft) {
        this.problems = problems;
        this.draft = draft;
    }

    Node.Mapping expand(Node.Mapping top) {
        var entries = new LinkedHashMap<>(top.entries());
        for (var section : new String[] {"profiles", "devices"}) {
            entries.computeIfPresent(section, (key, entry) -> expandAll(key, entry));
        }
        return new Node.Mapping(top.where(), entries);
    }

    private Node.Entry expandAll(String section, Node.Entry entry) {
        if (!(entry.value() instanceof Node.Mapping mapping)) {
            return entry;
        }
        var entries = new LinkedHashMap<String, Node.Entry>();
        mapping.entries()
                .forEach((name, one) -> entries.put(name, expandOne(section + "." + name, one)));
        return new Node.Entry(entry.keyWhere(), new Node.Mapping(mapping.where(), entries));
    }

    private Node.Entry expandOne(String path, Node.Entry entry) {
        if (!(entry.value() instanceof Node.Mapping mapping)
                || !(mapping.entries().get(TAGS) instanceof Node.Entry(Where keyWhere, Node tags))
                || !(tags instanceof Node.Mapping tagMapping)
                || tagMapping.entries().size() != 1
                || !(tagMapping.entries().get("file") instanceof Node.Entry(Where _, Node named))
                || !(named instanceof Node.Scalar(Where asked, String name, boolean _))) {
            return entry;
        }
        var entries = new LinkedHashMap<>(mapping.entries());
        var csv = Path.of(asked.file()).toAbsolutePath().resolveSibling(name).normalize();
        var key = path + "." + TAGS;
        var read =
                draft.filter(d -> d.target().equals(csv))
                        .map(d -> TagFile.parse(d.source(), d.text(), key, problems))
                        .orElseGet(() -> TagFile.read(csv, key, asked, problems));
        entries.put(TAGS, new Node.Entry(keyWhere, read));
        return new Node.Entry(entry.keyWhere(), new Node.Mapping(mapping.where(), entries));
    }
}
