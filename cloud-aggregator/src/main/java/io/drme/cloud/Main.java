package io.drme.cloud;

import io.drme.cloud.config.CloudConfig;
import io.drme.cloud.ctl.Drmectl;
import io.drme.config.InvalidConfigException;
import io.drme.time.SystemClock;
import io.drme.web.Access;
import io.drme.web.ProblemException;
import io.drme.web.Role;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code drme-cloud}: runs one member of the centre. */
@Command(
        name = "drme-cloud",
        description = "Collects what gateways send, and answers questions about the fleet.",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        subcommands = AutoComplete.GenerateCompletion.class,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:done", "1:failed", "2:wrong usage", "78:wrong configuration"},
        footerHeading = "%nExamples:%n",
        footer = {
            "  drme-cloud run --data /var/lib/drme-cloud",
            "  drme-cloud check cloud.yaml",
            "  drme-cloud test cloud.yaml",
            "  drme-cloud backup /backup/centre.drme --data /var/lib/drme-cloud",
            "  drme-cloud users add anna --role operator --data /var/lib/drme-cloud"
        })
public final class Main {
    /** Exit code for a configuration that can't be used (sysexits EX_CONFIG). */
    static final int WRONG_CONFIGURATION = 78;

    private static final String CONFIG_TEXT =
            "The file cloud.yaml; without it: one member, SQLite, loopback only.";

    @Spec private @Nullable CommandSpec spec;

    private Main() {}

    /** The version of the program's jar. */
    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"drme-cloud " + version()};
        }
    }

    static String version() {
        var version = Main.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }

    /** Runs the program and ends the process with its exit code. */
    public static void main(String[] arguments) {
        if (System.getProperty("tinylog.configuration") == null) {
            System.setProperty("tinylog.configuration", "drme-cloud-log.properties");
        }
        var out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        var err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        System.exit(run(out, err, arguments));
    }

    /** Runs one command and gives its exit code. */
    static int run(PrintWriter out, PrintWriter err, String... arguments) {
        // the streams go to the subcommands that are there by then
        var line = new CommandLine(new Main()).addSubcommand(new Users()).setOut(out).setErr(err);
        line.setExecutionExceptionHandler(Main::failed);
        if (arguments.length == 0) {
            line.usage(err);
            return CommandLine.ExitCode.USAGE;
        }
        return line.execute(arguments);
    }

    private static int failed(Exception e, CommandLine line, CommandLine.ParseResult parsed)
            throws Exception {
        if (e instanceof InvalidConfigException) {
            line.getErr().println(e.getMessage());
            return WRONG_CONFIGURATION;
        }
        if (e instanceof StartException) {
            line.getErr().println("drme-cloud: " + e.getMessage());
            return CommandLine.ExitCode.SOFTWARE;
        }
        throw e;
    }

    private PrintWriter out() {
        return spec == null
                ? new PrintWriter(System.out, true, StandardCharsets.UTF_8)
                : spec.commandLine().getOut();
    }

    @Command(
            name = "run",
            description = "Runs a member until it is told to stop (Ctrl-C, SIGTERM).",
            mixinStandardHelpOptions = true,
            footer = {
                "%nExamples:",
                "  drme-cloud run",
                "  drme-cloud run --config /etc/drme/cloud.yaml",
                "  drme-cloud run --data /tmp/centre --port 0 --mqtt-port 0"
            })
    int run(
            @Option(names = "--config", paramLabel = "FILE", description = CONFIG_TEXT)
                    @Nullable Path file,
            @Option(
                            names = "--data",
                            paramLabel = "DIR",
                            defaultValue = CloudConfig.DEFAULT_DIRECTORY,
                            description = "Where the data is kept; default: ${DEFAULT-VALUE}.")
                    Path data,
            @Option(
                            names = "--port",
                            paramLabel = "N",
                            description =
                                    "HTTP port instead of the configured one; 0 takes a free one.")
                    @Nullable Integer port,
            @Option(
                            names = "--mqtt-port",
                            paramLabel = "N",
                            description =
                                    "MQTT port instead of the configured one; 0 takes a free one.")
                    @Nullable Integer mqttPort)
            throws InvalidConfigException, StartException, InterruptedException {
        var config =
                config(file).withPorts(Optional.ofNullable(port), Optional.ofNullable(mqttPort));
        var clock = new SystemClock();
        long begin = clock.nanoTime();
        var centre = Centre.start(config, data, clock);
        Runtime.getRuntime()
                .addShutdownHook(Thread.ofPlatform().name("stop").unstarted(() -> stop(centre)));
        out().printf(
                        "drme-cloud ready after %.1f s: page and REST %s, MQTT %s:%d, data %s%n",
                        (clock.nanoTime() - begin) / 1e9,
                        centre.url(),
                        config.ingest().listen().host(),
                        centre.mqttPort(),
                        data.toAbsolutePath());
        new CountDownLatch(1).await();
        return 0;
    }

    /** The hook of SIGTERM: all is on disk when it ends, and that is a clean end. */
    private static void stop(Centre centre) {
        centre.close();
        Runtime.getRuntime().halt(0);
    }

    @Command(
            name = "check",
            description =
                    "Checks a file and lists all that is wrong with it; exit 78 where anything is.",
            mixinStandardHelpOptions = true,
            footer = {"%nExample:", "  drme-cloud check /etc/drme/cloud.yaml"})
    int check(@Parameters(paramLabel = "FILE", description = "The file cloud.yaml.") Path file)
            throws InvalidConfigException {
        var config = CloudConfig.read(file);
        out().printf(
                        "%s is good: page and REST on %s, MQTT on %s%n",
                        file, config.web().listen(), config.ingest().listen());
        return 0;
    }

    @Command(
            name = "test",
            description =
                    "Runs the tests of a file's fleet pipelines, in virtual time and on the engine that runs them; exit 1 where one fails.",
            mixinStandardHelpOptions = true,
            footer = {"%nExample:", "  drme-cloud test /etc/drme/cloud.yaml"})
    int test(@Parameters(paramLabel = "FILE", description = "The file cloud.yaml.") Path file)
            throws InvalidConfigException {
        var outcomes = FleetTests.run(CloudConfig.read(file).fleet());
        outcomes.forEach(outcome -> FleetTests.lines(outcome).forEach(out()::println));
        boolean allPass = outcomes.stream().allMatch(o -> o.failure().isEmpty());
        return allPass ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
    }

    @Command(
            name = "backup",
            description =
                    "Writes database, key and accounts into one file, while the centre may run. The file holds the centre's key: keep it as such.",
            mixinStandardHelpOptions = true,
            footer = {
                "%nExamples:",
                "  drme-cloud backup /backup/centre.drme --data /var/lib/drme-cloud",
                "  drme-cloud backup /backup/centre.drme --config /etc/drme/cloud.yaml"
            })
    int backup(
            @Parameters(paramLabel = "FILE", description = "The file to write.") Path file,
            @Option(names = "--config", paramLabel = "FILE", description = CONFIG_TEXT)
                    @Nullable Path configuration,
            @Option(
                            names = "--data",
                            paramLabel = "DIR",
                            defaultValue = CloudConfig.DEFAULT_DIRECTORY,
                            description = "The centre's data directory; default: ${DEFAULT-VALUE}.")
                    Path data)
            throws InvalidConfigException, StartException {
        var content = BackupCommands.backup(config(configuration), data, file);
        out().printf(
                        "%s holds %,d rows, %,d blocks and events among them, and %s%n",
                        file,
                        content.total(),
                        content.rows().getOrDefault("item", 0L),
                        content.files().keySet());
        return 0;
    }

    @Command(
            name = "restore",
            description =
                    "Fills an empty database and data directory from a backup. Gateways then send again what it lacked, as far as they still have it, and name the rest.",
            mixinStandardHelpOptions = true,
            footer = {
                "%nExample:",
                "  drme-cloud restore /backup/centre.drme --data /var/lib/drme-cloud"
            })
    int restore(
            @Parameters(paramLabel = "FILE", description = "The file that backup wrote.") Path file,
            @Option(names = "--config", paramLabel = "FILE", description = CONFIG_TEXT)
                    @Nullable Path configuration,
            @Option(
                            names = "--data",
                            paramLabel = "DIR",
                            defaultValue = CloudConfig.DEFAULT_DIRECTORY,
                            description = "An empty data directory; default: ${DEFAULT-VALUE}.")
                    Path data)
            throws InvalidConfigException, StartException {
        var content = BackupCommands.restore(config(configuration), data, file);
        out().printf(
                        "restored %,d rows, %,d blocks and events among them; start the centre with drme-cloud run --data %s%n",
                        content.total(), content.rows().getOrDefault("item", 0L), data);
        return 0;
    }

    private static CloudConfig config(@Nullable Path file) throws InvalidConfigException {
        return file == null ? CloudConfig.defaults() : CloudConfig.read(file);
    }

    @Command(
            name = "rotate-key",
            description =
                    "Takes a new key for signing receipts, for which the old one vouches, and destroys the old one. The centre has to be stopped; gateways follow by themselves.",
            mixinStandardHelpOptions = true,
            footer = {"%nExample:", "  drme-cloud rotate-key --data /var/lib/drme-cloud"})
    int rotateKey(
            @Option(
                            names = "--data",
                            paramLabel = "DIR",
                            defaultValue = CloudConfig.DEFAULT_DIRECTORY,
                            description = "The centre's data directory; default: ${DEFAULT-VALUE}.")
                    Path data)
            throws StartException, IOException {
        try (var directory = DataDirectory.take(data)) {
            var keys = CentreKeyFile.rotate(directory.path());
            out().printf(
                            "the centre signs with key %s from its next start on%n",
                            keys.current().verifyKey().id());
        }
        return 0;
    }

    /** Manages users, with the running centre or, where none runs, in its data directory. */
    @Command(
            name = "users",
            description = "Manages users.",
            mixinStandardHelpOptions = true,
            synopsisSubcommandLabel = "COMMAND")
    static final class Users {
        @Spec private @Nullable CommandSpec spec;

        @Command(
                name = "add",
                description =
                        "Adds a user and prints a code, good once, by which the person signs in and sets a password.",
                mixinStandardHelpOptions = true,
                footer = {
                    "%nExample:",
                    "  drme-cloud users add anna --role operator --data /var/lib/drme-cloud"
                })
        int add(
                @Parameters(paramLabel = "NAME", description = "The person's name for signing in.")
                        String name,
                @Option(
                                names = "--role",
                                required = true,
                                paramLabel = "viewer|wall|operator|engineer|admin",
                                description = "What the person may do.")
                        String role,
                @Option(
                                names = "--data",
                                paramLabel = "DIR",
                                defaultValue = CloudConfig.DEFAULT_DIRECTORY,
                                description =
                                        "The centre's data directory; default: ${DEFAULT-VALUE}.")
                        Path data)
                throws StartException {
            var line = java.util.Objects.requireNonNull(spec, "set by picocli").commandLine();
            if (DataDirectory.isTaken(data)) {
                return Drmectl.run(
                        line.getOut(),
                        line.getErr(),
                        Map.of(),
                        "--data",
                        data.toString(),
                        "users",
                        "add",
                        name,
                        "--role",
                        role);
            }
            var known =
                    Role.of(role)
                            .orElseThrow(() ->
                                    new StartException(
                                            "'%s' is no role; expected viewer, wall, operator, engineer or admin"
                                                    .formatted(role)));
            try (var directory = DataDirectory.take(data)) {
                var code = Access.users(directory.path(), new SystemClock()).add(name, known);
                line.getOut()
                        .printf(
                                "%s (%s): code %s, good once until %s%n",
                                name,
                                known.text(),
                                code.code(),
                                io.drme.web.Times.text(code.expiresNanos()));
                return 0;
            } catch (ProblemException e) {
                throw new StartException(e.problem().detail());
            }
        }
    }
}
