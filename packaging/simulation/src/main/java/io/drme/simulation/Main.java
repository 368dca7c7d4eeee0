package io.drme.simulation;

import io.drme.time.SystemClock;
import java.io.Console;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The whole-system simulation on the command line. */
@Command(
        name = "simulate",
        mixinStandardHelpOptions = true,
        description =
                "Runs gateways, lines and a centre on one thread in virtual time, each seed with its own faults.",
        footer = {
            "",
            "Exit status: 0 all seeds held, 1 one did not (its replay command is printed), 2 wrong usage.",
            "",
            "Examples:",
            "  ./drme simulate",
            "  ./drme simulate --seeds 1-50 --world large",
            "  ./drme simulate --seeds 17-17 --trace seed-17.txt"
        })
public final class Main implements Callable<Integer> {
    private static final Pattern RANGE = Pattern.compile("(\\d{1,15})-(\\d{1,15})");
    private static final long SHOW_EVERY_NANOS = 200_000_000;

    @Spec private @Nullable CommandSpec spec;

    @Option(
            names = "--seeds",
            paramLabel = "FROM-TO",
            defaultValue = "1-200",
            description = "the seeds, both ends included; ${DEFAULT-VALUE} where nothing is said")
    private String seeds = "";

    @Option(
            names = "--world",
            paramLabel = "small|large",
            defaultValue = "small",
            description = "how much of a world; ${DEFAULT-VALUE} where nothing is said")
    private String world = "";

    @Option(
            names = "--trace",
            paramLabel = "FILE",
            description = "writes everything that happens to a file")
    private @Nullable Path trace;

    @Option(
            names = "--bug",
            paramLabel = "NAME",
            defaultValue = "none",
            description =
                    "makes a mistake on purpose, to see it found: one of those in docs/simulation.md")
    private String bug = "";

    private Main() {}

    /** Runs and exits. */
    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine() {
        return new CommandLine(new Main());
    }

    @Override
    public Integer call() throws IOException {
        var commandLine = spec().commandLine();
        var range = RANGE.matcher(seeds);
        if (!range.matches()) {
            throw new ParameterException(
                    commandLine, "--seeds takes a range such as 1-200, not '" + seeds + "'");
        }
        var size =
                WorldSize.ofText(world)
                        .orElseThrow(() ->
                                new ParameterException(
                                        commandLine,
                                        "--world takes small or large, not '" + world + "'"));
        var mistake =
                PlantedBug.ofText(bug)
                        .orElseThrow(() ->
                                new ParameterException(
                                        commandLine,
                                        "--bug takes one of %s, not '%s'"
                                                .formatted(PlantedBug.words(), bug)));
        var first = new Simulation.Setting(Long.parseLong(range.group(1)), size, mistake);
        long to = Long.parseLong(range.group(2));
        if (trace == null) {
            return run(first, to, null);
        }
        try (var out = new PrintWriter(Files.newBufferedWriter(trace))) {
            return run(first, to, out);
        }
    }

    private CommandSpec spec() {
        if (spec == null) {
            throw new IllegalStateException("set by picocli");
        }
        return spec;
    }

    /** Runs the first world, and those of the seeds behind it. */
    private int run(Simulation.Setting first, long to, @Nullable PrintWriter writer) {
        var out = spec().commandLine().getOut();
        long from = first.seed();
        var progress = new Progress(to - from + 1);
        for (long seed = from; seed <= to; seed++) {
            progress.show(seed - from, seed);
            var setting = new Simulation.Setting(seed, first.size(), first.bug());
            var result = Simulation.run(setting, writer);
            if (result.failure().isPresent()) {
                progress.end();
                var err = spec().commandLine().getErr();
                err.println(result.report());
                err.flush();
                return 1;
            }
            if (from == to) {
                out.printf("seed %d, digest %s: %s%n", seed, result.digest(), result.figures());
            }
        }
        progress.end();
        out.printf("whole system, world %s: seeds %d to %d held%n", first.size().text(), from, to);
        out.flush();
        return 0;
    }

    /** A line on a terminal that says how far it is. */
    private static final class Progress {
        private final SystemClock clock = new SystemClock();
        private final boolean isShown =
                Optional.ofNullable(System.console()).filter(Console::isTerminal).isPresent();
        private final long all;
        private long shownAt = clock.nanoTime();

        Progress(long all) {
            this.all = all;
        }

        void show(long done, long seed) {
            if (isShown && clock.nanoTime() - shownAt >= SHOW_EVERY_NANOS) {
                shownAt = clock.nanoTime();
                System.err.printf("\rseed %d, %d of %d done ", seed, done, all);
            }
        }

        void end() {
            if (isShown) {
                System.err.print("\r\033[K");
            }
        }
    }
}
