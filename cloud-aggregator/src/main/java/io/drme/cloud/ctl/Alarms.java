package io.drme.cloud.ctl;

import io.drme.web.client.CommandException;
import io.drme.web.client.Listing;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Lists alarms and acknowledges them. */
@Command(
        name = "alarms",
        description = "Lists alarms, newest first, or acknowledges some.",
        footer = {
            "  drmectl --data DIR alarms --state unacknowledged",
            "  drmectl --data DIR alarms acknowledge 018f-…-1 --comment 'cooler checked'"
        })
final class Alarms extends Lists.Lister {
    @Option(
            names = "--state",
            paramLabel = "STATE",
            description =
                    "normal, unacknowledged, acknowledged, returned, latched, shelved, suppressed or out-of-service.")
    private @Nullable String state;

    @Option(names = "--priority", paramLabel = "PRIORITY", description = "Of this priority.")
    private @Nullable String priority;

    @Option(names = "--match", paramLabel = "GLOB", description = "Of these tags.")
    private @Nullable String match;

    @Mixin private Lists.Gatewayed gatewayed = new Lists.Gatewayed();

    @Option(
            names = "--from",
            paramLabel = "TIME",
            description = "Raised at or after this time, RFC 3339.")
    private @Nullable String from;

    @Option(names = "--to", paramLabel = "TIME", description = "Raised before this time, RFC 3339.")
    private @Nullable String to;

    @Override
    public Integer call() throws CommandException, InterruptedException {
        return list(
                "/api/v1/alarms",
                given(
                        "state", state,
                        "priority", priority,
                        "match", match,
                        "site", gatewayed.site(),
                        "label", gatewayed.label(),
                        "from", from,
                        "to", to),
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
            var body = new JsonObject().put("ids", new JsonArray(List.copyOf(ids)));
            if (comment != null) {
                body.put("comment", comment);
            }
            var answer = connection.post("/api/v1/alarms/acknowledge", body);
            print(
                    answer.getJsonArray("items", new JsonArray()),
                    new Listing("id", "result", "detail"));
        }
        return 0;
    }
}
