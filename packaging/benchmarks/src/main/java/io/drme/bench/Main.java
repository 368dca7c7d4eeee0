package io.drme.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ./drme bench}: runs benchmarks and prints ours beside peers and floor. */
@Command(
        name = "bench",
        description = "Runs benchmarks against peers and floors, side by side in one run.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  ./drme bench log",
            "  ./drme bench codec -o json",
            "  ./drme bench codec --data my-csv-files"
        })
public final class Main implements Callable<Integer> {
    /** All benchmarks, in the order in which they run. */
    private static final List<Bench> ALL =
            List.of(
                    new CodecBench(),
                    new LogBench(),
                    new EngineBench(),
                    new GrowthBench(),
                    new AcquireBench(),
                    new FootprintBench(),
                    new BackfillBench());

    @Parameters(
            arity = "0..*",
            paramLabel = "NAME",
            description = "Which; all where none is named.")
    private List<String> names = new ArrayList<>();

    @Option(
            names = {"-o", "--output"},
            defaultValue = "table",
            paramLabel = "FORMAT",
            description = "table or json")
    private String output = "table";

    @Option(names = "--data", paramLabel = "DIR", description = "A folder of CSV files, for codec.")
    private Optional<Path> data = Optional.empty();

    private Main() {}

    /** Runs the command line and ends the process. */
    public static void main(String... arguments) {
        System.exit(new CommandLine(new Main()).execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        var known = ALL.stream().map(Bench::name).collect(Collectors.joining(", "));
        for (var name : names) {
            if (ALL.stream().noneMatch(b -> b.name().equals(name))) {
                System.err.println("bench: '" + name + "' is not known; there are: " + known);
                return CommandLine.ExitCode.USAGE;
            }
        }
        if (!output.equals("table") && !output.equals("json")) {
            System.err.println("bench: -o " + output + " is not known; use table or json");
            return CommandLine.ExitCode.USAGE;
        }
        var results = new LinkedHashMap<String, List<Row>>();
        for (var bench : ALL) {
            if (names.isEmpty() || names.contains(bench.name())) {
                System.err.println("bench: " + bench.name() + " …");
                results.put(bench.name(), run(bench));
            }
        }
        if (output.equals("json")) {
            Report.json(results, System.out);
        } else {
            Report.table(results, System.out);
        }
        boolean isValid = results.values().stream().flatMap(List::stream).allMatch(Row::valid);
        return isValid ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
    }

    private List<Row> run(Bench bench) throws Exception {
        // On the disk of the working directory: /tmp may be memory.
        var scratch = Files.createTempDirectory(Path.of("").toAbsolutePath(), ".drme-bench-");
        try {
            return bench.run(new Bench.Options(data, scratch));
        } finally {
            delete(scratch);
        }
    }

    private static void delete(Path folder) throws IOException {
        try (var paths = Files.walk(folder)) {
            paths.sorted(Comparator.reverseOrder())
                    .forEach(path -> {
                        try {
                            Files.delete(path);
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    });
        }
    }
}
