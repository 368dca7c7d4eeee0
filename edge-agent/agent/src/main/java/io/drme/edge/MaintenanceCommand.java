package io.drme.edge;

import io.drme.web.client.CommandException;
import io.drme.web.client.Connection;
import io.drme.web.client.Listing;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code drme-agent maintenance}: the alarms of a device out of service for a time. */
@Command(
        name = "maintenance",
        description =
                "Takes all alarms of a device out of service for a time, with a reason, or ends that; 'alarms --state out-of-service' lists them.",
        footer = {
            "  drme-agent maintenance press-3 --for 2h --reason 'seal is changed' --data DIR",
            "  drme-agent maintenance press-3 --end --data DIR"
        })
final class MaintenanceCommand extends AskCommands.Ask {
    @Parameters(index = "0", paramLabel = "DEVICE", description = "As in gateway.yaml.")
    private String device = "";

    @ArgGroup(exclusive = true, multiplicity = "1")
    private Choice choice = new Choice();

    private static final class Choice {
        @ArgGroup(exclusive = false)
        private @Nullable Begin begin;

        @Option(names = "--end", description = "Ends it before its time.")
        private boolean end;
    }

    private static final class Begin {
        @Option(
                names = "--for",
                required = true,
                paramLabel = "TIME",
                description = "How long, such as 2h; at most 30d.")
        private String time = "";

        @Option(
                names = "--reason",
                required = true,
                paramLabel = "TEXT",
                description = "Why; it is recorded with each alarm.")
        private String reason = "";
    }

    @Override
    int ask(Connection agent) throws CommandException, InterruptedException {
        var path = "/api/v1/devices/" + device + "/maintenance";
        var begin = choice.begin;
        var answer =
                begin == null || choice.end
                        ? agent.post(path + "/end", new JsonObject())
                        : agent.post(
                                path,
                                new JsonObject()
                                        .put("for", begin.time)
                                        .put("reason", begin.reason));
        new Listing("state", "name", "tag", "until", "by", "comment", "note")
                .print(rows(answer), top().format(), out());
        return 0;
    }

    private static JsonArray rows(JsonObject answer) {
        var note = answer.getString("note");
        return note == null
                ? answer.getJsonArray("items")
                : new JsonArray().add(new JsonObject().put("note", note));
    }
}
