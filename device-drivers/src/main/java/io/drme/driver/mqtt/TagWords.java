package io.drme.driver.mqtt;

import io.drme.driver.TagTemplate;
import io.drme.model.TagName;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Makes words of tag names from words of topics, of which anybody may publish any. Pure.
 *
 * <p>Letters become lower case, and each run of other characters than {@code a-z 0-9 _ .} a {@code
 * -}. A word of which nothing but {@code - .} is left, or that is longer than {@link #MAX_WORD},
 * makes no name.
 */
final class TagWords {
    /** The longest word that a topic may give to a name, in characters. */
    static final int MAX_WORD = 64;

    private static final Pattern NOT_ALLOWED = Pattern.compile("[^a-z0-9_.-]+");
    private static final Pattern NOTHING = Pattern.compile("[-.]*");

    private TagWords() {}

    private static String plain(String word) {
        return NOT_ALLOWED.matcher(word.toLowerCase(Locale.ROOT)).replaceAll("-");
    }

    /** A path from a topic; empty words fall away. */
    static String path(String topic) {
        List<String> words = new ArrayList<>();
        for (var word : topic.split("/", -1)) {
            var plain = plain(word);
            if (!plain.isEmpty()) {
                words.add(plain);
            }
        }
        return String.join("/", words);
    }

    /** The name that a template gives to the words of a topic; nothing where they make none. */
    static Optional<TagName> name(TagTemplate template, Map<String, String> topicWords) {
        var words = new LinkedHashMap<String, String>();
        for (var entry : topicWords.entrySet()) {
            var word = plain(entry.getValue());
            if (word.length() > MAX_WORD || NOTHING.matcher(word).matches()) {
                return Optional.empty();
            }
            words.put(entry.getKey(), word);
        }
        return Optional.of(template.name(words)).filter(TagName::isValid).map(TagName::new);
    }
}
