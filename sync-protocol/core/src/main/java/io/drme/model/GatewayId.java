package io.drme.model;

import java.util.regex.Pattern;

/**
 * The name of one installed agent, unique in the fleet.
 *
 * @param text 1 to 64 of {@code [a-z0-9-_.]}
 */
public record GatewayId(String text) implements Comparable<GatewayId> {
    private static final Pattern FORM = Pattern.compile("[a-z0-9-_.]{1,64}");

    /** Rejects a name that is not of the documented form. */
    public GatewayId {
        if (!isValid(text)) {
            throw new IllegalArgumentException(
                    "not a gateway id: '" + text + "'; expected 1 to 64 of a-z 0-9 - _ .");
        }
    }

    /** Whether a text is of the documented form. */
    public static boolean isValid(String text) {
        return FORM.matcher(text).matches();
    }

    @Override
    public int compareTo(GatewayId other) {
        return text.compareTo(other.text);
    }

    @Override
    public String toString() {
        return text;
    }
}
