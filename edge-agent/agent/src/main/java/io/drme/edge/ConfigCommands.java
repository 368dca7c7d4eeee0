package io.drme.edge;

import io.drme.config.InvalidConfigException;
import io.drme.config.Problems;
import io.drme.edge.config.GatewayConfig;
import io.drme.edge.config.GatewayConfigReader;
import io.drme.edge.config.LastGood;
import io.drme.trial.Trials;
import io.drme.web.client.CommandException;
import io.drme.web.client.Connection;
import io.drme.web.client.Listing;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Objects;
import java.util.Optional;
import java.util.Scanner;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** The commands about a configuration file: check, plan, apply. */
final class ConfigCommands {
    private ConfigCommands() {}

    /** What they share. */
    abstract static class FileCommand implements Callable<Integer> {
        @ParentCommand private @Nullable Main top;

        @Spec private @Nullable CommandSpec spec;

        @Parameters(index = "0", paramLabel = "FILE", description = "gateway.yaml")
        private @Nullable Path file;

        final Main top() {
            return Objects.requireNonNull(top, "set by picocli");
        }

        final PrintWriter out() {
            return Objects.requireNonNull(spec, "set by picocli").commandLine().getOut();
        }

        final PrintWriter err() {
            return Objects.requireNonNull(spec, "set by picocli").commandLine().getErr();
        }

        final Path file() {
            return Objects.requireNonNull(file, "required by picocli");
        }

        /** Reads and places the file as a start would. */
        final Checked check() throws InvalidConfigException {
            var reader = new GatewayConfigReader(SystemTags.device().tags());
            return admitted(reader, reader.read(file()));
        }

        /**
         * As {@link #check}, but where this is not the gateway the uplink's certificates may be
         * somewhere else.
         *
         * @param told whether to say so of those that are not here
         */
        final Checked checkAnywhere(boolean told) throws InvalidConfigException {
            var reader = new GatewayConfigReader(SystemTags.device().tags());
            var notHere = new Problems();
            var config = reader.readElsewhere(file(), notHere);
            if (told && lastGood(config).exists()) {
                notHere.throwIfAny(file().toString());
            }
            if (told) {
                notHere.list()
                        .forEach(p ->
                                err().println(
                                                "note: %s; nothing to mend if this is not the gateway, which can't start without it"
                                                        .formatted(p)));
            }
            return admitted(reader, config);
        }

        private Checked admitted(GatewayConfigReader reader, GatewayConfig config)
                throws InvalidConfigException {
            return new Checked(
                    config, new Layout(reader.factories()).admit(config, file().toString()));
        }

        private LastGood lastGood(GatewayConfig config) {
            var data = top().data();
            return new LastGood(data == null ? config.store().directory() : data);
        }

        @Override
        public final Integer call() throws CommandException, InterruptedException {
            try {
                return run();
            } catch (InvalidConfigException e) {
                err().println(e.getMessage());
                return Main.EXIT_CONFIG;
            }
        }

        abstract int run() throws InvalidConfigException, CommandException, InterruptedException;

        /** What the file would change and cost, beside what runs from its data directory. */
        final PlanReport report(Checked checked) {
            var reader = new GatewayConfigReader(SystemTags.device().tags());
            return new PlanReport(
                    checked.config(),
                    checked.ready(),
                    reader.factories(),
                    running(checked, reader));
        }

        /** The last good file is the one that runs, or ran last. */
        private Optional<GatewayConfig> running(Checked checked, GatewayConfigReader reader) {
            var lastGood = lastGood(checked.config());
            try {
                return lastGood.exists()
                        ? Optional.of(reader.read(lastGood.file()))
                        : Optional.empty();
            } catch (InvalidConfigException e) {
                err().println(
                                "note: %s can't be read by this release, so all counts as new: %s"
                                        .formatted(lastGood.file(), e.getMessage()));
                return Optional.empty();
            }
        }

        /** How the tests inside the file end; nothing where it has none. */
        final void showTests(Trials.Report tests) {
            if (!tests.outcomes().isEmpty()) {
                out().println("tests: " + ConfigTests.summary(tests));
                for (var outcome : tests.failed()) {
                    outcome.failure()
                            .ifPresent(failure ->
                                    ConfigTests.lines(outcome, failure)
                                            .forEach(line -> out().println("  " + line)));
                }
            }
        }

        final void showChanges(PlanReport report) {
            var changes = report.changes();
            if (changes.isEmpty()) {
                out().println("no change against what runs");
            } else {
                out().println("changes:");
                changes.forEach(line -> out().println("  " + line));
            }
        }
    }

    /** A configuration that would run. */
    record Checked(GatewayConfig config, Layout.Ready ready) {
        String summary() {
            var parts = new ArrayList<String>();
            parts.add(PlanReport.count(config.devices().size(), "device"));
            parts.add(PlanReport.count(ready.table().size(), "tag"));
            parts.add(PlanReport.count(config.pipelines().size(), "pipeline"));
            parts.add(PlanReport.count(config.alarms().size(), "alarm"));
            if (!config.tests().isEmpty()) {
                parts.add(PlanReport.count(config.tests().size(), "test"));
            }
            return String.join(", ", parts);
        }
    }

    @Command(
            name = "check",
            description =
                    "Lists everything that is wrong with a file: line, key, what is allowed, what to do.",
            footer = {"  drme-agent check gateway.yaml"})
    static final class Check extends FileCommand {
        @Override
        int run() throws InvalidConfigException {
            var checked = checkAnywhere(true);
            out().println("%s is good: %s".formatted(file(), checked.summary()));
            return 0;
        }
    }

    @Command(
            name = "plan",
            description = {
                "Shows what a file would change and cost, and sends nothing.",
                "Changes against what runs or ran last; the requests of each device and why these; the load of each connection; bytes and wear a day, for how long the disk lasts without the line; and what pipelines are reckoned to take."
            },
            footer = {
                "  drme-agent plan gateway.yaml",
                "  drme-agent plan gateway.yaml --data /var/lib/drme -o json"
            })
    static final class Plan extends FileCommand {
        @Override
        int run() throws InvalidConfigException, CommandException {
            var checked = checkAnywhere(true);
            var report = report(checked);
            var tests = ConfigTests.run(checked.config());
            if (top().format() == Listing.Format.json) {
                out().println(report.json().put("tests", ConfigTests.json(tests)).encodePrettily());
                return 0;
            }
            out().println(checked.summary());
            showChanges(report);
            report.text().forEach(out()::println);
            showTests(tests);
            return 0;
        }
    }

    @Command(
            name = "apply",
            description = {
                "Checks a file, shows its plan, runs the tests inside it, and has the running agent run it; what did not change is not touched.",
                "A file of which a test fails is refused.",
                "With --confirm-within it goes back by itself unless you confirm in time."
            },
            footer = {"  drme-agent apply gateway.yaml --confirm-within 60s --data /var/lib/drme"})
    static final class Apply extends FileCommand {
        @Option(
                names = "--confirm-within",
                paramLabel = "60s",
                description = "Ask to keep it, and go back unless that is answered in time.")
        private @Nullable String confirmWithin;

        @Option(
                names = "--without-tests",
                description = "Apply it without running the tests inside it.")
        private boolean withoutTests;

        @Override
        int run() throws InvalidConfigException, CommandException, InterruptedException {
            var checked = check();
            var report = report(checked);
            showChanges(report);
            report.text().forEach(out()::println);
            if (!withoutTests) {
                var tests = ConfigTests.run(checked.config());
                showTests(tests);
                refuseFailed(tests);
            }
            out().flush();
            try (var agent = top().connect()) {
                var body = new JsonObject().put("file", file().toAbsolutePath().toString());
                if (confirmWithin != null) {
                    body.put("confirmWithin", confirmWithin);
                }
                var answer = agent.post("/api/v1/configuration/apply", body);
                var changes = answer.getJsonArray("changes");
                if (changes.isEmpty()) {
                    out().println(
                                    "nothing changed; version "
                                            + answer.getValue("version")
                                            + " goes on");
                    return 0;
                }
                out().println("version %s runs".formatted(answer.getValue("version")));
                return confirmWithin == null ? 0 : confirm(agent);
            }
        }

        private void refuseFailed(Trials.Report tests) throws CommandException {
            if (!tests.failed().isEmpty()) {
                throw new CommandException(
                        "not applied: %s; mend the file or the test, or give --without-tests"
                                .formatted(ConfigTests.summary(tests)));
            }
        }

        /** What the person typed; nothing where the input ended, as it does in a script. */
        private static String answerFromTerminal() {
            var in = new Scanner(System.in, StandardCharsets.UTF_8);
            return in.hasNextLine() ? in.nextLine() : "";
        }

        private int confirm(Connection agent) throws CommandException, InterruptedException {
            out().print(
                            "keep it? It goes back in %s unless you answer 'yes': "
                                    .formatted(confirmWithin));
            out().flush();
            var answer = answerFromTerminal();
            if (!answer.strip().equals("yes")) {
                out().println(
                                "not confirmed; it goes back. Confirm later with POST /api/v1/configuration/confirm");
                return 1;
            }
            out().println(
                            agent.post("/api/v1/configuration/confirm", new JsonObject())
                                    .getString("result"));
            return 0;
        }
    }

    /** A command that prints a file which the agent ships. */
    abstract static class Shipped implements Callable<Integer> {
        @Spec private @Nullable CommandSpec spec;

        private final String file;

        Shipped(String file) {
            this.file = file;
        }

        @Override
        public final Integer call() throws IOException {
            var out = Objects.requireNonNull(spec, "set by picocli").commandLine().getOut();
            try (var in = Main.class.getResourceAsStream(file)) {
                out.print(
                        new String(
                                Objects.requireNonNull(in, file).readAllBytes(),
                                StandardCharsets.UTF_8));
            }
            out.flush();
            return 0;
        }
    }

    @Command(
            name = "schema",
            description = "Prints the JSON Schema of gateway.yaml, which editors use.",
            footer = {
                "  drme-agent schema > gateway.schema.json",
                "and in the first line of gateway.yaml beside it:",
                "  # yaml-language-server: $schema=gateway.schema.json"
            })
    static final class PrintSchema extends Shipped {
        PrintSchema() {
            super("gateway.schema.json");
        }
    }

    @Command(
            name = "sample",
            description = "Prints a whole gateway.yaml to start from.",
            footer = {"  drme-agent sample > gateway.yaml"})
    static final class PrintSample extends Shipped {
        PrintSample() {
            super("gateway.sample.yaml");
        }
    }
}
