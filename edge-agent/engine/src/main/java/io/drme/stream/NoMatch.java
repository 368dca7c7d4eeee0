package io.drme.stream;

import io.drme.config.Nearest;
import io.drme.model.TagTable;

/** Says that a glob finds no tag, and which one was probably meant. */
public final class NoMatch {
    private NoMatch() {}

    /** The message for a person. */
    public static String message(String glob, TagTable table) {
        var names = table.tags().stream().map(t -> t.name().text()).toList();
        return "no tag matches '%s'%s; '*' matches within one word, '**' any depth"
                .formatted(
                        glob,
                        Nearest.to(glob, names)
                                .map(n -> " (did you mean '" + n + "'?)")
                                .orElse(""));
    }
}
