package io.drme.edge;

import io.drme.config.InvalidConfigException;
import io.drme.trial.Trials;
import io.drme.web.client.CommandException;
import io.drme.web.client.Listing;
import io.vertx.core.json.JsonArray;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code drme-agent test}: runs the tests inside a configuration. */
@Command(
        name = "test",
        description = {
            "Runs the tests inside a file: what they give is played through its pipelines and alarms, and what comes is held against what they expect. Sends nothing and needs no device.",
            "Then lists what no test tries: pipelines, filters, limits of alarms, and tags that one of these reads."
        },
        footer = {"  drme-agent test gateway.yaml", "  drme-agent test gateway.yaml -o json"})
final class TestCommand extends ConfigCommands.FileCommand {
    /** A gateway may have thousands of tags; a person reads some. */
    private static final int MOST_LISTED = 30;

    @Option(names = "--all", description = "List all that no test tries, not only the first.")
    private boolean all;

    @Override
    int run() throws InvalidConfigException, CommandException {
        var format = top().format();
        var report = ConfigTests.run(checkAnywhere(false).config());
        switch (format) {
            case json -> out().println(ConfigTests.json(report).encodePrettily());
            case csv -> csv(report);
            case table -> table(report);
        }
        return report.failed().isEmpty() ? 0 : 1;
    }

    private void csv(Trials.Report report) {
        var items = new JsonArray();
        report.outcomes().forEach(o -> items.add(ConfigTests.json(o)));
        new Listing("name", "result", "file", "line", "key", "expected", "got")
                .print(items, Listing.Format.csv, out());
    }

    private void table(Trials.Report report) {
        for (var outcome : report.outcomes()) {
            outcome.failure()
                    .ifPresentOrElse(
                            failure -> ConfigTests.lines(outcome, failure).forEach(out()::println),
                            () -> out().println("ok      " + outcome.name()));
        }
        out().println(
                        report.outcomes().isEmpty()
                                ? "no tests in %s; docs/tests.md shows how to write them"
                                        .formatted(file())
                                : ConfigTests.summary(report));
        if (!report.uncovered().isEmpty()) {
            out().println();
            out().println("tried by no test:");
        }
        int shown = all ? Integer.MAX_VALUE : MOST_LISTED;
        report.uncovered().stream().limit(shown).map(TestCommand::line).forEach(out()::println);
        if (report.uncovered().size() > shown) {
            out().println(
                            "  and %d more; --all lists them"
                                    .formatted(report.uncovered().size() - shown));
        }
    }

    private static String line(Trials.Uncovered u) {
        return "  %s%s: %s".formatted(u.where().map(w -> w + ": ").orElse(""), u.key(), u.what());
    }
}
