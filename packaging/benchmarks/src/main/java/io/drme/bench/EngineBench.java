package io.drme.bench;

import io.drme.bench.EngineWork.Case;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.regex.Pattern;

/**
 * What the stream engine costs: ours as a library beside Siddhi, Esper, Jet and a loop by hand,
 * each in a process of its own with the same flags, one after another, twice. Each gives the totals
 * of its results, which must be those of the plainest computation; and how soon a sample's results
 * are there while 50,000 samples a second come.
 */
final class EngineBench implements Bench {
    private static final String OURS = "drme";
    private static final String FLOOR = "floor";
    private static final int ROUNDS = 2;
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final Pattern MEASURED =
            Pattern.compile("measured scans (\\d+) cpu (\\d+) more (\\d+) allocated (-?\\d+) (.*)");

    private static final double TIMES_SIDDHI = 10;
    private static final double TIMES_JET = 5;
    private static final double PART_OF_FLOOR = 0.25;
    private static final double MOST_BYTES = 8;
    private static final double MOST_MILLIS = 5;

    private static final List<String> FLAGS =
            List.of(
                    "-XX:+UseSerialGC",
                    "-XX:+UseCompactObjectHeaders",
                    "-Xms512m",
                    "-Xmx1g",
                    "--enable-native-access=ALL-UNNAMED",
                    "--sun-misc-unsafe-memory-access=allow",
                    "--add-modules=java.se",
                    "--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED",
                    "--add-opens=java.base/java.lang=ALL-UNNAMED",
                    "--add-opens=java.base/java.nio=ALL-UNNAMED",
                    "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
                    "--add-opens=java.management/sun.management=ALL-UNNAMED",
                    "--add-opens=jdk.management/com.sun.management.internal=ALL-UNNAMED");

    @Override
    public String name() {
        return "engine";
    }

    @Override
    public List<Row> run(Options options) throws Exception {
        var rows = new ArrayList<Row>();
        for (var work : Case.values()) {
            rows.addAll(sideBySide(options.scratch(), work));
        }
        rows.add(latency(options.scratch()));
        return rows;
    }

    /** What a candidate was measured at, over its rounds. */
    private static final class Measured {
        private long samples;
        private double cpuSeconds;
        private long samplesOfBytes;
        private double bytes;

        /**
         * Adds a round.
         *
         * @param more scans beyond the start, which the bytes are of
         */
        void add(long scans, long cpuNanos, long more, long allocated) {
            samples += scans * EngineWork.ALL_TAGS;
            cpuSeconds += cpuNanos / 1e9;
            samplesOfBytes += more * EngineWork.ALL_TAGS;
            bytes += allocated;
        }

        double millionsPerCpuSecond() {
            return samples / cpuSeconds / 1e6;
        }

        double bytesPerSample() {
            return Math.max(0, bytes / samplesOfBytes);
        }
    }

    private List<Row> sideBySide(Path folder, Case work) throws Exception {
        var candidates = candidates(work);
        var figures = new LinkedHashMap<String, Measured>();
        candidates.keySet().forEach(name -> figures.put(name, new Measured()));
        for (int round = 1; round <= ROUNDS; round++) {
            for (var candidate : candidates.entrySet()) {
                var name = candidate.getKey();
                var measured = figures.get(name);
                if (measured == null) {
                    continue; // void since the round before
                }
                var objection = measure(folder, work, round, candidate.getValue(), measured);
                if (!objection.isEmpty()) {
                    System.err.printf("bench: engine: %s, %s is void: %s%n", work, name, objection);
                    figures.remove(name);
                }
            }
        }
        return rows(work, figures);
    }

    /** Commands by name. */
    private static Map<String, List<String>> candidates(Case work) {
        var own = System.getProperty("java.class.path");
        var candidates = new LinkedHashMap<String, List<String>>();
        candidates.put(OURS, command(own, EngineOurs.class.getName(), work.word()));
        candidates.put(FLOOR, command(own, EngineFloor.class.getName(), work.word()));
        var peers = work == Case.PANES ? List.of("Jet") : List.of("Siddhi", "Esper");
        var target = System.getenv("DRME_ENGINE_PEERS");
        if (target == null || !Files.isDirectory(Path.of(target, "lib"))) {
            System.err.printf(
                    "bench: engine: PEERS MISSING: %s (DRME_ENGINE_PEERS)%n",
                    String.join(", ", peers));
            return candidates;
        }
        for (var peer : peers) {
            candidates.put(
                    peer,
                    command(
                            "%s/classes:%s/lib/*".formatted(target, target),
                            "io.drme.bench.peer." + peer + "Peer",
                            work.word()));
        }
        return candidates;
    }

    private static List<String> command(String classPath, String main, String word) {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(FLAGS);
        command.addAll(List.of("-cp", classPath, main, word));
        return command;
    }

    /** Runs a candidate once; gives what is wrong with it. */
    private static String measure(
            Path folder, Case work, int round, List<String> command, Measured measured)
            throws Exception {
        var main = command.get(command.size() - 2);
        var name =
                "%s-%s-%d".formatted(main.substring(main.lastIndexOf('.') + 1), work.word(), round);
        try (var child = Child.start(name, command, Map.of(), folder)) {
            if (!child.endsWithin(LIMIT)) {
                return "it did not end within %d s".formatted(LIMIT.toSeconds());
            }
        }
        var lines = Files.readAllLines(folder.resolve(name + ".log"));
        var checked = line(lines, "checked ");
        var figures = line(lines, "measured ").map(MEASURED::matcher).filter(m -> m.matches());
        if (checked.isEmpty() || figures.isEmpty()) {
            return "it ended early: "
                    + String.join("\n", lines.subList(Math.max(0, lines.size() - 8), lines.size()));
        }
        var expected = EngineWork.expected(work, EngineRun.CHECKED_SCANS);
        if (EngineTotals.of(work, checked.get(), EngineRun.CHECKED_SCANS)
                .filter(expected::agreesWith)
                .isEmpty()) {
            return "%s where %s was to be expected".formatted(checked.get(), expected);
        }
        var match = figures.get();
        long scans = Long.parseLong(match.group(1));
        long results = EngineTotals.of(work, match.group(5), scans).orElseThrow().results();
        long due = EngineWork.expectedResults(work, scans);
        if (results != due) {
            return "%d results where %d were due".formatted(results, due);
        }
        measured.add(
                scans,
                Long.parseLong(match.group(2)),
                Long.parseLong(match.group(3)),
                Long.parseLong(match.group(4)));
        return "";
    }

    private static Optional<String> line(List<String> lines, String start) {
        return lines.stream().filter(line -> line.startsWith(start)).findFirst();
    }

    private static List<Row> rows(Case work, Map<String, Measured> figures) {
        var ours = figures.remove(OURS);
        var floor = figures.remove(FLOOR);
        double millions = ours == null ? 0 : ours.millionsPerCpuSecond();
        var peers = new LinkedHashMap<String, Double>();
        figures.forEach((name, peer) -> peers.put(name, peer.millionsPerCpuSecond()));
        var rival = work == Case.PANES ? "Jet" : "Siddhi";
        double times = work == Case.PANES ? TIMES_JET : TIMES_SIDDHI;
        boolean met =
                floor != null
                        && peers.containsKey(rival)
                        && millions >= times * Objects.requireNonNull(peers.get(rival))
                        && millions >= PART_OF_FLOOR * floor.millionsPerCpuSecond();
        var name =
                switch (work) {
                    case PANES -> "filter, map, 10 s every 1 s (panes)";
                    case EXACT -> "filter, map, 10 s every sample (exact)";
                    case LIMITS -> "filter, join with a table of 1,000 limits";
                    case JOIN -> "join of two streams within 500 ms";
                    case PATTERN -> "pattern, two parts within 500 ms";
                };
        return List.of(
                new Row(
                        name,
                        "M samples/CPU-s",
                        false,
                        millions,
                        peers,
                        floor == null
                                ? OptionalDouble.empty()
                                : OptionalDouble.of(floor.millionsPerCpuSecond()),
                        ">= %.0f x %s, >= 1/4 of the floor".formatted(times, rival),
                        met,
                        ours != null),
                new Row(
                        name,
                        "bytes allocated/sample",
                        true,
                        ours == null ? 0 : ours.bytesPerSample(),
                        Map.of(),
                        OptionalDouble.empty(),
                        "<= 8",
                        ours != null && ours.bytesPerSample() <= MOST_BYTES,
                        ours != null));
    }

    private static Row latency(Path folder) throws IOException, Exception {
        var command =
                new ArrayList<>(
                        command(
                                System.getProperty("java.class.path"),
                                EngineLatency.class.getName(),
                                Case.PANES.word()));
        command.addAll(0, EngineLatency.onOneCore());
        try (var child = Child.start("latency", command, Map.of(), folder)) {
            child.endsWithin(LIMIT); // without its line the row is void
        }
        var lines = Files.readAllLines(folder.resolve("latency.log"));
        var last = lines.isEmpty() ? "" : lines.getLast();
        var told = EngineLatency.of(last);
        if (told.isEmpty()) {
            System.err.println("bench: engine: the latency is void: " + last);
        }
        double p99 = told.map(EngineLatency.Told::p99Millis).orElse(0.0);
        return new Row(
                "50,000 samples/s on one core",
                "ms to derived, p99",
                true,
                p99,
                Map.of(),
                OptionalDouble.empty(),
                "<= 5",
                told.isPresent() && p99 <= MOST_MILLIS,
                told.isPresent());
    }
}
