package io.drme.sim.record;

import io.drme.sim.SimCommand;
import io.drme.sim.StopSignal;
import io.drme.time.SystemClock;
import java.io.IOException;
import java.io.PrintWriter;
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

/** {@code drme-sim replay}. */
@Command(
        name = "replay",
        description = {
            "Is the device that was recorded: the same values, errors and times.",
            "The recording begins to pass when the first gateway connects or subscribes. After its end the last"
                    + " answers go on, unless --loop or --once is given."
        },
        mixinStandardHelpOptions = true,
        footerHeading = "%nExamples:%n",
        footer = {
            "  drme-sim replay press.rec --listen 1502",
            "  drme-sim replay press.rec --listen 1502 --loop --speed 10",
            "  drme-sim replay boiler.rec --listen 4840 --once"
        })
public final class ReplayCommand implements SimCommand {
    private static final double MOST_SPEED = 1000;
    private static final Duration LOOK_EVERY = Duration.ofMillis(200);

    @Spec private @Nullable CommandSpec spec;

    @Parameters(paramLabel = "FILE", description = "what drme-sim record wrote")
    private @Nullable Path file;

    @Option(
            names = "--listen",
            paramLabel = "ADDR",
            required = true,
            description =
                    "where the gateway connects, as host:port or a port (0 takes a free one); of a"
                            + " serial line also a serial port such as rtu:///tmp/line")
    private String listen = "";

    @Option(names = "--loop", description = "begins anew after the end")
    private boolean loop;

    @Option(names = "--once", description = "ends after the end")
    private boolean once;

    @Option(
            names = "--speed",
            paramLabel = "N",
            description = "seconds of the recording that pass in one (default: ${DEFAULT-VALUE})")
    private double speed = 1;

    /** For the service loader. */
    public ReplayCommand() {}

    @Override
    public Integer call() throws InterruptedException {
        var command = Protocols.checked(spec).commandLine();
        try {
            return play(command.getOut());
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command, String.valueOf(e.getMessage()));
        } catch (IOException e) {
            command.getErr().println("drme-sim: " + e.getMessage());
            return 1;
        }
    }

    private int play(PrintWriter say) throws IOException, InterruptedException {
        if (loop && once) {
            throw new IllegalArgumentException("--loop and --once exclude each other; give one");
        }
        if (!(speed > 0 && speed <= MOST_SPEED)) {
            throw new IllegalArgumentException(
                    "--speed: %s is not above 0 and up to %.0f".formatted(speed, MOST_SPEED));
        }
        var clock = new SystemClock();
        var end =
                loop
                        ? ReplayOptions.End.LOOP
                        : once ? ReplayOptions.End.ONCE : ReplayOptions.End.HOLD;
        try (var stop = new StopSignal();
                var recording = RecordingReader.open(Protocols.checked(file));
                var running =
                        Protocols.named(recording)
                                .replay(recording, new ReplayOptions(listen, end, speed, clock))) {
            if (recording.isCut()) {
                say.printf("%s: the last line was cut off and is left out%n", file);
            }
            say.printf("replaying=%s of=%s%n", file, recording.url());
            say.printf("listening=%s%n", running.listening());
            say.println("ready; stop with Ctrl-C");
            say.flush();
            Protocols.untilOver(running, stop, Optional.empty(), clock, LOOK_EVERY);
            say.println(Protocols.text(running.counts()));
            say.flush();
            return 0;
        }
    }
}
