package io.drme.sim;

import io.drme.sim.Cli.Devices;
import io.drme.sim.Cli.FaultCommand;
import io.drme.sim.Cli.Run;
import java.util.ServiceLoader;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code drme-sim}: simulated devices for those who have none at hand. */
@Command(
        name = "drme-sim",
        description =
                "Simulates devices from a scenario file, lets them fail on demand, records real"
                        + " ones and plays them again.",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        subcommands = {
            Run.class,
            FaultCommand.class,
            Devices.class,
            AutoComplete.GenerateCompletion.class
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:done", "1:failed", "2:wrong usage", "78:wrong scenario"},
        footerHeading = "%nExamples:%n",
        footer = {
            "  drme-sim run press-line                       the built-in press line",
            "  drme-sim run plant.yaml --control 9301        a scenario of your own",
            "  drme-sim fault press silent --for 30s         it says nothing for 30 s",
            "  drme-sim fault press:1 exception --code 2     unit 1 refuses",
            "  drme-sim devices -o json                      where they listen",
            "  drme-sim record tcp://10.0.0.5:502 --listen 1502 -o press.rec",
            "  drme-sim replay press.rec --listen 1502       is then that device",
            "  drme-sim fleet --gateways 100 --uplink mqtt://127.0.0.1:1883   many gateways"
        })
public final class Main {
    private Main() {}

    /** Reads the version from the jar. */
    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            var version = Main.class.getPackage().getImplementationVersion();
            return new String[] {"drme-sim " + (version == null ? "(from source)" : version)};
        }
    }

    /** The command line, without running it. */
    static CommandLine commandLine() {
        var line = new CommandLine(new Main());
        ServiceLoader.load(SimCommand.class).forEach(line::addSubcommand);
        return line.setCaseInsensitiveEnumValuesAllowed(true);
    }

    /** Runs the command line and ends the process with its exit code. */
    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }
}
