package io.drme.stream;

import io.drme.config.Nearest;
import io.drme.config.Section;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The results that a step is asked for, and the words that stand for them in names of tags. */
final class Words {
    private Words() {}

    /** The form of a result in files and tag names. */
    static String text(Enum<?> result) {
        return result.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The results of a key, each once; all of them where it is absent. */
    static <E extends Enum<E>> List<E> read(Section section, String key, E[] all) {
        if (!section.has(key)) {
            return List.of(all);
        }
        var texts = Arrays.stream(all).map(Words::text).toList();
        var found = new LinkedHashSet<E>();
        for (var text : section.texts(key)) {
            int at = texts.indexOf(text);
            if (at < 0) {
                section.problem(
                        key,
                        "'%s' is not known%s; allowed: %s"
                                .formatted(
                                        text,
                                        Nearest.to(text, texts)
                                                .map(n -> " (did you mean '" + n + "'?)")
                                                .orElse(""),
                                        String.join(", ", texts)));
            } else if (!found.add(all[at])) {
                section.problem(key, "'%s' stands twice; remove one".formatted(text));
            }
        }
        if (section.texts(key).isEmpty()) {
            section.problem(
                    key,
                    "is empty; give one or more of: %s, or leave it out for all"
                            .formatted(String.join(", ", texts)));
        }
        return List.copyOf(found);
    }

    /** A duration that may be absent. */
    static Optional<Duration> duration(
            Section section, String key, Duration otherwise, Duration least, Duration most) {
        return section.has(key)
                ? Optional.of(section.duration(key, otherwise, least, most))
                : Optional.empty();
    }

    /** Each word of the steps before with each of a step's own behind it. */
    static List<String> behind(List<String> before, List<String> own) {
        var all = new ArrayList<String>();
        for (var word : before) {
            own.forEach(o -> all.add((word.isEmpty() ? "" : word + "-") + o));
        }
        return all;
    }
}
