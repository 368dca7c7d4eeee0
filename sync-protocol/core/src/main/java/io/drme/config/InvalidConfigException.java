package io.drme.config;

import java.io.Serial;
import java.util.List;
import java.util.stream.Collectors;

/** A configuration that can't be used, with all that is wrong with it. */
public final class InvalidConfigException extends Exception {
    @Serial private static final long serialVersionUID = 1;

    private final transient List<Problem> problems;

    InvalidConfigException(String file, List<Problem> problems, int unlisted) {
        super(text(file, problems, unlisted));
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
}
