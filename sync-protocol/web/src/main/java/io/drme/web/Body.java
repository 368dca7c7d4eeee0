package io.drme.web;

import io.drme.config.Nearest;
import io.drme.config.Quantities;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A JSON object that a client sent, read field by field; whatever is wrong ends as a 400. */
public final class Body {
    /** The most elements of a list in a body. */
    public static final int MAX_LIST = 10_000;

    private final JsonObject json;

    Body(JsonObject json, Set<String> known) {
        this.json = json;
        for (var name : json.fieldNames()) {
            if (!known.contains(name)) {
                throw Problem.badBody(
                                "/" + Request.shortened(name),
                                "the field '" + Request.shortened(name) + "' is not known",
                                Nearest.to(name, known)
                                        .map(near -> "did you mean '" + near + "'?")
                                        .orElse("the fields " + String.join(", ", known)))
                        .asException();
            }
        }
    }

    /** A text that has to be there and not be blank. */
    public String text(String name) {
        return optionalText(name)
                .filter(text -> !text.isBlank())
                .orElseThrow(() -> wrong(name, "is missing", "a text"));
    }

    /** A text that may be left out. */
    public Optional<String> optionalText(String name) {
        var value = json.getValue(name);
        if (value == null) {
            return Optional.empty();
        }
        if (value instanceof String text) {
            return Optional.of(text);
        }
        throw wrong(name, "is no text", "a text in double quotes");
    }

    /** A list of texts that has to be there. */
    public List<String> texts(String name) {
        if (!(json.getValue(name) instanceof JsonArray array) || array.size() > MAX_LIST) {
            throw wrong(name, "is no list", "a list of at most " + MAX_LIST + " texts");
        }
        var result = new ArrayList<String>();
        for (int i = 0; i < array.size(); i++) {
            if (!(array.getValue(i) instanceof String text)) {
                throw wrong(name + "/" + i, "is no text", "a text in double quotes");
            }
            result.add(text);
        }
        return result;
    }

    /** A duration such as {@code "30s"} that has to be there. */
    public Duration duration(String name) {
        return Quantities.duration(text(name))
                .filter(d -> !d.isZero())
                .orElseThrow(
                        () -> wrong(name, "is no duration", "a text such as \"30m\" or \"8h\""));
    }

    /** The whole as JSON, for what has a form of its own. */
    public JsonObject toJson() {
        return json.copy();
    }

    private static ProblemException wrong(String name, String what, String expected) {
        return Problem.badBody("/" + name, "the field '" + name + "' " + what, expected)
                .asException();
    }
}
