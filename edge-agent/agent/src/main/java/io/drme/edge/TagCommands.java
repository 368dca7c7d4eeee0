package io.drme.edge;

import io.drme.config.InvalidConfigException;
import io.drme.config.Problem;
import io.drme.edge.config.GatewayConfig;
import io.drme.edge.config.GatewayConfigReader;
import io.drme.edge.config.TagMap;
import io.drme.web.client.CommandException;
import io.drme.web.client.Listing;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.Console;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Scanner;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** The tags of a device or profile, out of a configuration into a CSV file and back. */
@Command(
        name = "tags",
        description =
                "The tags of a device or a profile as a CSV file, for a spreadsheet: out of a configuration and into it.",
        subcommands = {TagCommands.Export.class, TagCommands.Import.class},
        synopsisSubcommandLabel = "export|import",
        footer = {
            "  drme-agent tags export press.csv --device press-3",
            "  drme-agent tags import press.csv --device press-3 --dry-run",
            "  drme-agent tags import press.csv --profile acme-press --config /etc/drme/gateway.yaml"
        })
final class TagCommands implements Callable<Integer> {
    private static final int MOST_SHOWN = 20;

    @ParentCommand private @Nullable Main top;

    @Spec private @Nullable CommandSpec spec;

    @Override
    public Integer call() { // without one of the two there is nothing to do
        var line = Objects.requireNonNull(spec, "set by picocli").commandLine();
        line.usage(line.getErr());
        return CommandLine.ExitCode.USAGE;
    }

    private Listing.Format format() throws CommandException {
        return Objects.requireNonNull(top, "set by picocli").format();
    }

    /** Whose tags; one of the two. */
    static final class Whose {
        @Option(names = "--device", paramLabel = "D", description = "A device under 'devices'.")
        private @Nullable String device;

        @Option(names = "--profile", paramLabel = "P", description = "A profile under 'profiles'.")
        private @Nullable String profile;

        TagMap.Owner owner() {
            return device != null
                    ? new TagMap.Owner(TagMap.Owner.Kind.DEVICE, device)
                    : new TagMap.Owner(
                            TagMap.Owner.Kind.PROFILE,
                            Objects.requireNonNull(profile, "one is required"));
        }
    }

    /** What both share. */
    abstract static class MapCommand implements Callable<Integer> {
        @ParentCommand private @Nullable TagCommands parent;

        @Spec private @Nullable CommandSpec spec;

        @ArgGroup(multiplicity = "1")
        private @Nullable Whose whose;

        @Option(
                names = {"-c", "--config"},
                paramLabel = "FILE",
                defaultValue = "gateway.yaml",
                description = "The configuration; default: ${DEFAULT-VALUE}.")
        private Path configuration = Path.of("gateway.yaml");

        final TagMap map() throws InvalidConfigException {
            return TagMap.of(configuration, owner(), SystemTags.device().tags());
        }

        final TagMap.Owner owner() {
            return Objects.requireNonNull(whose, "required by picocli").owner();
        }

        final Path configuration() {
            return configuration;
        }

        final Listing.Format format() throws CommandException {
            return Objects.requireNonNull(parent, "set by picocli").format();
        }

        final PrintWriter out() {
            return Objects.requireNonNull(spec, "set by picocli").commandLine().getOut();
        }

        final PrintWriter err() {
            return Objects.requireNonNull(spec, "set by picocli").commandLine().getErr();
        }

        @Override
        public final Integer call() throws CommandException {
            try {
                return run();
            } catch (InvalidConfigException e) {
                err().println(e.getMessage());
                return Main.EXIT_CONFIG;
            } catch (IOException e) {
                throw new CommandException(
                        "can't be written: " + e + "; check the folder and its rights");
            }
        }

        abstract int run() throws InvalidConfigException, IOException, CommandException;
    }

    @Command(
            name = "export",
            description = {
                "Writes the tags of a device or profile to a CSV file; '-' writes to the screen.",
                "What is exported can be imported again and gives the same tags."
            },
            footer = {
                "  drme-agent tags export press.csv --device press-3",
                "  drme-agent tags export - --profile acme-press --config /etc/drme/gateway.yaml"
            })
    static final class Export extends MapCommand {
        @Parameters(
                index = "0",
                paramLabel = "FILE.csv",
                description = "Where to; - is the screen.")
        private String file = "";

        @Override
        int run() throws InvalidConfigException, IOException {
            var export = map().export();
            if (file.equals("-")) {
                out().print(export.csv());
                out().flush();
            } else {
                Files.writeString(Path.of(file), export.csv());
                out().println(
                                "%s: %s of %s"
                                        .formatted(
                                                file,
                                                PlanReport.count(export.tags(), "tag"),
                                                owner()));
            }
            if (!export.note().isEmpty()) {
                err().println("note: " + export.note());
            }
            return 0;
        }
    }

    @Command(
            name = "import",
            description = {
                "Puts a CSV file in the place of the one that 'tags: {file: …}' of the device or profile names.",
                "The whole configuration is checked with it first, and what would change is shown; with a problem nothing is written.",
                "A tag that the file lacks is removed. The agent reads the new tags once you apply the configuration."
            },
            footer = {
                "  drme-agent tags import press.csv --device press-3 --dry-run",
                "  drme-agent tags import press.csv --device press-3 --config /etc/drme/gateway.yaml",
                "  drme-agent apply /etc/drme/gateway.yaml --data /var/lib/drme"
            })
    static final class Import extends MapCommand {
        @Parameters(index = "0", paramLabel = "FILE.csv", description = "The file to import.")
        private Path file = Path.of("");

        @Option(names = "--dry-run", description = "Only check and show what would change.")
        private boolean dryRun;

        @Option(
                names = {"-y", "--yes"},
                description = "Don't ask; without it a person at a terminal is asked.")
        private boolean yes;

        @Option(names = "--all", description = "Show every change, not the first 20 of a kind.")
        private boolean all;

        @Override
        int run() throws InvalidConfigException, IOException, CommandException {
            var preview = map().preview(file, this::misfits);
            if (format() == Listing.Format.json) {
                out().println(json(preview).encodePrettily());
            } else {
                show(preview);
            }
            if (!preview.problems().isEmpty()) {
                err().println(
                                "%s has %d problem%s; nothing was written:"
                                        .formatted(
                                                file,
                                                preview.problems().size(),
                                                preview.problems().size() == 1 ? "" : "s"));
                preview.problems().forEach(p -> err().println("  - " + told(p)));
                return Main.EXIT_CONFIG;
            }
            if (dryRun || !isWanted(preview)) {
                told().println("nothing was written");
                return dryRun ? 0 : 1;
            }
            TagMap.write(preview);
            told().println(
                            "%s: %s of %s; 'drme-agent apply %s' has the agent read them"
                                    .formatted(
                                            preview.target(),
                                            PlanReport.count(preview.tags(), "tag"),
                                            owner(),
                                            configuration()));
            return 0;
        }

        private List<Problem> misfits(GatewayConfig config) {
            try {
                var reader = new GatewayConfigReader(SystemTags.device().tags());
                new Layout(reader.factories()).admit(config, configuration().toString());
                return List.of();
            } catch (InvalidConfigException e) {
                return e.problems();
            }
        }

        /** A person sees the preview and says yes; a script has said it by calling. */
        private boolean isWanted(TagMap.Preview preview) throws CommandException {
            if (yes || !isAtTerminal() || preview.changes().isEmpty()) {
                return true;
            }
            told().print("write %s? [y/N] ".formatted(preview.target()));
            told().flush();
            var in = new Scanner(System.in, StandardCharsets.UTF_8);
            return in.hasNextLine() && isYes(in.nextLine());
        }

        /** Where a person reads on; a program that takes the document reads nothing behind it. */
        private PrintWriter told() throws CommandException {
            return format() == Listing.Format.json ? err() : out();
        }

        private static boolean isAtTerminal() {
            return Optional.ofNullable(System.console()).filter(Console::isTerminal).isPresent();
        }

        private static boolean isYes(String answer) {
            return answer.strip().toLowerCase(Locale.ROOT).startsWith("y");
        }

        private void show(TagMap.Preview preview) {
            preview.before().forEach(p -> err().println("already wrong: " + p));
            if (preview.changes().isEmpty()) {
                out().println("no tag changes");
            }
            for (var kind : List.of("+", "~", "-")) {
                var lines = preview.changes().stream().filter(l -> l.startsWith(kind)).toList();
                int shown = all ? lines.size() : Math.min(lines.size(), MOST_SHOWN);
                lines.subList(0, shown).forEach(out()::println);
                if (shown < lines.size()) {
                    out().println(
                                    "%s … and %d more; --all shows them"
                                            .formatted(kind, lines.size() - shown));
                }
            }
        }

        private JsonObject json(TagMap.Preview preview) {
            return new JsonObject()
                    .put("file", preview.target().toString())
                    .put("tags", preview.tags())
                    .put("changes", new JsonArray(preview.changes()))
                    .put(
                            "problems",
                            new JsonArray(preview.problems().stream().map(this::told).toList()));
        }

        /** Row and column, as a spreadsheet shows them, where the problem is in the file. */
        private String told(Problem problem) {
            if (!problem.where().file().equals(file.toString())) {
                return problem.toString();
            }
            var inTag = problem.key().replaceFirst("^(devices|profiles)\\.[^.]*\\.tags\\.?", "");
            int dot = inTag.lastIndexOf('.');
            var place =
                    dot < 0
                            ? inTag.isEmpty() ? "" : ", tag " + inTag
                            : ", column %s, tag %s"
                                    .formatted(inTag.substring(dot + 1), inTag.substring(0, dot));
            return "%s: row %d%s: %s"
                    .formatted(file, problem.where().line(), place, problem.message());
        }
    }
}
