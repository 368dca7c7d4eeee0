package io.drme.driver.mqtt;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** Makes words of tag names from words of topics, of which anybody may publish any. Pure. */
final class TagWords {
    private static final Pattern NOT_ALLOWED = Pattern.compile("[^a-z0-9_.-]+");

    private TagWords() {}

    /** A path from a topic; empty words fall away. */
    static String path(String topic) {
        List<String> words = new ArrayList<>();
        for (var word : topic.split("/", -1)) {
            var plain = NOT_ALLOWED.matcher(word.toLowerCase(Locale.ROOT)).replaceAll("-");
            if (!plain.isEmpty()) {
                words.add(plain);
            }
        }
        return String.join("/", words);
    }
}
