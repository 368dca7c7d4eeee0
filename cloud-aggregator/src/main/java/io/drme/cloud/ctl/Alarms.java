package io.drme.cloud.ctl;

import io.drme.web.client.CommandException;
import io.drme.web.client.Connection;
import io.drme.web.client.Listing;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Lists alarms, and does what people do about them. */
@Command(
        name = "alarms",
        description =
                "Lists alarms, newest first, or acknowledges, shelves, resets some or says something about them.",
        footer = {
            "  drmectl --data DIR alarms --state open --site 'acme/**'",
            "  drmectl --data DIR alarms shelve 018f-…-1 --for 2h --reason 'sensor is being changed'",
            "  drmectl --data DIR alarms acknowledge 018f-…-1 --comment 'cooler checked'"
        })
final class Alarms extends Lists.Lister {
    @Option(
            names = "--state",
            paramLabel = "STATE",
            description =
                    "normal, unacknowledged, acknowledged, returned, latched, shelved, suppressed or out-of-service; open (neither over nor hidden) or hidden, the most urgent first.")
    private @Nullable String state;

    @Option(names = "--priority", paramLabel = "PRIORITY", description = "Of this priority.")
    private @Nullable String priority;

    @Option(names = "--match", paramLabel = "GLOB", description = "Of these tags.")
    private @Nullable String match;

    @Option(
            names = "--text",
            paramLabel = "WORDS",
            description =
                    "Of which message, name, tag, gateway or action hold all; of those open or hidden.")
    private @Nullable String text;

    @Mixin private Lists.Gatewayed gatewayed = new Lists.Gatewayed();

    @Option(
            names = "--from",
            paramLabel = "TIME",
            description = "Raised at or after this time: RFC 3339, or so long ago, as in -8h.")
    private @Nullable String from;

    @Option(names = "--to", paramLabel = "TIME", description = "Raised before this time.")
    private @Nullable String to;

    @Override
    public Integer call() throws CommandException, InterruptedException {
        return list(
                "/api/v1/alarms",
                given(
                        "state",
                        state,
                        "priority",
                        priority,
                        "match",
                        match,
                        "text",
                        text,
                        "site",
                        gatewayed.site(),
                        "label",
                        gatewayed.label(),
                        "from",
                        from == null ? null : Trends.time(from),
                        "to",
                        to == null ? null : Trends.time(to)),
                new Listing(
                        "id",
                        "gateway",
                        "name",
                        "tag",
                        "state",
                        "priority",
                        "value",
                        "raisedAt",
                        "orderCertain",
                        "clearedAt",
                        "acknowledgedBy",
                        "message"));
    }

    @Command(
            name = "acknowledge",
            description = "Acknowledges alarms; by whom and when is recorded.",
            footer = {"  drmectl --data DIR alarms acknowledge ID… --comment 'cooler checked'"})
    int acknowledge(
            @Parameters(arity = "1..*", paramLabel = "ID", description = "As the list shows them.")
                    List<String> ids,
            @Option(names = "--comment", paramLabel = "TEXT", description = "Kept with the alarm.")
                    @Nullable String comment)
            throws CommandException, InterruptedException {
        try (var connection = top().connect()) {
            var body = words("comment", comment).put("ids", new JsonArray(List.copyOf(ids)));
            var answer = connection.post("/api/v1/alarms/acknowledge", body);
            return told(answer.getJsonArray("items", new JsonArray()));
        }
    }

    @Command(
            name = "shelve",
            description = "Puts alarms aside for a time; they come back by themselves.",
            footer = {
                "  drmectl --data DIR alarms shelve ID… --for 2h --reason 'sensor is changed'"
            })
    int shelve(
            @Parameters(arity = "1..*", paramLabel = "ID", description = "As the list shows them.")
                    List<String> ids,
            @Option(
                            names = "--for",
                            required = true,
                            paramLabel = "TIME",
                            description = "For so long, as in 30m or 2h.")
                    String time,
            @Option(
                            names = "--reason",
                            required = true,
                            paramLabel = "TEXT",
                            description = "Kept with the alarm.")
                    String reason)
            throws CommandException, InterruptedException {
        return each(ids, "shelve", new JsonObject().put("for", time).put("reason", reason));
    }

    @Command(
            name = "unshelve",
            description = "Brings shelved alarms back before their time.",
            footer = {"  drmectl --data DIR alarms unshelve ID…"})
    int unshelve(
            @Parameters(arity = "1..*", paramLabel = "ID", description = "As the list shows them.")
                    List<String> ids,
            @Option(names = "--comment", paramLabel = "TEXT", description = "Kept with the alarm.")
                    @Nullable String comment)
            throws CommandException, InterruptedException {
        return each(ids, "unshelve", words("comment", comment));
    }

    @Command(
            name = "reset",
            description = "Ends latched alarms.",
            footer = {"  drmectl --data DIR alarms reset ID…"})
    int reset(
            @Parameters(arity = "1..*", paramLabel = "ID", description = "As the list shows them.")
                    List<String> ids,
            @Option(names = "--comment", paramLabel = "TEXT", description = "Kept with the alarm.")
                    @Nullable String comment)
            throws CommandException, InterruptedException {
        return each(ids, "reset", words("comment", comment));
    }

    @Command(
            name = "comment",
            description = "Says something about alarms, for all who look at them.",
            footer = {"  drmectl --data DIR alarms comment ID… --comment 'spare part is ordered'"})
    int comment(
            @Parameters(arity = "1..*", paramLabel = "ID", description = "As the list shows them.")
                    List<String> ids,
            @Option(
                            names = "--comment",
                            required = true,
                            paramLabel = "TEXT",
                            description = "The words.")
                    String comment)
            throws CommandException, InterruptedException {
        return each(ids, "comment", words("comment", comment));
    }

    private static JsonObject words(String name, @Nullable String text) {
        var body = new JsonObject();
        return text == null ? body : body.put(name, text);
    }

    /** Does the same about each; one that is refused does not keep the others back. */
    private int each(List<String> ids, String verb, JsonObject body)
            throws CommandException, InterruptedException {
        var results = new JsonArray();
        try (var connection = top().connect()) {
            for (var id : ids) {
                var path = "/api/v1/alarms/%s/%s".formatted(Connection.encode(id), verb);
                try {
                    results.add(connection.post(path, body));
                } catch (CommandException e) {
                    if (ids.size() == 1) {
                        throw e;
                    }
                    results.add(
                            new JsonObject()
                                    .put("id", id)
                                    .put("result", "failed")
                                    .put("detail", e.getMessage()));
                }
            }
        }
        return told(results);
    }

    /** Prints what became of each; 1 where something was not sent. */
    private int told(JsonArray results) {
        print(results, new Listing("id", "gateway", "result", "detail"));
        boolean isDone =
                results.stream()
                        .allMatch(r ->
                                r instanceof JsonObject one
                                        && "sent".equals(one.getString("result")));
        return isDone ? 0 : 1;
    }
}
