package io.drme.cloud.ctl;

import io.drme.web.client.CommandException;
import io.drme.web.client.Listing;
import io.vertx.core.json.JsonObject;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "sql",
        description =
                "Runs one SELECT over latest, rollups, alarms, gateways and events; docs/queries.md lists their columns.",
        footer = {
            "  drmectl --data DIR sql 'select site, count(*) as n from gateways group by site'",
            "  drmectl --data DIR sql \"select tag, max(highest) as top from rollups group by tag order by top desc limit 10\" --from -8h --step 10m -o csv"
        })
final class Sql extends Lists.Lister {
    @Parameters(index = "0", paramLabel = "SELECT", description = "The statement.")
    private String sql = "";

    @Option(names = "--match", paramLabel = "GLOB", description = "Of these tags only.")
    private @Nullable String match;

    @Mixin private Lists.Gatewayed gatewayed = new Lists.Gatewayed();

    @Option(
            names = "--from",
            paramLabel = "TIME",
            description = "Begin of rollups and events: RFC 3339, or so long ago; default: -1h.")
    private @Nullable String from;

    @Option(names = "--to", paramLabel = "TIME", description = "Their end; default: now.")
    private @Nullable String to;

    @Option(names = "--step", paramLabel = "DURATION", description = "Of rollups; default: 1m.")
    private @Nullable String step;

    @Override
    public Integer call() throws CommandException, InterruptedException {
        var body = new JsonObject().put("sql", sql);
        given(
                        "match",
                        match,
                        "site",
                        gatewayed.site(),
                        "label",
                        gatewayed.label(),
                        "from",
                        from == null ? null : Trends.time(from),
                        "to",
                        to == null ? null : Trends.time(to),
                        "step",
                        step)
                .forEach(body::put);
        return repeatedly(connection -> print(connection.post("/api/v1/sql", body)));
    }

    private void print(JsonObject answer) {
        var columns =
                answer.getJsonArray("columns").stream().map(String::valueOf).toArray(String[]::new);
        print(answer.getJsonArray("items"), new Listing(columns));
        if (answer.getBoolean("truncated", false)) {
            spec().commandLine()
                    .getErr()
                    .println(
                            "drmectl: there are more rows; narrow the statement down, or use ORDER BY and LIMIT");
        }
    }
}
