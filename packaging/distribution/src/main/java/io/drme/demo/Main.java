package io.drme.demo;

import io.drme.config.Quantities;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code ./drme demo}: a small press line on this machine, with everything real but the press. */
@Command(
        name = "demo",
        description = {
            "Runs simulators, one agent and one centre, each its own process, and prints where to look.",
            "It tells a story with what to click: the oil runs hot, somebody acknowledges, the alarm returns.",
            "Ctrl-C ends it. Exit 0 only if every part was healthy to the end and the accounts balanced."
        },
        mixinStandardHelpOptions = true,
        footerHeading = "%nExamples:%n",
        footer = {
            "  ./drme demo",
            "  ./drme demo --for 60s --no-browser",
            "  ./drme demo --for 90s --story outage"
        })
public final class Main implements Callable<Integer> {
    @Spec private @Nullable CommandSpec spec;

    @Option(
            names = "--for",
            paramLabel = "60s",
            description = "End after this time; without it, run until Ctrl-C.")
    private @Nullable String time;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "Keep everything here; without it, a temporary folder.")
    private @Nullable Path data;

    @Option(names = "--no-browser", description = "Don't open the pages.")
    private boolean noBrowser;

    @Option(
            names = "--story",
            paramLabel = "outage",
            description =
                    "outage: cuts the line for 20 s, kills the agent once, silences the press.")
    private @Nullable String story;

    @Option(
            names = "--gateways",
            paramLabel = "N",
            defaultValue = "1",
            description = "How many agents, 1 to 10; default: ${DEFAULT-VALUE}.")
    private int gateways = 1;

    private static final int MOST_GATEWAYS = 10;
    private static final Duration LEAST_STORY = Duration.ofSeconds(60);

    /** Runs the demo and ends the process with its exit code. */
    public static void main(String[] arguments) {
        System.exit(
                new CommandLine(new Main())
                        .setOut(new PrintWriter(System.out, true, StandardCharsets.UTF_8))
                        .setErr(new PrintWriter(System.err, true, StandardCharsets.UTF_8))
                        .execute(arguments));
    }

    @Override
    public Integer call() throws InterruptedException, IOException {
        var line = Objects.requireNonNull(spec, "set by picocli").commandLine();
        var options = options(line);
        try (var demo = Demo.start(options, line.getOut())) {
            return demo.run() ? 0 : 1;
        } catch (DemoException e) {
            line.getErr().println("drme demo: " + e.getMessage());
            return 1;
        }
    }

    private Demo.Options options(CommandLine line) {
        if (gateways < 1 || gateways > MOST_GATEWAYS) {
            throw new ParameterException(
                    line, "--gateways: %d is outside 1 to %d".formatted(gateways, MOST_GATEWAYS));
        }
        if (story != null && !story.equals("outage")) {
            throw new ParameterException(
                    line, "--story: '%s' is not known; there is: outage".formatted(story));
        }
        var length =
                time == null
                        ? Duration.ZERO
                        : Quantities.duration(time)
                                .orElseThrow(() ->
                                        new ParameterException(
                                                line,
                                                "--for: '%s' is not a time with its unit, such as 60s or 5m"
                                                        .formatted(time)));
        if (story != null && length.isPositive() && length.compareTo(LEAST_STORY) < 0) {
            throw new ParameterException(line, "--for: the story of the outage needs at least 60s");
        }
        return new Demo.Options(length, data, !noBrowser, story != null, gateways);
    }
}
