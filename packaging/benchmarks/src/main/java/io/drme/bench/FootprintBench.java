package io.drme.bench;

import io.drme.time.Clock;
import io.drme.time.SystemClock;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * What the agent takes of a gateway: memory, CPU and time to start, as shipped, in a process of its
 * own, with its page open, beside other programs that read the same devices and a bare JVM.
 *
 * <p>Memory is the highest of many looks over the last part of the run, not a favourable moment.
 */
final class FootprintBench implements Bench {
    private static final FootprintWork MODBUS = new FootprintWork("modbus-1000", 10, 0);
    private static final FootprintWork OPC_UA = new FootprintWork("opcua-500", 5, 500);
    private static final FootprintWork LARGE = new FootprintWork("modbus-10000", 100, 0);

    /** Long enough for a block, a snapshot of operator state and the JIT. */
    private static final Duration SETTLE = Duration.ofSeconds(75);

    private static final Duration WINDOW = Duration.ofSeconds(65);
    private static final Duration LOOK_EVERY = Duration.ofSeconds(1);
    private static final Duration START_WITHIN = Duration.ofSeconds(60);
    private static final int START_ROUNDS = 5;
    private static final double PEER_TOLERANCE = 0.05;
    private static final double MEGA = 1 << 20;
    private static final double SECONDS_PER_MINUTE = 60;

    private final Clock clock = new SystemClock();

    @Override
    public String name() {
        return "footprint";
    }

    @Override
    public List<Row> run(Options options) throws Exception {
        var folder = options.scratch();
        var floor = Floor.prepare(folder);
        var rows = new ArrayList<Row>();
        try (var plant = FootprintPlant.start(folder)) {
            rows.addAll(sideBySide(plant, floor, folder));
            rows.addAll(largerOnes(plant, folder));
            rows.add(starts(plant, floor, folder));
        }
        return rows;
    }

    /** What one process took over the window. */
    private static final class Taken {
        private long residentBytes;
        private long proportionalBytes;
        private double cpuAtFirst = -1;
        private double cpuAtLast;
        private double ageAtFirst;
        private double ageAtLast;

        void look(Child child) throws IOException {
            var usage = child.usage();
            residentBytes = Math.max(residentBytes, usage.residentBytes());
            proportionalBytes = Math.max(proportionalBytes, usage.proportionalBytes());
            if (cpuAtFirst < 0) {
                cpuAtFirst = usage.cpuSeconds();
                ageAtFirst = child.age();
            }
            cpuAtLast = usage.cpuSeconds();
            ageAtLast = child.age();
        }

        double residentMega() {
            return residentBytes / MEGA;
        }

        double proportionalMega() {
            return proportionalBytes / MEGA;
        }

        double cpuSecondsPerMinute() {
            return (cpuAtLast - cpuAtFirst) / (ageAtLast - ageAtFirst) * SECONDS_PER_MINUTE;
        }
    }

    /** Looks at all of them once a second for as long as the window is. */
    private Map<Child, Taken> watch(List<Child> children) throws Exception {
        var taken = new LinkedHashMap<Child, Taken>();
        children.forEach(c -> taken.put(c, new Taken()));
        long until = clock.nanoTime() + WINDOW.toNanos();
        while (clock.nanoTime() - until < 0) {
            for (var entry : taken.entrySet()) {
                entry.getValue().look(entry.getKey());
            }
            clock.sleep(LOOK_EVERY);
        }
        return taken;
    }

    private List<Row> sideBySide(FootprintPlant plant, Floor floor, Path folder) throws Exception {
        var devices = plant.simulate(MODBUS);
        var config =
                MODBUS.gateway(
                        folder,
                        devices.modbus(),
                        devices.opcUa(),
                        plant.mqttPort(),
                        FootprintPlant.freePort());
        int floorPort = FootprintPlant.freePort();
        try (var peers = Peers.start(plant, folder, devices.modbus());
                var bare = floor.start(floorPort);
                var agent = FootprintAgent.start(MODBUS, folder, config)) {
            Floor.awaitUp(bare, floorPort);
            clock.sleep(SETTLE);
            var all = new ArrayList<>(List.of(agent.child(), bare));
            all.addAll(peers.running.values());
            peers.begin();
            var from = agent.count();
            var taken = watch(all);
            var to = agent.count();
            var objection = agent.objection(from, to);
            report(MODBUS, objection);
            peers.check(to.atSeconds() - from.atSeconds());
            return sideBySideRows(taken, agent.child(), bare, peers.running, objection.isEmpty());
        }
    }

    private static List<Row> sideBySideRows(
            Map<Child, Taken> taken,
            Child agent,
            Child bare,
            Map<String, Child> peers,
            boolean valid) {
        var name = "1000 tags Modbus, uplink MQTT, page";
        var resident = new LinkedHashMap<String, Double>();
        var proportional = new LinkedHashMap<String, Double>();
        var cpu = new LinkedHashMap<String, Double>();
        peers.forEach((peer, child) -> {
            var figures = of(taken, child);
            resident.put(peer, figures.residentMega());
            proportional.put(peer, figures.proportionalMega());
            cpu.put(peer, figures.cpuSecondsPerMinute());
        });
        var ours = of(taken, agent);
        var floor = of(taken, bare);
        double nodeRed = proportional.getOrDefault("node-red", Double.NaN);
        double nodeRedCpu = cpu.getOrDefault("node-red", Double.NaN);
        return List.of(
                new Row(
                        name,
                        "resident MB",
                        true,
                        ours.residentMega(),
                        resident,
                        OptionalDouble.of(floor.residentMega()),
                        "<= 96",
                        ours.residentMega() <= 96,
                        valid),
                new Row(
                        name,
                        "proportional MB",
                        true,
                        ours.proportionalMega(),
                        proportional,
                        OptionalDouble.of(floor.proportionalMega()),
                        "<= node-red",
                        ours.proportionalMega() <= nodeRed,
                        valid),
                new Row(
                        name,
                        "CPU-s/min",
                        true,
                        ours.cpuSecondsPerMinute(),
                        cpu,
                        OptionalDouble.empty(),
                        "<= node-red",
                        ours.cpuSecondsPerMinute() <= nodeRedCpu,
                        valid));
    }

    private static Taken of(Map<Child, Taken> taken, Child child) {
        var figures = taken.get(child);
        if (figures == null) {
            throw new IllegalStateException("a process was not watched");
        }
        return figures;
    }

    private List<Row> largerOnes(FootprintPlant plant, Path folder) throws Exception {
        var withOpcUa = plant.simulate(OPC_UA);
        var large = plant.simulate(LARGE);
        var opcUaConfig =
                OPC_UA.gateway(
                        folder,
                        withOpcUa.modbus(),
                        withOpcUa.opcUa(),
                        plant.mqttPort(),
                        FootprintPlant.freePort());
        var largeConfig =
                LARGE.gateway(
                        folder,
                        large.modbus(),
                        large.opcUa(),
                        plant.mqttPort(),
                        FootprintPlant.freePort());
        try (var opcUaAgent = FootprintAgent.start(OPC_UA, folder, opcUaConfig);
                var largeAgent = FootprintAgent.start(LARGE, folder, largeConfig)) {
            clock.sleep(SETTLE);
            var opcUaFrom = opcUaAgent.count();
            var largeFrom = largeAgent.count();
            var taken = watch(List.of(opcUaAgent.child(), largeAgent.child()));
            var opcUaObjection = opcUaAgent.objection(opcUaFrom, opcUaAgent.count());
            var largeObjection = largeAgent.objection(largeFrom, largeAgent.count());
            report(OPC_UA, opcUaObjection);
            report(LARGE, largeObjection);
            return List.of(
                    resident(
                            "1000 tags, half of them OPC UA, uplink MQTT, page",
                            of(taken, opcUaAgent.child()),
                            128,
                            opcUaObjection.isEmpty()),
                    resident(
                            "10000 tags Modbus, uplink MQTT, page",
                            of(taken, largeAgent.child()),
                            160,
                            largeObjection.isEmpty()));
        }
    }

    private static Row resident(String name, Taken taken, double reach, boolean valid) {
        return new Row(
                name,
                "resident MB",
                true,
                taken.residentMega(),
                Map.of(),
                OptionalDouble.empty(),
                "<= %.0f".formatted(reach),
                taken.residentMega() <= reach,
                valid);
    }

    private static void report(FootprintWork work, String objection) {
        if (!objection.isEmpty()) {
            System.err.println("bench: footprint: " + work.name() + " is void: " + objection);
        }
    }

    /** From the start of the process to the first sample on disk, as its REST interface says it. */
    private Row starts(FootprintPlant plant, Floor floor, Path folder) throws Exception {
        var devices = plant.simulate(starting(0));
        var ours = new double[START_ROUNDS];
        var bare = new double[START_ROUNDS];
        for (int i = 0; i < START_ROUNDS; i++) {
            var work = starting(i);
            var config =
                    work.gateway(
                            folder,
                            devices.modbus(),
                            devices.opcUa(),
                            plant.mqttPort(),
                            FootprintPlant.freePort());
            try (var child = FootprintAgent.launch(work, folder, config)) {
                child.await(
                        "the first accepted sample",
                        START_WITHIN,
                        () -> FootprintAgent.accepted(FootprintAgent.data(work, folder)) > 0);
                ours[i] = child.age();
            }
            int port = FootprintPlant.freePort();
            try (var child = floor.start(port)) {
                bare[i] = Floor.awaitUp(child, port);
            }
        }
        double median = median(ours);
        return new Row(
                "start, 1000 tags Modbus, uplink MQTT, page",
                "s to first accepted",
                true,
                median,
                Map.of(),
                OptionalDouble.of(median(bare)),
                "<= 1",
                median <= 1,
                true);
    }

    /** A gateway that was never there before, for each round. */
    private static FootprintWork starting(int round) {
        return new FootprintWork("start-" + round, 10, 0);
    }

    private static double median(double[] figures) {
        var sorted = figures.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    /** The peers that can run here, and what they published. */
    private static final class Peers implements AutoCloseable {
        private final Map<String, Child> running = new LinkedHashMap<>();
        private final List<FootprintPeer> peers = new ArrayList<>();
        private final Map<String, Long> messagesAtFirst = new LinkedHashMap<>();
        private final PublishCounter counter;
        private final HttpClient pages = HttpClient.newHttpClient();

        private Peers(PublishCounter counter) {
            this.counter = counter;
        }

        static Peers start(FootprintPlant plant, Path folder, int modbusPort) throws Exception {
            var nodeRed = new NodeRedPeer(FootprintPlant.freePort());
            int broker = plant.startBroker();
            var started = new Peers(new PublishCounter(broker));
            for (var peer : List.of(nodeRed, new CollectdPeer())) {
                if (peer.missing().isEmpty()) {
                    started.start(peer, peer.start(MODBUS, folder, modbusPort, broker));
                } else {
                    System.err.println(
                            "bench: footprint: PEER MISSING: %s, for want of %s"
                                    .formatted(peer.name(), peer.missing()));
                }
            }
            if (started.running.containsKey(nodeRed.name())) {
                started.openPage(nodeRed);
            }
            return started;
        }

        private void start(FootprintPeer peer, Child child) throws Exception {
            try {
                child.await("publishing", START_WITHIN, () -> counter.messages(peer.name()) > 0);
                running.put(peer.name(), child);
                peers.add(peer);
                System.err.println(
                        "bench: footprint: %s leaves out: %s"
                                .formatted(peer.name(), peer.leavesOut()));
            } catch (IOException e) {
                child.close();
                System.err.println("bench: footprint: PEER MISSING: " + e.getMessage());
            }
        }

        private void openPage(NodeRedPeer peer) {
            var _ =
                    pages.newWebSocketBuilder()
                            .buildAsync(URI.create(peer.liveUrl()), new WebSocket.Listener() {})
                            .join();
        }

        void begin() {
            peers.forEach(p -> messagesAtFirst.put(p.name(), counter.messages(p.name())));
        }

        /** Leaves out of the row who did not do the work. */
        void check(double seconds) {
            for (var peer : peers) {
                long messages =
                        counter.messages(peer.name())
                                - messagesAtFirst.getOrDefault(peer.name(), 0L);
                double values = (double) messages * peer.valuesInMessage();
                double expected = seconds * MODBUS.tags();
                if (Math.abs(values - expected) > PEER_TOLERANCE * expected) {
                    System.err.println(
                            "bench: footprint: %s is left out of the row: it published %.0f values where %.0f were to be expected"
                                    .formatted(peer.name(), values, expected));
                    var child = running.remove(peer.name());
                    if (child != null) {
                        child.close();
                    }
                }
            }
        }

        @Override
        public void close() {
            running.values().forEach(Child::close);
            counter.close();
            pages.shutdownNow();
        }
    }
}
