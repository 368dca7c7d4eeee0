package io.drme.edge;

import io.drme.web.client.CommandException;
import io.drme.web.client.Connection;
import io.drme.web.client.Listing;
import io.vertx.core.json.JsonObject;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code drme-agent notifications}: whom the gateway tells of alarms, with a test for each. */
@Command(
        name = "notifications",
        description = {
            "Whom the gateway tells of alarms, and how that goes.",
            "'test NAME' sends a test message and says what happened; 'deliveries NAME' lists what is on its way; 'silence NAME' silences a horn until the next alarm."
        },
        footer = {
            "  drme-agent notifications --data /var/lib/drme",
            "  drme-agent notifications test shift-mail --data /var/lib/drme",
            "  drme-agent notifications deliveries shift-mail -o json --data /var/lib/drme",
            "  drme-agent notifications silence horn --data /var/lib/drme"
        })
final class NotificationCommands extends AskCommands.Ask {
    /** What can be done with one receiver. */
    enum Deed {
        test,
        deliveries,
        silence
    }

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "test|deliveries|silence",
            description = "What to do; without it all receivers are listed.")
    private @Nullable Deed deed;

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "NAME",
            description = "The receiver, as in gateway.yaml.")
    private @Nullable String name;

    @Override
    int ask(Connection agent) throws CommandException, InterruptedException {
        if (deed == null) {
            return listAll(agent);
        }
        if (name == null) {
            throw CommandException.wrongUsage(
                    "name a receiver: drme-agent notifications " + deed + " NAME");
        }
        var path = "/api/v1/notifications/" + name;
        return switch (deed) {
            case test -> test(agent.post(path + "/test", new JsonObject()));
            case deliveries -> {
                list(
                        agent,
                        path + "/deliveries",
                        Map.of(),
                        "state",
                        "since",
                        "notices",
                        "alarm",
                        "transition",
                        "attempts",
                        "nextTry",
                        "lastError",
                        "id");
                yield 0;
            }
            case silence -> {
                document(agent.post(path + "/silence", new JsonObject()));
                yield 0;
            }
        };
    }

    private int listAll(Connection agent) throws CommandException, InterruptedException {
        list(
                agent,
                "/api/v1/notifications",
                Map.of(),
                "name",
                "kind",
                "to",
                "state",
                "waiting",
                "sent",
                "failed",
                "expired",
                "refused",
                "nextTry",
                "lastError");
        return 0;
    }

    private int test(JsonObject answer) throws CommandException {
        boolean ok = answer.getBoolean("ok");
        if (top().format() == Listing.Format.table) {
            out().println((ok ? "sent: " : "failed: ") + answer.getString("said"));
            if (!answer.getString("hint").isEmpty()) {
                out().println(answer.getString("hint"));
            }
        } else {
            document(answer);
        }
        return ok ? 0 : 1;
    }
}
