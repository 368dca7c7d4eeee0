package io.drme.driver.mqtt;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The address of a tag: a topic, of which levels may stand as {@code {name}} for any word.
 *
 * @param levels in order, at least one
 */
record TopicFilter(List<Level> levels) {
    /**
     * Longest topic in characters; the protocol allows 65,535 bytes, of which no broker makes use.
     */
    static final int MAX_LENGTH = 1_024;

    private static final Pattern NAME = Pattern.compile("\\{[a-z][a-z0-9-]{0,31}}");

    /** One level of a topic. */
    sealed interface Level {
        /** A word that stands for itself; may be empty. */
        record Word(String text) implements Level {}

        /** Any word; {@code name} says where it goes in the tag's name. */
        record Any(String name) implements Level {}
    }

    /** What {@link #parse} gives: a filter, or what is wrong with the text and what to do. */
    record Parsed(Optional<TopicFilter> filter, String problem) {
        private static Parsed wrong(String problem) {
            return new Parsed(Optional.empty(), problem);
        }
    }

    /** Reads the text of an address. */
    static Parsed parse(String text) {
        if (text.length() > MAX_LENGTH) {
            return Parsed.wrong(
                    "is %d characters long; a topic may have %d"
                            .formatted(text.length(), MAX_LENGTH));
        }
        if (text.indexOf(0) >= 0) {
            return Parsed.wrong("has a NUL character, which no topic may have; remove it");
        }
        if (text.startsWith("$share/")) {
            return Parsed.wrong(
                    "is a shared subscription, of which each client gets a part only; give the topic behind it");
        }
        var levels = new ArrayList<Level>();
        var names = new ArrayList<String>();
        for (var word : text.split("/", -1)) {
            if (word.indexOf('+') >= 0 || word.indexOf('#') >= 0) {
                return Parsed.wrong(bareWildcard(text));
            }
            if (NAME.matcher(word).matches()) {
                var name = word.substring(1, word.length() - 1);
                if (names.contains(name)) {
                    return Parsed.wrong(
                            "has {%s} twice; give each level a name of its own".formatted(name));
                }
                names.add(name);
                levels.add(new Level.Any(name));
            } else if (word.indexOf('{') >= 0 || word.indexOf('}') >= 0) {
                return Parsed.wrong(
                        "has '%s'; a name stands for a whole level, as {ward}, of a-z 0-9 - and at most 32 characters"
                                .formatted(word));
            } else {
                levels.add(new Level.Word(word));
            }
        }
        return new Parsed(Optional.of(new TopicFilter(List.copyOf(levels))), "");
    }

    /** Of a topic as a broker names it, in which braces are characters like others. */
    static TopicFilter ofTopic(String topic) {
        return new TopicFilter(
                Arrays.stream(topic.split("/", -1)).<Level>map(Level.Word::new).toList());
    }

    private static String bareWildcard(String text) {
        return ("has a bare wildcard, of which nobody can tell which tag a match is;"
                        + " name the level in the address and in the tag, as \"{ward}/pulse\": {address: \"ward/{ward}/pulse\"};"
                        + " 'drme-agent browse mqtt://… --topic '%s'' lists what there is")
                .formatted(text);
    }

    /** The names of its levels that stand for any word, in order; empty for one topic. */
    List<String> names() {
        return levels.stream()
                .filter(Level.Any.class::isInstance)
                .map(level -> ((Level.Any) level).name())
                .toList();
    }

    boolean isOneTopic() {
        return names().isEmpty();
    }

    /** The filter as a broker takes it. */
    String text() {
        return levels.stream()
                .map(level ->
                        switch (level) {
                            case Level.Word(String word) -> word;
                            case Level.Any _ -> "+";
                        })
                .collect(Collectors.joining("/"));
    }

    /** As it is written in the configuration. */
    String written() {
        return levels.stream()
                .map(level ->
                        switch (level) {
                            case Level.Word(String word) -> word;
                            case Level.Any(String name) -> "{" + name + "}";
                        })
                .collect(Collectors.joining("/"));
    }

    /** The words at its names where a topic matches; nothing where it does not. */
    Optional<Map<String, String>> match(String topic) {
        var words = topic.split("/", -1);
        if (words.length != levels.size() || isHidden(words[0])) {
            return Optional.empty();
        }
        var found = new LinkedHashMap<String, String>();
        for (int i = 0; i < words.length; i++) {
            switch (levels.get(i)) {
                case Level.Word(String word) -> {
                    if (!word.equals(words[i])) {
                        return Optional.empty();
                    }
                }
                case Level.Any(String name) -> found.put(name, words[i]);
            }
        }
        return Optional.of(found);
    }

    /** A wildcard at the begin does not stand for the broker's own topics (MQTT 5, 4.7.2). */
    private boolean isHidden(String firstWord) {
        return firstWord.startsWith("$") && levels.getFirst() instanceof Level.Any;
    }

    /** Whether a broker that was asked for this one sends all of the other's topics too. */
    boolean covers(TopicFilter other) {
        if (levels.size() != other.levels.size()) {
            return false;
        }
        for (int i = 0; i < levels.size(); i++) {
            if (levels.get(i) instanceof Level.Word(String word)
                    && !(other.levels.get(i) instanceof Level.Word(String theirs)
                            && word.equals(theirs))) {
                return false;
            }
        }
        return !(other.levels.getFirst() instanceof Level.Word(String first) && isHidden(first));
    }
}
