package io.drme.web;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;

/** Whether the program can do its work now. Safe for use from any thread. */
public final class Health {
    private final List<Check> checks = new CopyOnWriteArrayList<>();

    private record Check(String name, Supplier<Optional<String>> problem) {}

    /**
     * Adds a condition of being ready.
     *
     * @param name the part, for example {@code store}
     * @param problem gives what is wrong with it now, or nothing; called from any thread
     */
    public void add(String name, Supplier<Optional<String>> problem) {
        checks.add(new Check(name, problem));
    }

    /** What is wrong now, a line each; empty when ready. */
    public List<String> problems() {
        return checks.stream()
                .flatMap(c -> c.problem().get().map(p -> c.name() + ": " + p).stream())
                .toList();
    }

    /** Adds {@code /health/live} and {@code /health/ready}. */
    public void addRoutes(Api api) {
        api.add(
                Route.get("/health/live", Rule.PUBLIC, "Answers while the process lives"),
                _ -> Reply.text("text/plain", "live\n"));
        api.add(
                Route.get("/health/ready", Rule.PUBLIC, "Tells whether the program can work"),
                _ -> {
                    var problems = problems();
                    if (problems.isEmpty()) {
                        return Reply.text("text/plain", "ready\n");
                    }
                    throw Problem.unavailable(
                                    "",
                                    "not ready: " + String.join("; ", problems),
                                    "Wait a moment; if it stays so, look at the program's log")
                            .asException();
                });
    }
}
