package io.drme.model;

import java.util.regex.Pattern;

/**
 * The name of one measured point, unique on a gateway.
 *
 * @param text {@code device/path}: words of {@code [a-z0-9-_.]} joined by {@code '/'}, 1 to 128
 *     characters, for example {@code press-3/oil/temperature}
 */
public record TagName(String text) implements Comparable<TagName> {
    /** The longest allowed name, in characters; it bounds the dictionary of a block. */
    public static final int MAX_LENGTH = 128;

    private static final Pattern FORM = Pattern.compile("[a-z0-9-_.]+(/[a-z0-9-_.]+)*");

    /** Rejects a name that is not of the documented form. */
    public TagName {
        if (!isValid(text)) {
            throw new IllegalArgumentException(
                    "not a tag name: '"
                            + text
                            + "'; expected words of a-z 0-9 - _ . joined by '/', 1 to 128 characters");
        }
    }

    /** Whether a text is of the documented form. */
    public static boolean isValid(String text) {
        return text.length() <= MAX_LENGTH && FORM.matcher(text).matches();
    }

    /** The first word, which names the device or the pipeline. */
    public String device() {
        int slash = text.indexOf('/');
        return slash < 0 ? text : text.substring(0, slash);
    }

    @Override
    public int compareTo(TagName other) {
        return text.compareTo(other.text);
    }

    @Override
    public String toString() {
        return text;
    }
}
