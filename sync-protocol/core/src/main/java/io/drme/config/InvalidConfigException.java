package io.drme.config;

import java.io.Serial;
import java.util.List;
import java.util.stream.Collectors;

/** A configuration that can't be used, with all that is wrong with it. */
public final class InvalidConfigException extends Exception {
    @Serial private static final long serialVersionUID = 1;

    /** So many patterns are named; a person has the file before them. */
    private static final int MOST_NAMED = 5;

    private final transient List<Problem> problems;

    InvalidConfigException(String file, List<Problem> problems, int unlisted, List<String> unsure) {
        super(text(file, problems, unlisted) + later(unsure));
        this.problems = List.copyOf(problems);
    }

    /** All problems in the order of files and lines. */
    public List<Problem> problems() {
        return problems;
    }

    private static String text(String file, List<Problem> problems, int unlisted) {
        int count = problems.size() + unlisted;
        return problems.stream()
                .map(p -> "\n  - " + p)
                .collect(
                        Collectors.joining(
                                "",
                                "%s has %d problem%s:"
                                        .formatted(file, count, count == 1 ? "" : "s"),
                                unlisted == 0 ? "" : "\n  - and %d more".formatted(unlisted)));
    }

    private static String later(List<String> unsure) {
        if (unsure.isEmpty()) {
            return "";
        }
        return "\n  Whether there are tags for '%s'%s is looked at once these are mended."
                .formatted(
                        String.join("', '", unsure.subList(0, Math.min(unsure.size(), MOST_NAMED))),
                        unsure.size() > MOST_NAMED
                                ? " and %d more".formatted(unsure.size() - MOST_NAMED)
                                : "");
    }
}
