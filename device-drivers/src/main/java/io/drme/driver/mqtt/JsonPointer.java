package io.drme.driver.mqtt;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A path to a value within a JSON document (RFC 6901).
 *
 * @param text as written; empty for the whole document
 * @param steps names or indexes, not escaped
 */
record JsonPointer(String text, List<String> steps) {
    private static final Pattern WRONG_ESCAPE = Pattern.compile("~([^01]|$)");
    private static final Pattern INDEX = Pattern.compile("0|[1-9][0-9]{0,8}");
    private static final int MAX_STEPS = 32;

    /** Reads a pointer; nothing where the text is none. */
    static Optional<JsonPointer> parse(String text) {
        if (text.isEmpty()) {
            return Optional.of(new JsonPointer(text, List.of()));
        }
        if (text.charAt(0) != '/' || WRONG_ESCAPE.matcher(text).find()) {
            return Optional.empty();
        }
        var steps = new ArrayList<String>();
        for (var step : text.substring(1).split("/", -1)) {
            // First the slash, so that ~01 becomes ~1 and not a slash (RFC 6901, 4).
            steps.add(step.replace("~1", "/").replace("~0", "~"));
        }
        return steps.size() > MAX_STEPS
                ? Optional.empty()
                : Optional.of(new JsonPointer(text, List.copyOf(steps)));
    }

    /** The pointer to a child. */
    JsonPointer child(String name) {
        var longer = new ArrayList<>(steps);
        longer.add(name);
        return new JsonPointer(
                text + "/" + name.replace("~", "~0").replace("/", "~1"), List.copyOf(longer));
    }

    /** What it points to; null where there is nothing. */
    @Nullable Json find(Json document) {
        @Nullable Json at = document;
        for (var step : steps) {
            at =
                    switch (at) {
                        case Json.Members members -> members.byName().get(step);
                        case Json.Items items -> item(items, step);
                        case null, default -> null;
                    };
        }
        return at;
    }

    private static @Nullable Json item(Json.Items items, String step) {
        if (!INDEX.matcher(step).matches()) {
            return null;
        }
        int index = Integer.parseInt(step);
        return index < items.inOrder().size() ? items.inOrder().get(index) : null;
    }

    @Override
    public String toString() {
        return text;
    }
}
