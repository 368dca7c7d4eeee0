package io.drme.sim;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.drme.config.InvalidConfigException;
import io.drme.config.Quantities;
import io.drme.sim.FaultRequest.BadRequest;
import io.drme.sim.fault.Fault;
import io.drme.sim.fault.FaultKind;
import io.drme.sim.fault.Faults;
import io.drme.time.SystemClock;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The commands of {@code drme-sim}. */
final class Cli {
    /** Where the control API listens unless told otherwise. */
    static final int DEFAULT_CONTROL_PORT = 9301;

    /** sysexits.h EX_CONFIG. */
    static final int EXIT_CONFIG = 78;

    private static final String DEFAULT_URL = "http://127.0.0.1:" + DEFAULT_CONTROL_PORT;

    private Cli() {}

    /** {@code drme-sim run}. */
    @Command(
            name = "run",
            description = "Runs a scenario until it is stopped (Ctrl-C or SIGTERM).",
            mixinStandardHelpOptions = true,
            footerHeading = "%nExamples:%n",
            footer = {
                "  drme-sim run press-line",
                "  drme-sim run plant.yaml --seed 7 --control 0",
                "  drme-sim run plant.yaml --listen press=127.0.0.1:0 --listen boiler=4841"
            })
    static final class Run implements Callable<Integer> {
        @Spec private @Nullable CommandSpec spec;

        @Parameters(
                paramLabel = "PLANT",
                description = "a scenario file, or the name of a built-in one: press-line")
        private String plant = "";

        @Option(names = "--seed", paramLabel = "N", description = "replaces the scenario's seed")
        private @Nullable Long seed;

        @Option(
                names = "--control",
                paramLabel = "PORT",
                description =
                        "port of the control API on 127.0.0.1; 0 takes a free one"
                                + " (default: ${DEFAULT-VALUE})")
        private int control = DEFAULT_CONTROL_PORT;

        @Option(
                names = "--listen",
                paramLabel = "DEVICE=HOST:PORT",
                description = "replaces the address of one device; may be given several times")
        private Map<String, String> listen = new HashMap<>();

        @Option(
                names = "--data",
                paramLabel = "DIR",
                description =
                        "folder that paths in the scenario are relative to, and where devices keep"
                                + " their certificates (default: the scenario's own folder; for a"
                                + " built-in one a temporary folder)")
        private @Nullable Path data;

        @Override
        public Integer call() throws InterruptedException {
            var out = spec().commandLine().getOut();
            var err = spec().commandLine().getErr();
            try (var stop = new StopSignal();
                    var running = load();
                    var api = start(running)) {
                for (var member : running.members()) {
                    out.printf(
                            "device=%s protocol=%s listening=%s%n",
                            member.name(), member.protocol(), member.device().listening());
                }
                out.printf("control=http://%s%n", Listen.text(api.address()));
                out.println("ready; stop with Ctrl-C");
                out.flush();
                stop.await();
                return 0;
            } catch (InvalidConfigException e) {
                err.println(e.getMessage());
                return EXIT_CONFIG;
            } catch (IOException e) {
                err.println("drme-sim: " + e.getMessage());
                return 1;
            }
        }

        private ControlServer start(Plant running) throws IOException {
            running.start();
            return ControlServer.start(running, control);
        }

        private Plant load() throws InvalidConfigException, IOException {
            var addresses = new HashMap<String, InetSocketAddress>();
            for (var entry : listen.entrySet()) {
                var address =
                        Listen.parse(entry.getValue())
                                .orElseThrow(() ->
                                        new ParameterException(
                                                spec().commandLine(),
                                                "--listen: '%s' is not %s"
                                                        .formatted(
                                                                entry.getValue(),
                                                                Listen.EXPECTED)));
                addresses.put(entry.getKey(), address);
            }
            var seeds = seed == null ? OptionalLong.empty() : OptionalLong.of(seed);
            var builtIn = Files.exists(Path.of(plant)) ? Optional.<String>empty() : builtIn(plant);
            var folder = Optional.ofNullable(data);
            if (builtIn.isPresent()) {
                folder = Optional.of(folder.isPresent() ? folder.get() : temporary());
            }
            var overrides = new Plant.Overrides(seeds, addresses, folder);
            return builtIn.isPresent()
                    ? Plant.parse(plant, builtIn.get(), overrides, new SystemClock())
                    : Plant.read(Path.of(plant), overrides, new SystemClock());
        }

        /** A folder that is gone once the process has ended. */
        private static Path temporary() throws IOException {
            var folder = Files.createTempDirectory("drme-sim-");
            Runtime.getRuntime().addShutdownHook(new Thread(() -> deleteAll(folder), "clean-up"));
            return folder;
        }

        private static void deleteAll(Path folder) {
            try (var files = Files.walk(folder)) {
                for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.deleteIfExists(file);
                }
            } catch (IOException _) {
                // It lies in the system's temporary folder, which is emptied by others.
            }
        }

        private CommandSpec spec() {
            return checked(spec);
        }
    }

    /** A scenario that is shipped, by its name. */
    static Optional<String> builtIn(String name) throws IOException {
        if (!name.matches("[a-z0-9-]+")) {
            return Optional.empty();
        }
        try (InputStream in = Cli.class.getResourceAsStream("/scenarios/" + name + ".yaml")) {
            return in == null
                    ? Optional.empty()
                    : Optional.of(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    private static CommandSpec checked(@Nullable CommandSpec spec) {
        if (spec == null) {
            throw new IllegalStateException("picocli did not set the command's spec");
        }
        return spec;
    }

    /** {@code drme-sim fault}. */
    @Command(
            name = "fault",
            description = "Lets a device of a running scenario fail, or behave again.",
            mixinStandardHelpOptions = true,
            footerHeading = "%nExamples:%n",
            footer = {
                "  drme-sim fault press silent --for 30s",
                "  drme-sim fault press:1 exception --code 2",
                "  drme-sim fault press slow --delay 800ms",
                "  drme-sim fault press none"
            })
    static final class FaultCommand implements Callable<Integer> {
        /** All faults there are, for the help and for completion. */
        static final class KindNames implements Iterable<String> {
            @Override
            public Iterator<String> iterator() {
                return Arrays.stream(FaultKind.values()).map(FaultKind::text).iterator();
            }
        }

        @Spec private @Nullable CommandSpec spec;

        @Parameters(index = "0", paramLabel = "DEVICE[:UNIT]", description = "what is to fail")
        private String target = "";

        @Parameters(
                index = "1",
                paramLabel = "FAULT",
                completionCandidates = KindNames.class,
                description =
                        "${COMPLETION-CANDIDATES}; none to behave again. Not every protocol, and"
                                + " not every unit, can all; what can't be is refused with what can")
        private String fault = "";

        @Option(names = "--for", paramLabel = "TIME", description = "how long, for example 30s")
        private @Nullable String time;

        @Option(
                names = "--delay",
                paramLabel = "TIME",
                description =
                        "of slow, jitter, drip, restart, spikes, wrong-clock, chatter and"
                                + " lost-edges; default 1s")
        private @Nullable String delay;

        @Option(
                names = "--code",
                paramLabel = "N",
                description = "of exception: the protocol's error code")
        private int code;

        @Option(names = "--url", description = "control API (default: " + DEFAULT_URL + ")")
        private String url = DEFAULT_URL;

        @Override
        public Integer call() throws InterruptedException {
            var command = checked(spec).commandLine();
            try {
                int colon = target.indexOf(':');
                var device = colon < 0 ? target : target.substring(0, colon);
                var unit = colon < 0 ? Faults.WHOLE : target.substring(colon + 1);
                var request =
                        new FaultRequest(
                                unit,
                                new Fault(
                                        FaultRequest.kind(fault),
                                        duration("--delay", delay).orElse(Fault.DEFAULT_DELAY),
                                        code),
                                duration("--for", time));
                var body = HttpRequest.BodyPublishers.ofString(request.json());
                ControlClient.call(url, "/api/v1/faults/" + device, b -> b.PUT(body));
                command.getOut().printf("%s: %s%n", target, fault);
                return 0;
            } catch (BadRequest e) {
                throw new ParameterException(command, String.valueOf(e.getMessage()));
            } catch (IOException e) {
                command.getErr().println("drme-sim: " + e.getMessage());
                return 1;
            }
        }

        private Optional<Duration> duration(String option, @Nullable String text)
                throws BadRequest {
            if (text == null) {
                return Optional.empty();
            }
            var duration = Quantities.duration(text);
            if (duration.isEmpty()) {
                throw new BadRequest(
                        "%s: '%s' is not a time with its unit, such as 500ms or 30s"
                                .formatted(option, text));
            }
            return duration;
        }
    }

    /** {@code drme-sim devices}. */
    @Command(
            name = "devices",
            description = "Lists the devices of a running scenario and where they listen.",
            mixinStandardHelpOptions = true,
            footerHeading = "%nExamples:%n",
            footer = {
                "  drme-sim devices",
                "  drme-sim devices -o json --url http://127.0.0.1:9400"
            })
    static final class Devices implements Callable<Integer> {
        /** How a list is written. */
        enum Output {
            TABLE,
            JSON,
            CSV
        }

        @Spec private @Nullable CommandSpec spec;

        @Option(names = "-o", paramLabel = "FORMAT", description = "table, json or csv")
        private Output output = Output.TABLE;

        @Option(names = "--url", description = "control API (default: " + DEFAULT_URL + ")")
        private String url = DEFAULT_URL;

        @Override
        public Integer call() throws InterruptedException {
            var command = checked(spec).commandLine();
            try {
                var json = ControlClient.call(url, "/api/v1/devices", b -> b.GET());
                if (output == Output.JSON) {
                    command.getOut().println(json);
                } else {
                    list(json, command.getOut());
                }
                return 0;
            } catch (IOException e) {
                command.getErr().println("drme-sim: " + e.getMessage());
                return 1;
            }
        }

        private void list(String json, PrintWriter out) throws IOException {
            var row = output == Output.CSV ? "%s,%s,%s%n" : "%-20s %-10s %s%n";
            out.printf(row, "device", "protocol", "listen");
            try (JsonParser in = new JsonFactory().createParser(json)) {
                var fields = new HashMap<String, String>();
                for (var token = in.nextToken(); token != null; token = in.nextToken()) {
                    if (token == JsonToken.VALUE_STRING && in.currentName() != null) {
                        fields.put(in.currentName(), in.getText());
                    } else if (token == JsonToken.END_OBJECT && fields.containsKey("device")) {
                        out.printf(
                                row,
                                fields.get("device"),
                                fields.get("protocol"),
                                fields.get("listen"));
                        fields.clear();
                    }
                }
            }
        }
    }
}
