package io.drme.edge;

import io.drme.web.client.AccountTable;
import io.drme.web.client.CommandException;
import io.drme.web.client.Connection;
import io.drme.web.client.Listing;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** The commands that ask a running agent. */
final class AskCommands {
    private static final long MOST_ITEMS = 100_000;

    private AskCommands() {}

    /** What they share. */
    abstract static class Ask implements Callable<Integer> {
        @ParentCommand private @Nullable Main top;

        @Spec private @Nullable CommandSpec spec;

        final Main top() {
            return Objects.requireNonNull(top, "set by picocli");
        }

        final PrintWriter out() {
            return Objects.requireNonNull(spec, "set by picocli").commandLine().getOut();
        }

        @Override
        public final Integer call() throws CommandException, InterruptedException {
            try (var agent = top().connect()) {
                return ask(agent);
            }
        }

        abstract int ask(Connection agent) throws CommandException, InterruptedException;

        final void list(
                Connection agent, String path, Map<String, String> parameters, String... columns)
                throws CommandException, InterruptedException {
            new Listing(columns)
                    .print(agent.list(path, parameters, MOST_ITEMS), top().format(), out());
        }

        /** Prints a document as a table of name and value, or as it is. */
        final void document(JsonObject document) throws CommandException {
            if (top().format() == Listing.Format.json) {
                out().println(document.encodePrettily());
                return;
            }
            var rows = new JsonArray();
            flatten("", document, rows);
            new Listing("name", "value").print(rows, top().format(), out());
        }

        /**
         * As {@link #document}, but in a table a list is only counted: who wants it all takes JSON.
         */
        final void glance(JsonObject document) throws CommandException {
            document(top().format() == Listing.Format.table ? counted(document) : document);
        }

        private static JsonObject counted(JsonObject document) {
            var less = new JsonObject();
            for (var entry : document) {
                less.put(
                        entry.getKey(),
                        switch (entry.getValue()) {
                            case JsonObject inner -> counted(inner);
                            case JsonArray list -> list.size() + "; -o json shows them";
                            case null, default -> entry.getValue();
                        });
            }
            return less;
        }

        private static void flatten(String prefix, JsonObject document, JsonArray rows) {
            for (var entry : document) {
                var name = prefix + entry.getKey();
                if (entry.getValue() instanceof JsonObject inner) {
                    flatten(name + ".", inner, rows);
                } else if (entry.getValue() instanceof JsonArray list) {
                    for (int i = 0; i < list.size(); i++) {
                        var numbered = new JsonObject();
                        numbered.put(Integer.toString(i), list.getValue(i));
                        flatten(name + ".", numbered, rows);
                    }
                } else {
                    rows.add(new JsonObject().put("name", name).put("value", entry.getValue()));
                }
            }
        }
    }

    @Command(
            name = "status",
            description = "Configuration, pipelines, store, uplink and accounting at a glance.",
            footer = {"  drme-agent status --data /var/lib/drme"})
    static final class Status extends Ask {
        @Override
        int ask(Connection agent) throws CommandException, InterruptedException {
            var status = agent.get("/api/v1/status", Map.of());
            glance(status);
            var engine = status.getJsonObject("engine", new JsonObject());
            pipelines(engine.getJsonArray("pipelines", new JsonArray()));
            slowed(engine.getJsonArray("slowedDevices", new JsonArray()));
            lost(
                    engine.getJsonObject("restart", new JsonObject())
                            .getJsonArray("lost", new JsonArray()));
            return 0;
        }

        private void lost(JsonArray lines) throws CommandException {
            var items = new JsonArray();
            lines.forEach(line -> items.add(new JsonObject().put("sinceTheRestart", line)));
            below(items, "sinceTheRestart");
        }

        private void pipelines(JsonArray pipelines) throws CommandException {
            below(
                    pipelines,
                    "pipeline",
                    "weight",
                    "within",
                    "samplesPerSecond",
                    "cpu",
                    "nanosPerSample",
                    "waiting",
                    "ageSeconds",
                    "deferred",
                    "overdue",
                    "forced",
                    "late");
        }

        private void slowed(JsonArray devices) throws CommandException {
            below(devices, "device", "factor", "reason");
        }

        /** A list that a table only counts, as a table of its own. */
        private void below(JsonArray items, String... columns) throws CommandException {
            if (top().format() == Listing.Format.table && !items.isEmpty()) {
                out().println();
                new Listing(columns).print(items, top().format(), out());
            }
        }
    }

    @Command(
            name = "devices",
            description = "How each device does, and why.",
            footer = {"  drme-agent devices --data /var/lib/drme"})
    static final class Devices extends Ask {
        @Override
        int ask(Connection agent) throws CommandException, InterruptedException {
            list(
                    agent,
                    "/api/v1/devices",
                    Map.of(),
                    "device",
                    "driver",
                    "state",
                    "reason",
                    "lastGood",
                    "nextTry",
                    "lastError");
            return 0;
        }
    }

    @Command(
            name = "alarms",
            description = "Alarms that are not over; with --state all of one state.",
            footer = {"  drme-agent alarms --state unacknowledged --data /var/lib/drme"})
    static final class AlarmList extends Ask {
        @Option(
                names = "--state",
                paramLabel = "STATE",
                description = "normal, unacknowledged, acknowledged, returned, …")
        private @Nullable String state;

        @Override
        int ask(Connection agent) throws CommandException, InterruptedException {
            var parameters = new TreeMap<String, String>();
            if (state != null) {
                parameters.put("state", state);
            }
            list(
                    agent,
                    "/api/v1/alarms",
                    parameters,
                    "priority",
                    "state",
                    "name",
                    "tag",
                    "value",
                    "raisedAt",
                    "message",
                    "action",
                    "cause",
                    "consequence",
                    "respondWithin",
                    "acknowledgedBy",
                    "by",
                    "until",
                    "comment");
            return 0;
        }
    }

    @Command(
            name = "store",
            description =
                    "Size, backlog and health of the store, what it costs the disk, and how long it lasts without the line.",
            footer = {"  drme-agent store --data /var/lib/drme"})
    static final class StoreState extends Ask {
        @Override
        int ask(Connection agent) throws CommandException, InterruptedException {
            var status = agent.get("/api/v1/status", Map.of());
            var trust = status.getJsonObject("uplink", new JsonObject()).getJsonObject("trust");
            var store = agent.get("/api/v1/store", Map.of());
            if (trust != null) {
                store.put("receipts", trust.getJsonArray("receipts"));
            }
            glance(store);
            return 0;
        }
    }

    @Command(
            name = "reconcile",
            description = "Where every sample went; exit 1 where that does not add up.",
            footer = {"  drme-agent reconcile --data /var/lib/drme -o json"})
    static final class Reconcile extends Ask {
        @Override
        int ask(Connection agent) throws CommandException, InterruptedException {
            var account = agent.get("/api/v1/reconcile", Map.of());
            if (top().format() == Listing.Format.json) {
                document(account);
            } else {
                AccountTable.listing().print(AccountTable.rows(account), top().format(), out());
            }
            return account.getBoolean("balanced", false) ? 0 : 1;
        }
    }

    @Command(
            name = "centre-key",
            description =
                    "The key by which the centre's receipts are verified, the newest receipts, and a key that was refused.",
            footer = {
                "  drme-agent centre-key --data /var/lib/drme",
                "  drme-agent centre-key --accept 0123456789abcdef --data /var/lib/drme"
            })
    static final class CentreKey extends Ask {
        @Option(
                names = "--accept",
                paramLabel = "ID",
                description =
                        "Take the refused key with this id, because the centre was set up anew.")
        private @Nullable String id;

        @Override
        int ask(Connection agent) throws CommandException, InterruptedException {
            if (id != null) {
                document(agent.post("/api/v1/centre-key/accept", new JsonObject().put("id", id)));
                return 0;
            }
            document(agent.get("/api/v1/centre-key", Map.of()));
            return 0;
        }
    }

    @Command(
            name = "why",
            description =
                    "Why a tag is bad: last good value, last request and answer, error, next try.",
            footer = {"  drme-agent why press-3/oil/temperature --data /var/lib/drme"})
    static final class Why extends Ask {
        @Parameters(index = "0", paramLabel = "TAG", description = "device/path")
        private String tag = "";

        @Override
        int ask(Connection agent) throws CommandException, InterruptedException {
            var why = agent.get("/api/v1/why", Map.of("tag", tag));
            if (top().format() == Listing.Format.json) {
                document(why);
                return 0;
            }
            new Listing("name", "value").print(rows(why), top().format(), out());
            return 0;
        }

        /** What a person looks for, in the order in which one asks. */
        private static JsonArray rows(JsonObject why) {
            var latest = why.getJsonObject("latest");
            var device = orEmpty(why.getJsonObject("device"));
            var exchange = orEmpty(why.getJsonObject("exchange"));
            var unit = latest.getString("unit");
            var rows = new JsonArray();
            row(rows, "tag", latest.getString("tag"));
            row(rows, "value", withUnit(latest.getValue("value"), unit));
            row(rows, "quality", latest.getString("quality"));
            row(rows, "reason", latest.getString("reason"));
            row(rows, "since", latest.getString("since"));
            row(rows, "last good value", withUnit(latest.getValue("lastGoodValue"), unit));
            row(rows, "last good time", latest.getString("lastGoodTime"));
            row(rows, "read from", why.getString("source"));
            row(rows, "device", device.getString("device"));
            row(rows, "device state", device.getString("state"));
            row(rows, "last request", exchange.getString("request"));
            row(rows, "last answer", exchange.getString("answer"));
            row(rows, "error", why.getString("error"));
            row(rows, "next try", why.getString("next"));
            return rows;
        }

        /** Of a derived tag there is neither. */
        private static JsonObject orEmpty(@Nullable JsonObject part) {
            return part == null ? new JsonObject() : part;
        }

        private static void row(JsonArray rows, String name, @Nullable String value) {
            var shown = value == null || value.isEmpty() ? "-" : value;
            rows.add(new JsonObject().put("name", name).put("value", shown));
        }

        private static @Nullable String withUnit(@Nullable Object value, @Nullable String unit) {
            return value == null ? null : unit == null ? value.toString() : value + " " + unit;
        }
    }

    @Command(
            name = "users",
            description = "Lists users, or adds one.",
            footer = {
                "  drme-agent users --data DIR",
                "  drme-agent users add anna --role operator --data DIR"
            })
    static final class Users extends Ask {
        @Override
        int ask(Connection agent) throws CommandException, InterruptedException {
            list(agent, "/api/v1/users", Map.of(), "name", "role", "state");
            return 0;
        }

        @Command(
                name = "add",
                description =
                        "Adds a user and prints a code, good once, by which the person signs in and sets a password.")
        int add(
                @Parameters(paramLabel = "NAME", description = "The person's name for signing in.")
                        String name,
                @Option(
                                names = "--role",
                                required = true,
                                paramLabel = "viewer|wall|operator|engineer|admin",
                                description = "What the person may do.")
                        String role)
                throws CommandException, InterruptedException {
            try (var agent = top().connect()) {
                document(
                        agent.post(
                                "/api/v1/users",
                                new JsonObject().put("name", name).put("role", role)));
            }
            return 0;
        }
    }
}
