package io.drme.cloud.ctl;

import io.drme.web.client.CommandException;
import io.drme.web.client.Listing;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Asks a gateway for a span of time again, or shows how far that is. */
@Command(
        name = "backfill",
        description = {
            "Asks a gateway for a span of time again: what the centre lacks of it, or with --again all of it.",
            "A block holds all tags of a poll group, so a single tag can't be asked for."
        },
        footer = {
            "  drmectl --data DIR backfill press-line-1 --from -2h --to -1h",
            "  drmectl --data DIR backfill press-line-1 --from -1d --again",
            "  drmectl --data DIR backfill press-line-1 --status"
        })
final class BackfillCommand extends Lists.Lister {
    private static final Listing ASKED =
            new Listing("command", "gateway", "from", "to", "again", "here", "lacking");

    private static final Listing STATUS =
            new Listing("at", "gateway", "from", "to", "state", "items", "left", "by", "detail");

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "GATEWAY",
            description = "Which gateway; with --status otherwise all.")
    private @Nullable String gateway;

    @Option(
            names = "--from",
            paramLabel = "TIME",
            description = "RFC 3339, or so long ago, as in -2h.")
    private @Nullable String from;

    @Option(
            names = "--to",
            paramLabel = "TIME",
            defaultValue = "-0s",
            description = "RFC 3339, or so long ago; default: now.")
    private String to = "-0s";

    @Option(
            names = "--again",
            description = "Also what the centre holds, as after damage or quarantine.")
    private boolean again;

    @Option(names = "--status", description = "Show what was asked for, and how far it is.")
    private boolean status;

    @Override
    public Integer call() throws CommandException, InterruptedException {
        if (status) {
            return list("/api/v1/backfill", given("gateway", gateway), STATUS);
        }
        if (gateway == null || from == null) {
            throw CommandException.wrongUsage(
                    "GATEWAY and --from are needed, as in drmectl backfill press-line-1 --from -2h; or --status");
        }
        try (var connection = top().connect()) {
            var asked =
                    connection.post(
                            "/api/v1/backfill",
                            new JsonObject()
                                    .put("gateway", gateway)
                                    .put("from", Trends.time(from))
                                    .put("to", Trends.time(to))
                                    .put("again", Boolean.toString(again)));
            print(new JsonArray().add(asked), ASKED);
        }
        return 0;
    }
}
