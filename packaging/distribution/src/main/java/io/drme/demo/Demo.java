package io.drme.demo;

import io.drme.sim.line.TcpLine;
import io.drme.time.Clock;
import io.drme.time.SystemClock;
import io.drme.web.client.CommandException;
import io.drme.web.client.Connection;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Simulators, agents and a centre as processes, watched from outside: everything it says it has
 * read over the same REST interface that everybody uses.
 *
 * <p>Confined to the main thread, but for the shutdown hook, which only asks it to end.
 */
final class Demo implements AutoCloseable {
    private static final Duration READY_WITHIN = Duration.ofSeconds(60);
    private static final Duration LOOK_EVERY = Duration.ofSeconds(1);
    private static final Duration DRAIN_WITHIN = Duration.ofSeconds(30);
    private static final Duration PAUSE = Duration.ofMillis(200);
    private static final int MOST_ALARMS = 1_000;
    private static final long NANOS_PER_SECOND = 1_000_000_000;

    private final Clock clock = new SystemClock();
    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);
    private final Options options;
    private final PrintWriter out;
    private final Path folder;
    private final Ports ports;
    private final TcpLine line;
    private final Counts counts;
    private final List<Program> programs = new ArrayList<>();
    private final Story story = new Story();
    private boolean healthy = true;

    /**
     * What was asked for.
     *
     * @param length zero runs until Ctrl-C
     * @param data null takes a temporary folder
     */
    record Options(
            Duration length, @Nullable Path data, boolean browser, boolean outage, int gateways) {}

    private Demo(Options options, PrintWriter out) throws IOException {
        this.options = options;
        this.out = out;
        this.folder =
                options.data() == null
                        ? Files.createTempDirectory("drme-demo-")
                        : Files.createDirectories(options.data()).toAbsolutePath();
        this.ports = Ports.choose(options.gateways());
        this.line = new TcpLine(ports.mqtt());
        this.counts = new Counts(side("centre", ports.cloud(), cloudData()), agentSides());
    }

    private List<Counts.Side> agentSides() {
        return IntStream.range(0, options.gateways())
                .mapToObj(i -> side(gateway(i), ports.agents().get(i), agentData(i)))
                .toList();
    }

    private static Counts.Side side(String name, int port, Path data) {
        return new Counts.Side(name, "http://127.0.0.1:" + port, data);
    }

    /** Starts everything and waits until it answers. */
    static Demo start(Options options, PrintWriter out)
            throws IOException, InterruptedException, DemoException {
        var demo = new Demo(options, out);
        Runtime.getRuntime()
                .addShutdownHook(Thread.ofPlatform().name("shutdown").unstarted(demo::endSoon));
        try {
            demo.startPrograms();
            return demo;
        } catch (DemoException | IOException | InterruptedException e) {
            demo.close();
            throw e;
        }
    }

    private void startPrograms() throws IOException, InterruptedException, DemoException {
        ports.moved().forEach(m -> out.println("  " + m));
        out.println("starting simulators, centre and agent; data in " + folder);
        var logs = Files.createDirectories(folder.resolve("logs"));
        programs.add(
                Program.start(
                        "sim",
                        logs,
                        List.of(
                                "run", "press-line",
                                "--control", Integer.toString(ports.control()),
                                "--listen", "press=127.0.0.1:" + ports.press(),
                                "--listen", "boiler=127.0.0.1:" + ports.boiler(),
                                "--listen", "cabinet=127.0.0.1:" + ports.cabinet())));
        programs.add(
                Program.start(
                        "cloud",
                        logs,
                        List.of(
                                "run",
                                "--data",
                                cloudData().toString(),
                                "--port",
                                Integer.toString(ports.cloud()),
                                "--mqtt-port",
                                Integer.toString(ports.mqtt()))));
        // An agent that finds no device would begin its history with a gap.
        awaitReady("simulators", "http://127.0.0.1:%d/api/v1/devices".formatted(ports.control()));
        for (int i = 0; i < options.gateways(); i++) {
            startAgent(i);
        }
        awaitReady("centre", "http://127.0.0.1:%d/health/ready".formatted(ports.cloud()));
        for (int port : ports.agents()) {
            awaitReady("agent", "http://127.0.0.1:%d/health/ready".formatted(port));
        }
        showAddresses();
    }

    private void startAgent(int index) throws IOException {
        var directory = Files.createDirectories(agentData(index));
        var config = folder.resolve(gateway(index) + ".yaml");
        Files.writeString(config, configuration(index));
        programs.add(
                Program.start(
                        "agent",
                        folder.resolve("logs"),
                        List.of(
                                "run",
                                "--config",
                                config.toString(),
                                "--data",
                                directory.toString())));
    }

    private String configuration(int index) throws IOException {
        try (var in = Demo.class.getResourceAsStream("/demo/gateway.yaml")) {
            return new String(
                            Objects.requireNonNull(in, "ships with the demo").readAllBytes(),
                            StandardCharsets.UTF_8)
                    .replace("@gateway@", gateway(index))
                    .replace("@press@", Integer.toString(ports.press()))
                    .replace("@boiler@", Integer.toString(ports.boiler()))
                    .replace("@cabinet@", Integer.toString(ports.cabinet()))
                    .replace("@uplink@", Integer.toString(line.port()))
                    .replace("@web@", Integer.toString(ports.agents().get(index)));
        }
    }

    private static String gateway(int index) {
        return "press-line-" + (index + 1);
    }

    private Path agentData(int index) {
        return folder.resolve("agent-" + (index + 1));
    }

    private Path cloudData() {
        return folder.resolve("cloud");
    }

    private void awaitReady(String what, String url)
            throws IOException, InterruptedException, DemoException {
        long until = clock.nanoTime() + READY_WITHIN.toNanos();
        while (!Http.answers(url)) {
            failWhereOneDied();
            if (clock.nanoTime() - until > 0 || asked.getCount() == 0) {
                throw new DemoException(
                        "the %s did not get ready within %d s (%s); look into %s"
                                .formatted(
                                        what,
                                        READY_WITHIN.toSeconds(),
                                        url,
                                        folder.resolve("logs")));
            }
            clock.sleep(PAUSE);
        }
    }

    private void failWhereOneDied() throws IOException, DemoException {
        for (var program : programs) {
            if (!program.isAlive()) {
                throw new DemoException(program.epitaph());
            }
        }
    }

    private void showAddresses() throws InterruptedException, DemoException {
        var fleet = signInLink("http://127.0.0.1:" + ports.cloud(), cloudData());
        out.println();
        out.println("  fleet page   " + fleet);
        for (int i = 0; i < options.gateways(); i++) {
            var plant = signInLink("http://127.0.0.1:" + ports.agents().get(i), agentData(i));
            out.println("  plant page   " + plant);
            Browser.open(options.browser(), plant);
        }
        Browser.open(options.browser(), fleet);
        out.println("  (each link signs in once, as an operator)");
        out.println("  ./drme ctl latest --data " + cloudData());
        out.println(
                "  ./drme sim fault press silent --for 20s --url http://127.0.0.1:"
                        + ports.control());
        out.println();
        if (!options.outage()) {
            Story.welcome().forEach(line -> out.println("  " + line));
            out.println();
        }
        out.flush();
    }

    /** The first gateway's alarms; empty while it does not answer. */
    private JsonArray alarms() throws InterruptedException {
        var agent = agentSides().getFirst();
        try (var program = Connection.find(agent.url(), agent.data(), Map.of())) {
            return program.list("/api/v1/alarms", Map.of(), MOST_ALARMS);
        } catch (CommandException _) {
            return new JsonArray();
        }
    }

    /** A link that signs in once; the person is made up for this run. */
    private String signInLink(String base, Path data) throws InterruptedException, DemoException {
        try (var program = Connection.find(base, data, Map.of())) {
            var made =
                    program.post(
                            "/api/v1/users",
                            new JsonObject().put("name", "demo").put("role", "operator"));
            return base + "/sign-in?code=" + made.getString("code");
        } catch (CommandException e) {
            throw new DemoException(String.valueOf(e.getMessage()));
        }
    }

    /**
     * Runs to the end.
     *
     * @return whether every part was healthy to the end and the accounts balanced
     */
    boolean run() throws IOException, InterruptedException, DemoException {
        long start = clock.nanoTime();
        var outage = options.outage() ? new Outage(this, out) : null;
        while (asked.getCount() > 0 && !isOver(start)) {
            long second = (clock.nanoTime() - start) / NANOS_PER_SECOND;
            if (outage != null) {
                outage.at(second);
            } else if (!story.isOver()) {
                story.see(alarms()).forEach(line -> out.println("       " + line));
            }
            failWhereOneDied();
            showCounts(second);
            var _ = asked.await(LOOK_EVERY.toMillis(), TimeUnit.MILLISECONDS);
        }
        line.mend();
        return finish();
    }

    private boolean isOver(long start) {
        return options.length().isPositive()
                && clock.nanoTime() - start >= options.length().toNanos();
    }

    private void showCounts(long second) throws InterruptedException {
        out.println("%3d s  %s".formatted(second, counts.line()));
        out.flush();
    }

    /** Ends the agents first, so that all they accepted can arrive, and then adds up. */
    private boolean finish() throws InterruptedException, IOException {
        out.println("ending: the agents seal and send what they have");
        for (var program : List.copyOf(programs)) {
            if (program.name().equals("agent")) {
                healthy &= program.isAlive();
                restartForDraining(program);
            }
        }
        long read = 0;
        long stored = 0;
        long lost = 0;
        long doubled = 0;
        for (int i = 0; i < options.gateways(); i++) {
            var account = settled(i);
            healthy &= account != null && account.getBoolean("balanced", false);
            if (account != null) {
                var sums = Sums.of(account);
                read += sums.read();
                stored += sums.stored();
                lost += sums.lost();
                doubled += sums.doubled();
            }
        }
        healthy &= lost == 0 && doubled == 0;
        stopAll();
        out.println(
                "read %d · stored %d · lost %d · doubled %d"
                        .formatted(read, stored, lost, doubled));
        out.flush();
        return healthy;
    }

    private void restartForDraining(Program agent) throws InterruptedException {
        healthy &= agent.stop();
        programs.remove(agent);
    }

    /** The account once it balances, or the last one. */
    private @Nullable JsonObject settled(int index) throws InterruptedException {
        long until = clock.nanoTime() + DRAIN_WITHIN.toNanos();
        var account = counts.atCentre(gateway(index));
        while (clock.nanoTime() - until < 0
                && (account == null || !account.getBoolean("balanced", false))) {
            clock.sleep(PAUSE);
            account = counts.atCentre(gateway(index));
        }
        return account;
    }

    /** Where every sample of one account went. */
    private record Sums(long read, long stored, long lost, long doubled) {
        static Sums of(JsonObject a) {
            long held =
                    a.getLong("stored", 0L)
                            + a.getLong("quarantined", 0L)
                            + a.getLong("expired", 0L);
            long dropped =
                    a.getJsonObject("dropped", new JsonObject()).stream()
                            .mapToLong(e -> ((Number) e.getValue()).longValue())
                            .sum();
            long missing = a.getLong("acknowledged", 0L) - held;
            return new Sums(
                    a.getLong("read", 0L),
                    a.getLong("stored", 0L),
                    Math.max(0, missing) + dropped,
                    Math.max(0, -missing));
        }
    }

    /** Cuts the line to the centre. */
    void cutLine() {
        line.cut();
    }

    /** Makes it whole again. */
    void mendLine() {
        line.mend();
    }

    /** Ends the first agent as {@code kill -9} does, and starts it again. */
    void killAgent() throws IOException, InterruptedException {
        var agent =
                programs.stream().filter(p -> p.name().equals("agent")).findFirst().orElseThrow();
        programs.remove(agent);
        agent.kill();
        startAgent(0);
    }

    /** Has the press say nothing for a while. */
    void silencePress(Duration time) throws IOException, InterruptedException {
        Http.put(
                "http://127.0.0.1:%d/api/v1/faults/press".formatted(ports.control()),
                new JsonObject()
                        .put("fault", "silent")
                        .put("for", time.toSeconds() + "s")
                        .encode());
    }

    private void stopAll() throws InterruptedException {
        for (var program : programs.reversed()) {
            boolean alive = program.isAlive();
            healthy &= program.stop() && alive;
        }
        programs.clear();
    }

    private void endSoon() {
        asked.countDown();
        try {
            var _ = ended.await(30, TimeUnit.SECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        try {
            stopAll();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        line.close();
        if (options.data() == null) {
            deleteFolder();
        }
        ended.countDown();
    }

    private void deleteFolder() {
        try (var files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder()).forEach(f -> f.toFile().delete());
        } catch (IOException | UncheckedIOException e) {
            out.println("could not remove %s: %s".formatted(folder, e.getMessage()));
        }
    }
}
