package io.drme.config;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One mapping of a file while it is read into a record: typed access by key, where everything wrong
 * is noted in {@link Problems} and reading goes on with the default, so that one run finds all.
 *
 * <p>Each accessor marks its key as known; {@link #done} reports the keys that nobody asked for.
 * Confined to the thread that reads the file.
 */
public final class Section {
    private final Node.Mapping mapping;
    private final String path;
    private final Problems problems;
    private final Set<String> known = new LinkedHashSet<>();

    /** Keys that are not known, of which something was said already. */
    private final Set<String> told = new HashSet<>();

    /** Begins to read a mapping; {@code path} is its key path, empty at the top. */
    public Section(Node.Mapping mapping, String path, Problems problems) {
        this.mapping = mapping;
        this.path = path;
        this.problems = problems;
    }

    /** The path of one of this section's keys. */
    public String path(String key) {
        return path.isEmpty() ? key : path + "." + key;
    }

    /** This section's own path. */
    public String path() {
        return path;
    }

    /** Where the section begins. */
    public Where where() {
        return mapping.where();
    }

    /** Where a key's value stands, or the section where the key is absent. */
    public Where where(String key) {
        var entry = mapping.entries().get(key);
        return entry == null ? mapping.where() : entry.value().where();
    }

    /** Where all problems go. */
    public Problems problems() {
        return problems;
    }

    /** Notes a problem with one of this section's keys. */
    public void problem(String key, String message) {
        problems.add(where(key), path(key), message);
    }

    /** Whether the key is there. */
    public boolean has(String key) {
        known.add(key);
        return mapping.entries().containsKey(key);
    }

    /** The keys in the order of the file. */
    public Set<String> keys() {
        return mapping.entries().keySet();
    }

    /** The node of a key, marked as known. */
    public @Nullable Node node(String key) {
        known.add(key);
        var entry = mapping.entries().get(key);
        return entry == null ? null : entry.value();
    }

    /** A text, or nothing where the key is absent; a mapping or list is a problem. */
    public Optional<String> text(String key) {
        return switch (node(key)) {
            case null -> Optional.empty();
            case Node.Scalar s -> Optional.of(s.text());
            case Node.Mapping _, Node.Sequence _ -> {
                problem(key, "expected a single value, found a list or mapping");
                yield Optional.empty();
            }
        };
    }

    /** A text that must be there and not be empty; the empty text where it is not. */
    public String requiredText(String key) {
        var text = text(key).orElse("");
        if (text.isBlank()) {
            if (!has(key)) {
                missing(key, "add it");
            } else if (node(key) instanceof Node.Scalar) {
                problem(key, "is empty; give a value");
            }
        }
        return text;
    }

    /**
     * Notes that a key is missing, or rather the one by which it seems to be meant.
     *
     * @param remedy what to do, as in {@code add it}
     */
    public void missing(String key, String remedy) {
        var strange = new ArrayList<>(mapping.entries().keySet());
        strange.removeAll(known);
        var meant = Nearest.to(key, strange).orElse("");
        var entry = mapping.entries().get(meant);
        if (entry != null) {
            problems.add(
                    entry.keyWhere(),
                    path(meant),
                    "is not a known key (did you mean '%s'?)".formatted(key));
            told.add(meant);
        } else {
            problems.add(where(), path(key), "is missing; " + remedy);
        }
    }

    /** A text, or this default. */
    public String text(String key, String otherwise) {
        return text(key).orElse(otherwise);
    }

    /** true or false. */
    public boolean bool(String key, boolean otherwise) {
        return parsed(key, "true or false", Section::parseBool).orElse(otherwise);
    }

    private static Optional<Boolean> parseBool(String text) {
        return switch (text) {
            case "true" -> Optional.of(true);
            case "false" -> Optional.of(false);
            default -> Optional.empty();
        };
    }

    /** A whole number, decimal or 0x…, within a range. */
    public long integer(String key, long otherwise, long least, long most) {
        var found =
                parsed(
                        key,
                        "a whole number from %d to %d".formatted(least, most),
                        Section::parseLong);
        if (found.isPresent() && (found.get() < least || found.get() > most)) {
            problem(
                    key,
                    "%d is outside %d to %d; give one within".formatted(found.get(), least, most));
            return otherwise;
        }
        return found.orElse(otherwise);
    }

    private static Optional<Long> parseLong(String text) {
        try {
            return Optional.of(Long.decode(text));
        } catch (NumberFormatException _) {
            return Optional.empty();
        }
    }

    /** A finite number, or nothing where the key is absent or wrong. */
    public Optional<Double> number(String key) {
        return parsed(key, "a number", Section::parseDouble);
    }

    private static Optional<Double> parseDouble(String text) {
        try {
            return Optional.of(Double.valueOf(text)).filter(Double::isFinite);
        } catch (NumberFormatException _) {
            return Optional.empty();
        }
    }

    /** A duration with its unit, within a range. */
    public Duration duration(String key, Duration otherwise, Duration least, Duration most) {
        var range = "%s to %s".formatted(Quantities.text(least), Quantities.text(most));
        var found =
                parsed(
                        key,
                        "a time with its unit, such as 500ms, 10s, 5m or 7d",
                        Quantities::duration);
        if (found.isPresent()
                && (found.get().compareTo(least) < 0 || found.get().compareTo(most) > 0)) {
            problem(
                    key,
                    "%s is outside %s; give one within"
                            .formatted(Quantities.text(found.get()), range));
            return otherwise;
        }
        return found.orElse(otherwise);
    }

    /** A size with its unit, within a range; in bytes. */
    public long bytes(String key, long otherwise, long least, long most) {
        var found =
                parsed(
                        key,
                        "a size with its unit, such as 64KiB, 256MiB or 2GiB",
                        Quantities::bytes);
        if (found.isPresent() && (found.get() < least || found.get() > most)) {
            problem(
                    key,
                    "%s is outside %s to %s; give one within"
                            .formatted(
                                    Quantities.sizeText(found.get()),
                                    Quantities.sizeText(least),
                                    Quantities.sizeText(most)));
            return otherwise;
        }
        return found.orElse(otherwise);
    }

    /** One of an enum's constants, written lower-dash. */
    public <E extends Enum<E>> E choice(String key, E otherwise) {
        var constants = Arrays.asList(otherwise.getDeclaringClass().getEnumConstants());
        var names = constants.stream().map(Section::dashed).toList();
        var found = text(key);
        if (found.isEmpty()) {
            return otherwise;
        }
        int at = names.indexOf(found.get());
        if (at < 0) {
            problem(
                    key,
                    "'%s' is not known%s; allowed: %s"
                            .formatted(
                                    found.get(),
                                    hint(found.get(), names),
                                    String.join(", ", names)));
            return otherwise;
        }
        return constants.get(at);
    }

    private static String dashed(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static String hint(String wrong, List<String> known) {
        return Nearest.to(wrong, known).map(n -> " (did you mean '" + n + "'?)").orElse("");
    }

    /**
     * A value by a parser that gives nothing where the text is not {@code expected}, as in {@code a
     * number}; what to do may follow there behind a semicolon.
     */
    public <T> Optional<T> parsed(
            String key, String expected, Function<String, Optional<T>> parser) {
        var text = text(key);
        if (text.isEmpty()) {
            return Optional.empty();
        }
        var value = parser.apply(text.get());
        if (value.isEmpty()) {
            boolean saysWhatToDo = expected.indexOf(';') >= 0;
            problem(
                    key,
                    "'%s' is not %s%s"
                            .formatted(text.get(), expected, saysWhatToDo ? "" : "; give one"));
        }
        return value;
    }

    /** A list of texts; a single value counts as a list of one. */
    public List<String> texts(String key) {
        return switch (node(key)) {
            case null -> List.of();
            case Node.Scalar s -> List.of(s.text());
            case Node.Sequence(Where _, List<Node> items) -> {
                if (!items.stream().allMatch(Node.Scalar.class::isInstance)) {
                    problem(key, "expected a list of single values");
                    yield List.of();
                }
                yield items.stream().map(i -> ((Node.Scalar) i).text()).toList();
            }
            case Node.Mapping _ -> {
                problem(key, "expected a list, found a mapping");
                yield List.of();
            }
        };
    }

    /** A section below this one, or nothing where the key is absent or no mapping. */
    public Optional<Section> section(String key) {
        return switch (node(key)) {
            case null -> Optional.empty();
            case Node.Mapping m -> Optional.of(new Section(m, path(key), problems));
            case Node.Scalar _, Node.Sequence _ -> {
                problem(key, "expected keys and values below it");
                yield Optional.empty();
            }
        };
    }

    /** The sections below a key, by their names, in the order of the file. */
    public Map<String, Section> sections(String key) {
        var named = new LinkedHashMap<String, Section>();
        section(key)
                .ifPresent(parent -> {
                    for (var name : parent.keys()) {
                        parent.section(name).ifPresent(s -> named.put(name, s));
                    }
                });
        return named;
    }

    /** Reports every key that no accessor asked for, with the nearest known one. */
    public void done() {
        mapping.entries()
                .forEach((key, entry) -> {
                    if (!known.contains(key) && !told.contains(key)) {
                        problems.add(
                                entry.keyWhere(),
                                path(key),
                                "is not a known key%s; known here: %s"
                                        .formatted(
                                                hint(key, List.copyOf(known)),
                                                known.stream()
                                                        .sorted()
                                                        .collect(Collectors.joining(", "))));
                    }
                });
    }
}
