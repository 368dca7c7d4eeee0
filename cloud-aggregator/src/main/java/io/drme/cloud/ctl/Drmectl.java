package io.drme.cloud.ctl;

import io.drme.web.client.CommandException;
import io.drme.web.client.Connection;
import io.drme.web.client.Listing;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** {@code drmectl}: asks a running centre over its REST interface. */
@Command(
        name = "drmectl",
        description = "Asks a DRME centre about its fleet.",
        mixinStandardHelpOptions = true,
        versionProvider = Drmectl.Version.class,
        scope = ScopeType.INHERIT,
        synopsisSubcommandLabel = "COMMAND",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done",
            "1:failed; for reconcile also: not balanced, or not verified",
            "2:wrong usage"
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  drmectl --data /var/lib/drme-cloud gateways",
            "  drmectl --data /var/lib/drme-cloud latest 'press-line-1/press-3/**'",
            "  DRME_TOKEN=… drmectl --url https://central.example:8080 alarms --state unacknowledged",
            "  drmectl --data DIR history press-line-1/press-3/oil/temperature --from -1h --step 1m -o csv"
        })
public final class Drmectl {
    @Option(
            names = "--data",
            paramLabel = "DIR",
            scope = ScopeType.INHERIT,
            description = "The centre's data directory, where it leaves its address and token.")
    private @Nullable Path data;

    @Option(
            names = "--url",
            paramLabel = "URL",
            scope = ScopeType.INHERIT,
            description =
                    "The centre's address; the token comes from the environment variable DRME_TOKEN.")
    private @Nullable String url;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "table|json|csv",
            scope = ScopeType.INHERIT,
            defaultValue = "table",
            description = "Form of the output; default: ${DEFAULT-VALUE}.")
    private Listing.Format format = Listing.Format.table;

    private final Map<String, String> environment;
    private final boolean isWatched;

    private Drmectl(Map<String, String> environment, boolean isWatched) {
        this.environment = environment;
        this.isWatched = isWatched;
    }

    /** The version of the program's jar. */
    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            var version = Drmectl.class.getPackage().getImplementationVersion();
            return new String[] {"drmectl " + (version == null ? "development" : version)};
        }
    }

    /** Runs the program and ends the process with its exit code. */
    public static void main(String[] arguments) {
        // What libraries have to say is not what the person asked for.
        System.setProperty("tinylog.level", "off");
        var out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        var err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        var top = new Drmectl(System.getenv(), Progress.isTerminal());
        System.exit(run(top, out, err, arguments));
    }

    /**
     * Runs one command.
     *
     * @return the exit code: 0 done, 1 failed, 2 wrong usage
     */
    public static int run(
            PrintWriter out,
            PrintWriter err,
            Map<String, String> environment,
            String... arguments) {
        return run(new Drmectl(environment, false), out, err, arguments);
    }

    /** All commands, for who describes them. */
    static CommandLine commands() {
        return commands(new Drmectl(Map.of(), false));
    }

    private static CommandLine commands(Drmectl top) {
        var line = new CommandLine(top);
        line.addSubcommand(new Sites());
        line.addSubcommand(new Lists.Gateways());
        line.addSubcommand(new Members());
        line.addSubcommand(new Jobs());
        line.addSubcommand(new Lists.Tags());
        line.addSubcommand(new Lists.Latest());
        line.addSubcommand(new Trends.History());
        line.addSubcommand(new Trends.Gaps());
        line.addSubcommand(new Alarms());
        line.addSubcommand(new Sql());
        line.addSubcommand(new Reconcile());
        line.addSubcommand(new BackfillCommand());
        line.addSubcommand(new Watch());
        line.addSubcommand(new Users());
        line.addSubcommand(new picocli.AutoComplete.GenerateCompletion());
        return line;
    }

    private static int run(Drmectl top, PrintWriter out, PrintWriter err, String... arguments) {
        var line = commands(top);
        line.setOut(out);
        line.setErr(err);
        if (!top.environment.getOrDefault("NO_COLOR", "").isEmpty()) {
            line.setColorScheme(CommandLine.Help.defaultColorScheme(CommandLine.Help.Ansi.OFF));
        }
        line.setExecutionExceptionHandler(Drmectl::failed);
        if (arguments.length == 0) {
            line.usage(err);
            return CommandLine.ExitCode.USAGE;
        }
        return line.execute(arguments);
    }

    private static int failed(Exception e, CommandLine line, CommandLine.ParseResult parsed)
            throws Exception {
        if (e instanceof CommandException failed) {
            line.getErr().println("drmectl: " + failed.getMessage());
            return failed.exitCode();
        }
        if (e instanceof InterruptedException) {
            Thread.currentThread().interrupt();
            return CommandLine.ExitCode.SOFTWARE;
        }
        throw e;
    }

    Connection connect() throws CommandException {
        return Connection.find(url, data, environment);
    }

    /** Whether a person sees what is written as an error. */
    boolean isWatched() {
        return isWatched;
    }

    Listing.Format format() {
        return format;
    }
}
