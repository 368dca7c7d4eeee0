package io.drme.sim.fleet;

import io.drme.config.Quantities;
import io.drme.model.GatewayId;
import io.drme.sim.Listen;
import io.drme.sim.SimCommand;
import io.drme.sim.StopSignal;
import io.drme.time.Clock;
import io.drme.time.SystemClock;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code drme-sim fleet}. */
@Command(
        name = "fleet",
        description = {
            "Runs many gateways in one process against a centre, each with the real sender.",
            "Prints a line a second, and totals at the end. Exit code 1 where a sample was lost, or"
                    + " is not in the centre at the end, or the centre refused something. That counts with"
                    + " --for: after Ctrl-C or SIGTERM the rest is sent too, and the exit code is"
                    + " the signal's."
        },
        mixinStandardHelpOptions = true,
        footerHeading = "%nExamples:%n",
        footer = {
            "  drme-sim fleet --gateways 1000 --tags 100 --uplink mqtt://127.0.0.1:1883",
            "  drme-sim fleet --gateways 200 --tags 20 --uplink mqtt://127.0.0.1:1883 --for 2m"
                    + " --outage 0.2",
            "  drme-sim fleet --gateways 50 --tags 100 --uplink mqtts://centre.example.com:8883"
                    + " --ca ca.crt --certificates keys/"
        })
public final class FleetCommand implements SimCommand {
    private static final int MOST_GATEWAYS = 100_000;
    private static final int MOST_TAGS = 10_000;
    private static final int DEFAULT_PORT = 1883;
    private static final int DEFAULT_TLS_PORT = 8883;

    /** Beyond the draining: the last report, the totals, and the end of the connections. */
    private static final Duration MOST_CLOSING = Duration.ofSeconds(10);

    private static final Duration SECOND = Duration.ofSeconds(1);

    @Spec private @Nullable CommandSpec spec;

    @Option(names = "--gateways", paramLabel = "N", description = "${DEFAULT-VALUE} by default")
    private int gateways = 1000;

    @Option(names = "--tags", paramLabel = "N", description = "of each; ${DEFAULT-VALUE}")
    private int tags = 100;

    @Option(
            names = "--uplink",
            paramLabel = "URL",
            required = true,
            description = "the centre: mqtt://host:port or mqtts://host:port")
    private String uplink = "";

    @Option(names = "--rate", paramLabel = "N", description = "readings a second; ${DEFAULT-VALUE}")
    private double rate = 1;

    @Option(
            names = "--seal-every",
            paramLabel = "TIME",
            description = "from one block of a gateway to the next; ${DEFAULT-VALUE}")
    private String sealEvery = "60s";

    @Option(names = "--for", paramLabel = "TIME", description = "how long; else until Ctrl-C")
    private @Nullable String time;

    @Option(
            names = "--drain",
            paramLabel = "TIME",
            description = "how long the end may take to send the rest; ${DEFAULT-VALUE}")
    private String drain = "60s";

    @Option(
            names = "--ramp",
            paramLabel = "TIME",
            description = "over what time the gateways start; ${DEFAULT-VALUE}")
    private String ramp = "10s";

    @Option(
            names = "--outage",
            paramLabel = "SHARE",
            description = "of the gateways, 0 to 1, whose line is cut for 5 s to 15 s at times")
    private double outage;

    @Option(names = "--seed", paramLabel = "N", description = "values, outages; ${DEFAULT-VALUE}")
    private long seed = 1;

    @Option(names = "--prefix", paramLabel = "ID", description = "of ids; ${DEFAULT-VALUE}")
    private String prefix = "sim";

    @Option(names = "--no-live", description = "no values for pages, only blocks and events")
    private boolean noLive;

    @Option(names = "--ca", paramLabel = "FILE", description = "PEM; who signs for the centre")
    private @Nullable Path authority;

    @Option(
            names = "--certificates",
            paramLabel = "DIR",
            description = "PEM files ID.crt and ID.key of each gateway, such as sim-00000.crt")
    private @Nullable Path certificates;

    /** For the service loader. */
    public FleetCommand() {}

    @Override
    public Integer call() throws InterruptedException {
        var command = checked(spec).commandLine();
        var clock = new SystemClock();
        try {
            var options = options(clock);
            var most =
                    time == null
                            ? Optional.<Duration>empty()
                            : Optional.of(duration("--for", time));
            var draining = duration("--drain", drain);
            long before = Resident.bytes().orElse(0);
            try (var stop = new StopSignal(draining.plus(MOST_CLOSING));
                    var fleet = new Fleet(options)) {
                return new Run(fleet, options, before, command.getOut())
                        .until(stop, most, draining);
            }
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command, String.valueOf(e.getMessage()));
        } catch (IOException e) {
            command.getErr().println("drme-sim: " + e.getMessage());
            return 1;
        }
    }

    private FleetOptions options(Clock clock) {
        check("--gateways", gateways, 1, MOST_GATEWAYS);
        check("--tags", tags, 1, MOST_TAGS);
        if (!(rate >= 0.01 && rate <= 100)) {
            throw new IllegalArgumentException(
                    "--rate: %s is not from 0.01 to 100 readings a second".formatted(rate));
        }
        if (!(outage >= 0 && outage <= 1)) {
            throw new IllegalArgumentException(
                    "--outage: %s is not a share from 0 to 1".formatted(outage));
        }
        if (!GatewayId.isValid(prefix + "-00000")) {
            throw new IllegalArgumentException(
                    "--prefix: '%s' is no beginning of a gateway's id; expected a-z, 0-9 and -"
                            .formatted(prefix));
        }
        boolean tls = Listen.scheme(uplink).equals("mqtts");
        var address = address(tls);
        return new FleetOptions(
                gateways,
                tags,
                address.getHostString(),
                address.getPort(),
                tls ? Optional.of(files()) : Optional.empty(),
                prefix,
                Duration.ofNanos((long) (SECOND.toNanos() / rate)),
                duration("--seal-every", sealEvery),
                !noLive,
                duration("--ramp", ramp),
                outage,
                seed,
                clock);
    }

    private InetSocketAddress address(boolean tls) {
        if (tls || Listen.scheme(uplink).equals("mqtt")) {
            var rest = Listen.rest(uplink).replaceFirst("/+$", "");
            int port = tls ? DEFAULT_TLS_PORT : DEFAULT_PORT;
            var read = Listen.parse(rest.matches(".*:[0-9]+") ? rest : rest + ":" + port);
            if (read.isPresent()) {
                return read.get();
            }
        }
        throw new IllegalArgumentException(
                "--uplink: '%s' is not a URL such as mqtt://127.0.0.1:1883 or mqtts://host:8883"
                        .formatted(uplink));
    }

    private FleetOptions.Tls files() {
        if (authority == null || certificates == null) {
            throw new IllegalArgumentException(
                    "mqtts:// needs --ca and --certificates: the centre takes each gateway by the"
                            + " common name of its certificate");
        }
        return new FleetOptions.Tls(authority, certificates);
    }

    private static void check(String option, int value, int least, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(
                    "%s: %d is not from %d to %d".formatted(option, value, least, most));
        }
    }

    private static Duration duration(String option, String text) {
        return Quantities.duration(text)
                .filter(Duration::isPositive)
                .orElseThrow(() ->
                        new IllegalArgumentException(
                                "%s: '%s' is not a time with its unit, such as 500ms or 30s"
                                        .formatted(option, text)));
    }

    private static CommandSpec checked(@Nullable CommandSpec spec) {
        if (spec == null) {
            throw new IllegalStateException("picocli did not set the command's spec");
        }
        return spec;
    }
}
