package io.drme.bench;

import io.drme.bench.AcquireWork.Protocol;
import io.drme.time.Clock;
import io.drme.time.SystemClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;

/**
 * What reading devices costs: our drivers beside PLC4X, Camel and a floor, all at once against the
 * same simulated devices, each in a process of its own with the same flags; and how soon an alarm
 * follows a sample.
 */
final class AcquireBench implements Bench {
    private static final Duration READY_WITHIN = Duration.ofMinutes(3);
    private static final Duration SETTLE = Duration.ofSeconds(25);
    private static final Duration WINDOW = Duration.ofSeconds(40);

    /** The edges of the window, and one poll. */
    private static final double TOLERANCE = 0.05;

    private static final String OURS = "drme";
    private static final String FLOOR = "floor";

    /** The agent's, but for heap and AOT cache: what a long-running small program gets. */
    private static final List<String> FLAGS =
            List.of(
                    "-XX:+UseSerialGC",
                    "-XX:TieredStopAtLevel=1",
                    "-XX:+UseCompactObjectHeaders",
                    "-Xmx256m",
                    "--enable-native-access=ALL-UNNAMED",
                    "--sun-misc-unsafe-memory-access=allow");

    private final Clock clock = new SystemClock();

    @Override
    public String name() {
        return "acquire";
    }

    @Override
    public List<Row> run(Options options) throws Exception {
        var folder = options.scratch();
        var ports = FootprintPlant.freePorts(AcquireWork.DEVICES + 1);
        var modbus = ports.subList(0, AcquireWork.DEVICES);
        int opcUa = ports.getLast();
        var rows = new ArrayList<Row>();
        try (var plant = FootprintPlant.start(folder)) {
            plant.simulate("acquire", AcquireWork.plant(folder, modbus, opcUa));
            rows.add(sideBySide(folder, Protocol.MODBUS, modbus));
            rows.add(sideBySide(folder, Protocol.OPCUA, List.of(opcUa)));
        }
        rows.addAll(new AcquireReaction(folder).rows());
        return rows;
    }

    /** One process that reads the devices. */
    private static final class Candidate implements AutoCloseable {
        private final Child child;
        private Tally.Count before = Tally.Count.NONE;
        private Tally.Count after = Tally.Count.NONE;
        private double cpuBefore;
        private double cpuAfter;
        private double ageBefore;
        private double ageAfter;

        Candidate(Child child) {
            this.child = child;
        }

        Tally.Count count() throws IOException {
            return child.lastLine().map(Tally.Count::of).orElse(Tally.Count.NONE);
        }

        void begin() throws IOException {
            before = count();
            cpuBefore = child.usage().cpuSeconds();
            ageBefore = child.age();
        }

        void end() throws IOException {
            after = count();
            cpuAfter = child.usage().cpuSeconds();
            ageAfter = child.age();
        }

        double cpuMillisPerSecond() {
            return 1_000 * (cpuAfter - cpuBefore) / (ageAfter - ageBefore);
        }

        /** What is wrong with its work; empty where nothing is. */
        String objection(Protocol protocol) {
            double expected = protocol.valuesPerSecond() * (ageAfter - ageBefore);
            long got = after.values() - before.values();
            // The count is up to a second old, at both ends.
            if (Math.abs(got - expected) > TOLERANCE * expected + protocol.valuesPerSecond()) {
                return "it got %d values where %.0f were to be expected".formatted(got, expected);
            }
            long wrong = after.wrong() - before.wrong();
            return wrong == 0 ? "" : wrong + " values or answers were wrong";
        }

        @Override
        public void close() {
            child.close();
        }
    }

    private Row sideBySide(Path folder, Protocol protocol, List<Integer> ports) throws Exception {
        var candidates = new LinkedHashMap<String, Candidate>();
        try {
            start(candidates, folder, protocol, ports);
            clock.sleep(SETTLE);
            for (var candidate : candidates.values()) {
                candidate.begin();
            }
            clock.sleep(WINDOW);
            for (var candidate : candidates.values()) {
                candidate.end();
            }
        } finally {
            candidates.values().forEach(Candidate::close);
        }
        return row(protocol, candidates);
    }

    private void start(
            Map<String, Candidate> candidates, Path folder, Protocol protocol, List<Integer> ports)
            throws Exception {
        var word = protocol.word();
        var config = AcquireWork.gateway(folder, protocol, ports);
        var numbers = ports.stream().map(String::valueOf).toList();
        candidates.put(
                OURS,
                candidate(
                        folder,
                        System.getProperty("java.class.path"),
                        AcquireOurs.class.getName(),
                        word,
                        List.of(config.toString())));
        candidates.put(
                FLOOR,
                candidate(
                        folder,
                        System.getProperty("java.class.path"),
                        AcquireFloor.class.getName(),
                        word,
                        numbers));
        var lib = System.getenv("DRME_ACQUIRE_PEERS");
        if (lib == null || !Files.isDirectory(Path.of(lib))) {
            System.err.println("bench: acquire: PEERS MISSING: plc4x, camel (DRME_ACQUIRE_PEERS)");
        } else {
            for (var peer : List.of("Plc4x", "Camel")) {
                candidates.put(
                        peer.toLowerCase(Locale.ROOT),
                        candidate(
                                folder,
                                "%s/classes:%s/lib/*".formatted(lib, lib),
                                "io.drme.bench.peer." + peer + "Peer",
                                word,
                                numbers));
            }
        }
        for (var name : List.copyOf(candidates.keySet())) {
            var candidate = Objects.requireNonNull(candidates.get(name));
            try {
                candidate.child.await("values", READY_WITHIN, () -> candidate.count().values() > 0);
            } catch (IOException e) {
                if (name.equals(OURS)) {
                    throw e;
                }
                System.err.printf("bench: acquire: %s, %s: %s%n", protocol, name, e.getMessage());
                candidate.close();
                candidates.remove(name);
            }
        }
    }

    private static Candidate candidate(
            Path folder, String classPath, String main, String word, List<String> arguments)
            throws IOException {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(FLAGS);
        command.addAll(List.of("-cp", classPath, main, word));
        command.addAll(arguments);
        var name = main.substring(main.lastIndexOf('.') + 1) + "-" + word;
        return new Candidate(Child.start(name, command, Map.of(), folder));
    }

    private static Row row(Protocol protocol, Map<String, Candidate> candidates) {
        var figures = new LinkedHashMap<String, Double>();
        boolean isValid = false;
        for (var entry : candidates.entrySet()) {
            var objection = entry.getValue().objection(protocol);
            if (objection.isEmpty()) {
                figures.put(entry.getKey(), entry.getValue().cpuMillisPerSecond());
                isValid |= entry.getKey().equals(OURS);
            } else {
                System.err.printf(
                        "bench: acquire: %s, %s is void: %s%n",
                        protocol, entry.getKey(), objection);
            }
        }
        var floor = figures.remove(FLOOR);
        figures.remove(OURS);
        double ours = Objects.requireNonNull(candidates.get(OURS)).cpuMillisPerSecond();
        var camel = figures.get("camel");
        boolean met = floor != null && camel != null && ours <= 3 * floor && ours <= 0.5 * camel;
        return new Row(
                protocol == Protocol.MODBUS
                        ? "Modbus, %d devices x %d registers/s"
                                .formatted(AcquireWork.DEVICES, AcquireWork.REGISTERS)
                        : "OPC UA, %d changes/s".formatted(protocol.valuesPerSecond()),
                "CPU-ms/s",
                true,
                ours,
                figures,
                floor == null ? OptionalDouble.empty() : OptionalDouble.of(floor),
                "<= 3 x floor, <= 0.5 x camel",
                met,
                isValid);
    }
}
