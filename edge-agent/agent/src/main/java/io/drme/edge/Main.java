package io.drme.edge;

import io.drme.web.client.CommandException;
import io.drme.web.client.Connection;
import io.drme.web.client.Listing;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** {@code drme-agent}: runs a gateway, and asks a running one over its REST interface. */
@Command(
        name = "drme-agent",
        description = "Reads devices, evaluates, stores and syncs: one industrial gateway.",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        scope = ScopeType.INHERIT,
        synopsisSubcommandLabel = "COMMAND",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done",
            "1:failed; for reconcile also: not balanced",
            "2:wrong usage",
            "78:wrong configuration"
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  drme-agent probe tcp://10.0.4.17:502",
            "  drme-agent check gateway.yaml",
            "  drme-agent test gateway.yaml",
            "  drme-agent run --config gateway.yaml --data /var/lib/drme",
            "  drme-agent apply gateway.yaml --confirm-within 60s --data /var/lib/drme",
            "  drme-agent alarms --data /var/lib/drme"
        })
public final class Main {
    /** Wrong configuration, as sysexits.h calls it. */
    static final int EXIT_CONFIG = 78;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            scope = ScopeType.INHERIT,
            description = "The data directory; a running agent leaves its address and token there.")
    private @Nullable Path data;

    @Option(
            names = "--url",
            paramLabel = "URL",
            scope = ScopeType.INHERIT,
            description =
                    "A running agent's address; the token comes from the environment variable DRME_TOKEN.")
    private @Nullable String url;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "table|json|csv",
            scope = ScopeType.INHERIT,
            defaultValue = "table",
            description = "Form of lists; default: ${DEFAULT-VALUE}. browse takes yaml, too.")
    private Form form = Form.table;

    /** The forms of a listing, and one that only {@code browse} has. */
    enum Form {
        table,
        json,
        csv,
        yaml
    }

    private final Map<String, String> environment;

    private Main(Map<String, String> environment) {
        this.environment = environment;
    }

    /** The version of the program's jar. */
    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"drme-agent " + Agent.VERSION};
        }
    }

    /** Runs the program and ends the process with its exit code. */
    public static void main(String[] arguments) {
        var out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        var err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        System.exit(run(out, err, System.getenv(), arguments));
    }

    /**
     * Runs one command.
     *
     * @return the exit code: 0 done, 1 failed, 2 wrong usage, 78 wrong configuration
     */
    public static int run(
            PrintWriter out,
            PrintWriter err,
            Map<String, String> environment,
            String... arguments) {
        var line = new CommandLine(new Main(environment));
        line.addSubcommand(new RunCommand());
        line.addSubcommand(new ConfigCommands.Check());
        line.addSubcommand(new TestCommand());
        line.addSubcommand(new ConfigCommands.Plan());
        line.addSubcommand(new ConfigCommands.Apply());
        line.addSubcommand(new ProbeCommand());
        line.addSubcommand(new ReadCommand());
        line.addSubcommand(new BrowseCommand());
        line.addSubcommand(new TagCommands());
        line.addSubcommand(new TrustCommands.Certificate());
        line.addSubcommand(new TrustCommands.Trust());
        line.addSubcommand(new ConfigCommands.PrintSchema());
        line.addSubcommand(new ConfigCommands.PrintSample());
        line.addSubcommand(new AskCommands.Status());
        line.addSubcommand(new AskCommands.Devices());
        line.addSubcommand(new AskCommands.AlarmList());
        line.addSubcommand(new MaintenanceCommand());
        line.addSubcommand(new AskCommands.StoreState());
        line.addSubcommand(new AskCommands.Reconcile());
        line.addSubcommand(new AskCommands.CentreKey());
        line.addSubcommand(new AskCommands.Why());
        line.addSubcommand(new WriteCommand());
        line.addSubcommand(new NotificationCommands());
        line.addSubcommand(new AskCommands.Users());
        line.addSubcommand(new AutoComplete.GenerateCompletion());
        // No argument names a file to read more of them from: it may be a device's name or topic.
        line.setExpandAtFiles(false);
        line.setOut(out);
        line.setErr(err);
        if (!environment.getOrDefault("NO_COLOR", "").isEmpty()) {
            line.setColorScheme(CommandLine.Help.defaultColorScheme(CommandLine.Help.Ansi.OFF));
        }
        line.setExecutionExceptionHandler(Main::failed);
        if (arguments.length == 0) {
            line.usage(err);
            return CommandLine.ExitCode.USAGE;
        }
        return line.execute(arguments);
    }

    private static int failed(Exception e, CommandLine line, CommandLine.ParseResult parsed)
            throws Exception {
        if (e instanceof CommandException failed) {
            line.getErr().println("drme-agent: " + failed.getMessage());
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

    /** The form that was asked for, of a command that knows them all. */
    Form form() {
        return form;
    }

    /** The form of a listing. */
    Listing.Format format() throws CommandException {
        return switch (form) {
            case table -> Listing.Format.table;
            case json -> Listing.Format.json;
            case csv -> Listing.Format.csv;
            case yaml ->
                    throw CommandException.wrongUsage(
                            "-o yaml is for browse only; here: table, json, csv");
        };
    }

    @Nullable Path data() {
        return data;
    }
}
