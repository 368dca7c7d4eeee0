package io.drme.sim.record;

import io.drme.config.Quantities;
import io.drme.model.Glob;
import io.drme.sim.SimCommand;
import io.drme.sim.StopSignal;
import io.drme.time.SystemClock;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code drme-sim record}. */
@Command(
        name = "record",
        description = {
            "Records what a device says, with times and errors, until it is stopped.",
            "A Modbus device is recorded from between it and its gateway, which then connects to"
                    + " --listen; an OPC UA server is searched, and its variables are sampled."
        },
        mixinStandardHelpOptions = true,
        footerHeading = "%nExamples:%n",
        footer = {
            "  drme-sim record tcp://10.0.0.5:502 --listen 1502 -o press.rec",
            "  drme-sim record rtu:///dev/ttyUSB0?baud=9600 --listen 1503 -o meters.rec",
            "  drme-sim record opc.tcp://10.0.0.7:4840 -o boiler.rec --match 'Boiler/**' --for 10m"
        })
public final class RecordCommand implements SimCommand {
    private static final int DEFAULT_LIMIT = 5_000;
    private static final int MOST_LIMIT = 50_000;
    private static final Duration LOOK_EVERY = Duration.ofMillis(200);

    @Spec private @Nullable CommandSpec spec;

    @Parameters(
            paramLabel = "URL",
            description = "the device: tcp://, rtu-tcp://, rtu:/// or opc.tcp://")
    private String url = "";

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            required = true,
            description = "where the recording goes; must not be there yet")
    private @Nullable Path file;

    @Option(
            names = "--listen",
            paramLabel = "ADDR",
            description =
                    "of Modbus: where the gateway is to connect, as host:port, a port, or a serial"
                            + " port such as rtu:///tmp/line")
    private @Nullable String listen;

    @Option(names = "--for", paramLabel = "TIME", description = "how long, for example 10m")
    private @Nullable String time;

    @Option(
            names = "--max-size",
            paramLabel = "SIZE",
            description = "where nothing more is recorded, and the device is still served; 1GiB")
    private String size = "1GiB";

    @Option(
            names = "--sampling",
            paramLabel = "TIME",
            description = "of OPC UA: how often a value is sampled at most; 500ms")
    private String sampling = "500ms";

    @Option(
            names = "--limit",
            paramLabel = "N",
            description = "of OPC UA: the most variables (default: ${DEFAULT-VALUE})")
    private int limit = DEFAULT_LIMIT;

    @Option(
            names = "--match",
            paramLabel = "PATTERN",
            description = "of OPC UA: only variables whose path of browse names matches")
    private @Nullable String match;

    /** For the service loader. */
    public RecordCommand() {}

    @Override
    public Integer call() throws InterruptedException {
        var command = Protocols.checked(spec).commandLine();
        var clock = new SystemClock();
        try {
            var protocol = Protocols.ofUrl(url);
            var most =
                    time == null
                            ? Optional.<Duration>empty()
                            : Optional.of(duration("--for", time));
            if (limit < 1 || limit > MOST_LIMIT) {
                throw new IllegalArgumentException(
                        "--limit: %d is not from 1 to %d".formatted(limit, MOST_LIMIT));
            }
            var options =
                    new RecordOptions(
                            url,
                            Optional.ofNullable(listen),
                            duration("--sampling", sampling),
                            limit,
                            Optional.ofNullable(match).map(Glob::of),
                            clock);
            var output = Protocols.checked(file);
            try (var stop = new StopSignal()) {
                var say = command.getOut();
                var out = RecordingWriter.create(output, protocol.name(), url, bytes(), clock);
                try (out;
                        var running = protocol.record(options, out)) {
                    say.printf("recording=%s protocol=%s file=%s%n", url, protocol.name(), output);
                    if (!running.listening().isEmpty()) {
                        say.printf("listening=%s%n", running.listening());
                    }
                    say.println("ready; stop with Ctrl-C");
                    say.flush();
                    Protocols.untilOver(running, stop, most, clock, LOOK_EVERY);
                    say.println(Protocols.text(running.counts()));
                }
                // Only now, closed, it knows what is not in the file.
                if (out.leftOut() > 0) {
                    say.printf("left-out %d%n", out.leftOut());
                }
                say.flush();
                return out.leftOut() > 0 ? 1 : 0;
            }
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command, String.valueOf(e.getMessage()));
        } catch (IOException e) {
            command.getErr().println("drme-sim: " + e.getMessage());
            return 1;
        }
    }

    private long bytes() {
        return Quantities.bytes(size)
                .orElseThrow(() ->
                        new IllegalArgumentException(
                                "--max-size: '%s' is not a size such as 200MiB".formatted(size)));
    }

    private static Duration duration(String option, String text) {
        return Quantities.duration(text)
                .filter(d -> d.isPositive())
                .orElseThrow(() ->
                        new IllegalArgumentException(
                                "%s: '%s' is not a time with its unit, such as 500ms or 30s"
                                        .formatted(option, text)));
    }
}
