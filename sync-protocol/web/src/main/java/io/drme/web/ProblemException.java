package io.drme.web;

import java.io.Serial;

/**
 * Ends a request with a {@link Problem}. Unchecked, because one place handles it, the server, and
 * nothing between a handler's depth and that place could do anything about it.
 */
public final class ProblemException extends RuntimeException {
    @Serial private static final long serialVersionUID = 1;

    private final transient Problem problem;

    /** Wraps a problem. */
    public ProblemException(Problem problem) {
        super(problem.detail(), null, false, false);
        this.problem = problem;
    }

    /** What the client is told. */
    public Problem problem() {
        return problem;
    }
}
