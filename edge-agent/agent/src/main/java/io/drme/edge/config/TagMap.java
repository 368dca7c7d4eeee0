package io.drme.edge.config;

import io.drme.config.InvalidConfigException;
import io.drme.config.Node;
import io.drme.config.Problem;
import io.drme.config.Problems;
import io.drme.config.Where;
import io.drme.driver.TagSpec;
import io.drme.edge.state.DurableFile;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * The tags of one device or profile as a CSV file, out of a configuration and into it. Into it goes
 * only the CSV that {@code tags: {file: …}} names, never a YAML file: those are a person's.
 *
 * <p>Confined to the thread that reads files.
 */
public final class TagMap {
    private static final String TAGS = "tags";
    private static final String FILE = "file";

    /** Longer texts are cut in a preview. */
    private static final int MOST_SHOWN_CHARS = 60;

    private final Path configuration;
    private final Owner owner;
    private final List<TagSpec> gatewayTags;
    private final Node.Mapping written;
    private final Node.Mapping top;

    /** Whose tags. */
    public record Owner(Kind kind, String name) {
        /** What has tags. */
        public enum Kind {
            /** One under {@code devices}. */
            DEVICE,
            /** One under {@code profiles}. */
            PROFILE
        }

        private String section() {
            return kind == Kind.DEVICE ? "devices" : "profiles";
        }

        private String path() {
            return section() + "." + name;
        }

        @Override
        public String toString() {
            return (kind == Kind.DEVICE ? "device " : "profile ") + name;
        }
    }

    private TagMap(
            Path configuration,
            Owner owner,
            List<TagSpec> gatewayTags,
            Node.Mapping top,
            Node.Mapping written) {
        this.configuration = configuration;
        this.owner = owner;
        this.gatewayTags = gatewayTags;
        this.top = top;
        this.written = written;
    }

    /**
     * Finds a device or profile in a configuration, which need not be good otherwise.
     *
     * @param gatewayTags the tags that the gateway has of itself
     * @throws InvalidConfigException where the file can't be read or has no such owner
     */
    public static TagMap of(Path configuration, Owner owner, List<TagSpec> gatewayTags)
            throws InvalidConfigException {
        var problems = new Problems();
        var top = new Includes(problems).joined(configuration);
        if (top.isEmpty()) {
            problems.throwIfAny(configuration.toString());
        }
        var all = mapping(top.orElseThrow(), owner.section());
        var found = all.map(names -> names.entries().get(owner.name()));
        if (found.isPresent() && found.get().value() instanceof Node.Mapping written) {
            return new TagMap(configuration, owner, gatewayTags, top.get(), written);
        }
        var none = new Problems();
        none.add(
                all.orElse(top.get()).where(),
                owner.path(),
                "there is no %s; %s"
                        .formatted(
                                owner,
                                all.map(a ->
                                                "there are: "
                                                        + String.join(", ", a.entries().keySet()))
                                        .orElse("add it under '" + owner.section() + "'")));
        none.throwIfAny(configuration.toString());
        throw new IllegalStateException("a problem was noted");
    }

    private static Optional<Node.Mapping> mapping(Node.Mapping parent, String key) {
        return parent.entries().get(key) instanceof Node.Entry(Where _, Node.Mapping below)
                ? Optional.of(below)
                : Optional.empty();
    }

    /** The CSV file that {@code tags: {file: …}} names, absolute; nothing where it names none. */
    public Optional<Path> file() {
        return mapping(written, TAGS)
                .filter(tags -> tags.entries().size() == 1)
                .map(tags -> tags.entries().get(FILE))
                .map(Node.Entry::value)
                .filter(Node.Scalar.class::isInstance)
                .map(Node.Scalar.class::cast)
                .map(name ->
                        Path.of(name.where().file())
                                .toAbsolutePath()
                                .resolveSibling(name.text())
                                .normalize());
    }

    /**
     * What was exported.
     *
     * @param csv with a first row that names the columns
     * @param note what a person has to know beside; empty where there is nothing
     */
    public record Export(String csv, int tags, String note) {}

    /**
     * The owner's own tags as they are written, parameters unfilled; those of its profile, filled
     * in, where a device has none of its own.
     *
     * @throws InvalidConfigException where its tag file can't be read, or a text has a line break,
     *     which no row can hold
     */
    public Export export() throws InvalidConfigException {
        var problems = new Problems();
        var own = own(new TagFiles(problems));
        problems.throwIfAny(configuration.toString());
        var inherited = inherited(problems);
        checkRows(own.isEmpty() ? inherited : own, problems);
        problems.throwIfAny(configuration.toString());
        if (own.isEmpty() && !inherited.isEmpty()) {
            problems.throwIfAny(configuration.toString());
            return new Export(
                    TagFileWriter.write(inherited),
                    inherited.size(),
                    "the tags are those of the device's profile, with its parameters filled in");
        }
        return new Export(
                TagFileWriter.write(own),
                own.size(),
                inherited.isEmpty()
                        ? ""
                        : "the device takes %d tags more from its profile; --profile exports those"
                                .formatted(inherited.size()));
    }

    private void checkRows(Map<String, Node.Entry> tags, Problems problems) {
        tags.forEach((name, tag) -> {
            if (tag.value() instanceof Node.Mapping mapping) {
                mapping.entries()
                        .forEach((key, entry) -> {
                            if (TagFileWriter.isBroken(TagCells.text(key, entry.value()))) {
                                problems.add(
                                        entry.value().where(),
                                        "%s.%s.%s.%s".formatted(owner.path(), TAGS, name, key),
                                        "has a line break, and a tag is one row of the file; write it in one line");
                            }
                        });
            }
        });
    }

    private Map<String, Node.Entry> own(TagFiles files) {
        var one = new LinkedHashMap<String, Node.Entry>();
        one.put(owner.name(), new Node.Entry(written.where(), written));
        var section = new LinkedHashMap<String, Node.Entry>();
        section.put(
                owner.section(),
                new Node.Entry(written.where(), new Node.Mapping(written.where(), one)));
        var expanded = files.expand(new Node.Mapping(written.where(), section));
        return mapping(expanded, owner.section())
                .flatMap(s -> mapping(s, owner.name()))
                .flatMap(d -> mapping(d, TAGS))
                .map(Node.Mapping::entries)
                .orElse(Map.of());
    }

    /** The tags that a device has by its profile alone. */
    private Map<String, Node.Entry> inherited(Problems problems) {
        if (owner.kind() == Owner.Kind.PROFILE || !written.entries().containsKey("profile")) {
            return Map.of();
        }
        var profiles = new LinkedHashMap<String, Node.Mapping>();
        mapping(new TagFiles(problems).expand(top), "profiles")
                .ifPresent(all ->
                        all.entries()
                                .forEach((name, entry) -> {
                                    if (entry.value() instanceof Node.Mapping profile) {
                                        profiles.put(name, profile);
                                    }
                                }));
        var bare = new LinkedHashMap<>(written.entries());
        bare.remove(TAGS);
        return new DeviceConfigs(profiles, Map.of(), Map.of(), problems)
                .tags(owner.name(), new Node.Mapping(written.where(), bare));
    }

    /**
     * What would come of an import.
     *
     * @param target the file that would be written
     * @param csv what would be written there
     * @param changes one line a tag that is new, changes or goes
     * @param problems what the import would bring that is wrong; nothing may be written then
     * @param before what is wrong already, without it
     */
    public record Preview(
            Path target,
            String csv,
            int tags,
            List<String> changes,
            List<Problem> problems,
            List<Problem> before) {}

    /**
     * Reads a CSV file as if it stood where the configuration names one, and checks the whole.
     *
     * @param fit finds what does not fit together in a configuration that could be read, such as an
     *     alarm on a tag that the file removes
     * @throws InvalidConfigException where it can't be read, or the configuration names none
     */
    public Preview preview(Path csv, Function<GatewayConfig, List<Problem>> fit)
            throws InvalidConfigException {
        var target = file();
        if (target.isEmpty()) {
            refuse(
                    written.where(),
                    owner.path() + "." + TAGS,
                    "the tags don't stand in a CSV file; write 'tags: {file: tags/%s.csv}' there, and import again. What stands there now goes to a file by 'tags export'"
                            .formatted(owner.name()));
        }
        var draft = new TagDraft(target.orElseThrow(), csv, text(csv));
        var now =
                TagFile.parse(csv, draft.text(), owner.path() + "." + TAGS, new Problems())
                        .entries();
        var was =
                Files.exists(draft.target())
                        ? own(new TagFiles(new Problems()))
                        : Map.<String, Node.Entry>of();
        var reader = new GatewayConfigReader(gatewayTags);
        var before = reader.problems(configuration, Optional.empty(), fit);
        var after = reader.problems(configuration, Optional.of(draft), fit);
        var known = new HashSet<>(before);
        return new Preview(
                draft.target(),
                TagFileWriter.write(now),
                now.size(),
                changes(was, now),
                after.stream().filter(p -> !known.contains(p)).toList(),
                after.stream().filter(known::contains).toList());
    }

    private String text(Path csv) throws InvalidConfigException {
        var where = new Where(csv.toString(), 1, 1);
        try {
            if (Files.size(csv) > TagFile.MAX_BYTES) {
                refuse(where, "", "has more than %d bytes; split it".formatted(TagFile.MAX_BYTES));
            }
            return Files.readString(csv);
        } catch (NoSuchFileException _) {
            refuse(where, "", "there is no such file; give the CSV file to import");
        } catch (CharacterCodingException _) {
            refuse(where, "", "the file is not UTF-8 text; save it as CSV UTF-8");
        } catch (IOException e) {
            refuse(where, "", "can't be read: " + e.getMessage());
        }
        throw new IllegalStateException("a problem was noted");
    }

    private void refuse(Where where, String key, String message) throws InvalidConfigException {
        var problems = new Problems();
        problems.add(where, key, message);
        problems.throwIfAny(configuration.toString());
    }

    private static List<String> changes(Map<String, Node.Entry> was, Map<String, Node.Entry> now) {
        var lines = new ArrayList<String>();
        now.forEach((name, entry) -> {
            var old = was.get(name);
            if (old == null) {
                lines.add("+ " + name + "  " + cells(entry.value()));
            } else {
                var differing = differing(old.value(), entry.value());
                if (!differing.isEmpty()) {
                    lines.add("~ " + name + "  " + String.join(", ", differing));
                }
            }
        });
        was.keySet().stream()
                .filter(name -> !now.containsKey(name))
                .forEach(name -> lines.add("- " + name));
        return lines;
    }

    private static String cells(Node tag) {
        var texts = new ArrayList<String>();
        if (tag instanceof Node.Mapping mapping) {
            mapping.entries()
                    .forEach((key, entry) ->
                            texts.add(key + " " + cut(TagCells.text(key, entry.value()))));
        }
        return String.join(", ", texts);
    }

    private static List<String> differing(Node was, Node now) {
        var keys = new LinkedHashSet<String>();
        for (var node : List.of(was, now)) {
            if (node instanceof Node.Mapping mapping) {
                keys.addAll(mapping.entries().keySet());
            }
        }
        var lines = new ArrayList<String>();
        for (var key : keys) {
            var old = cell(was, key);
            var next = cell(now, key);
            if (!old.equals(next)) {
                lines.add(
                        "%s %s → %s"
                                .formatted(
                                        key,
                                        old.isEmpty() ? "(none)" : cut(old),
                                        next.isEmpty() ? "(none)" : cut(next)));
            }
        }
        return lines;
    }

    private static String cell(Node tag, String key) {
        var entry = tag instanceof Node.Mapping mapping ? mapping.entries().get(key) : null;
        return entry == null ? "" : TagCells.text(key, entry.value());
    }

    private static String cut(String text) {
        return text.length() <= MOST_SHOWN_CHARS
                ? text
                : text.substring(0, MOST_SHOWN_CHARS - 1) + "…";
    }

    /**
     * Writes what a preview showed; whoever reads the file finds the old or the new. A symbolic
     * link stays, as do the file's rights. Blocks until the disk has it.
     *
     * @throws IllegalArgumentException where the preview found a problem
     */
    public static void write(Preview preview) throws IOException {
        if (!preview.problems().isEmpty()) {
            throw new IllegalArgumentException("an import with problems is not written");
        }
        var folder = preview.target().getParent();
        if (folder == null) {
            throw new IOException(preview.target() + " is no file");
        }
        Files.createDirectories(folder);
        DurableFile.replaceKeeping(preview.target(), preview.csv());
    }
}
