package io.drme.bench;

import io.drme.web.client.CommandException;
import io.drme.web.client.Connection;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Our agent under measurement, with its page open, and what it says of itself. */
final class FootprintAgent implements AutoCloseable {
    private static final Duration READY_WITHIN = Duration.ofSeconds(60);

    /** Of the samples that the clock lets expect; the rest is for the edges of the window. */
    private static final double TOLERANCE = 0.03;

    private final FootprintWork work;
    private final Child child;
    private final Connection connection;
    private final OpenPage page;

    private FootprintAgent(FootprintWork work, Child child, Connection connection, OpenPage page) {
        this.work = work;
        this.child = child;
        this.connection = connection;
        this.page = page;
    }

    /** Starts it and opens its page. */
    static FootprintAgent start(FootprintWork work, Path folder, Path config) throws Exception {
        var child = launch(work, folder, config);
        try {
            child.await("ready", READY_WITHIN, () -> accepted(data(work, folder)) > 0);
            var connection = Connection.find(null, data(work, folder), Map.of());
            return new FootprintAgent(work, child, connection, OpenPage.open(connection));
        } catch (Exception e) {
            child.close();
            throw e;
        }
    }

    /** Starts only the process. */
    static Child launch(FootprintWork work, Path folder, Path config) throws IOException {
        Files.createDirectories(data(work, folder));
        return Child.program(
                "agent-" + work.name(),
                "agent",
                List.of(
                        "run",
                        "--config",
                        config.toString(),
                        "--data",
                        data(work, folder).toString()),
                folder);
    }

    static Path data(FootprintWork work, Path folder) {
        return folder.resolve("data-" + work.name());
    }

    /** Samples on disk so far; fails while nobody answers. */
    static long accepted(Path data) throws CommandException, InterruptedException {
        try (var agent = Connection.find(null, data, Map.of())) {
            return agent.get("/api/v1/reconcile", Map.of()).getLong("accepted", 0L);
        }
    }

    Child child() {
        return child;
    }

    /** What the agent counts, and what came over its live feed, at one moment. */
    record Count(JsonObject account, long shown, double atSeconds) {}

    Count count() throws CommandException, InterruptedException {
        return new Count(
                connection.get("/api/v1/reconcile", Map.of()), page.samples(), child.age());
    }

    /** What is wrong with the work done between two counts; empty where nothing is. */
    String objection(Count from, Count to) throws CommandException, InterruptedException {
        double seconds = to.atSeconds() - from.atSeconds();
        double expected = seconds * work.tags();
        long read = sum(to, "read") - sum(from, "read");
        long accepted =
                sum(to, "accepted")
                        - sum(from, "accepted")
                        - sum(to, "derived")
                        + sum(from, "derived");
        if (Math.abs(read - expected) > TOLERANCE * expected + work.tags()) {
            return "read %d samples where %.0f were to be expected".formatted(read, expected);
        }
        if (accepted < read - work.tags()) {
            return "accepted %d of %d samples".formatted(accepted, read);
        }
        if (!to.account().getBoolean("balanced", false)
                || !to.account().getJsonObject("dropped").isEmpty()) {
            return "its account is off: " + to.account().encode();
        }
        if (sum(to, "acknowledged") <= sum(from, "acknowledged")) {
            return "nothing reached the centre";
        }
        if (to.shown() - from.shown() < (1 - TOLERANCE) * expected - work.tags()) {
            return "its page was shown %d samples of %.0f"
                    .formatted(to.shown() - from.shown(), expected);
        }
        return badValues();
    }

    private static long sum(Count count, String term) {
        return count.account().getLong(term, 0L);
    }

    private String badValues() throws CommandException, InterruptedException {
        int good = 0;
        for (var item :
                connection.list("/api/v1/latest", Map.of("limit", "10000"), Long.MAX_VALUE)) {
            var value = (JsonObject) item;
            boolean isRead =
                    value.getString("tag").startsWith("meter-")
                            || value.getString("tag").startsWith("boiler/");
            good += isRead && "good".equals(value.getString("quality")) ? 1 : 0;
        }
        return good == work.tags() ? "" : "%d of %d tags are good".formatted(good, work.tags());
    }

    @Override
    public void close() {
        page.close();
        connection.close();
        child.close();
    }
}
