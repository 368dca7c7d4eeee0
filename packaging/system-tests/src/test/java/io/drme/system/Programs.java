package io.drme.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.time.SystemClock;
import io.drme.web.client.CommandException;
import io.drme.web.client.Connection;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;

/**
 * The real programs as processes of their own, on free ports, with the flags that ship. What they
 * say is read over REST, as everybody reads it.
 */
final class Programs implements AutoCloseable {
    private static final SystemClock CLOCK = new SystemClock();
    private static final Duration LOOK_EVERY = Duration.ofMillis(100);
    private static final HttpClient HTTP =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();

    private static final int FIRST_PORT = 20_000;
    private static final int MOST_PORTS = 10_000;

    /** Begins elsewhere in each process, so that two of them seldom look at the same port. */
    private static final AtomicInteger NEXT_PORT =
            new AtomicInteger((int) (ProcessHandle.current().pid() * 100 % MOST_PORTS));

    /** The door switch in the scenario press-line; active when low. */
    private static final int DOOR_LINE = 17;

    private final Path folder;
    private final Map<String, Process> running = new HashMap<>();
    final int press = freePort();
    final int boiler = freePort();
    final int cabinet = freePort();
    final int control = freePort();
    final int cloudPort = freePort();
    final int mqttPort = freePort();
    final int agentPort = freePort();

    Programs(Path folder) throws IOException {
        this.folder = folder;
    }

    /**
     * A port that nobody listens at, below those that the system gives to outgoing connections: one
     * of these might take it before the program does.
     */
    static int freePort() throws IOException {
        for (int tries = 0; tries < MOST_PORTS; tries++) {
            int port = FIRST_PORT + Math.floorMod(NEXT_PORT.getAndIncrement(), MOST_PORTS);
            try (var any = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return any.getLocalPort();
            } catch (BindException _) {
                // Somebody listens there; the next one.
            }
        }
        throw new IOException("no port is free from %d on".formatted(FIRST_PORT));
    }

    void startSimulators() throws IOException {
        start(
                "sim",
                List.of(
                        "run", "press-line",
                        "--control", Integer.toString(control),
                        "--listen", "press=127.0.0.1:" + press,
                        "--listen", "boiler=127.0.0.1:" + boiler,
                        "--listen", "cabinet=127.0.0.1:" + cabinet));
    }

    /** Starts a plant of the test's own. */
    void startSimulators(Path scenario) throws IOException {
        start("sim", List.of("run", scenario.toString(), "--control", Integer.toString(control)));
    }

    /** Starts a fleet of gateways; it ends by itself where it is told for how long. */
    void startFleet(List<String> options) throws IOException {
        var arguments = new ArrayList<>(List.of("fleet"));
        arguments.addAll(List.of("--uplink", "mqtt://127.0.0.1:" + mqttPort));
        arguments.addAll(options);
        start("sim", arguments);
    }

    /** Waits until a program ends by itself; its exit code. */
    int ended(String name, Duration limit) throws InterruptedException {
        var process = Objects.requireNonNull(running.remove(name), name);
        if (!process.waitFor(limit.toSeconds(), TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError(name + " did not end within " + limit);
        }
        return process.exitValue();
    }

    void startCloud() throws IOException {
        startCloud(List.of());
    }

    /** Starts the centre with more options. */
    void startCloud(List<String> options) throws IOException {
        var arguments = new ArrayList<>(List.of("run", "--data", cloudData().toString()));
        arguments.addAll(List.of("--port", Integer.toString(cloudPort)));
        arguments.addAll(List.of("--mqtt-port", Integer.toString(mqttPort)));
        arguments.addAll(options);
        start("cloud", arguments);
    }

    /** Starts the demo's gateway with its uplink at this port. */
    void startAgent(int uplinkPort) throws IOException {
        var config = folder.resolve("gateway.yaml");
        Files.writeString(config, configuration(uplinkPort));
        startAgent(config);
    }

    /** Starts a gateway of the test's own. */
    void startAgent(Path config) throws IOException {
        Files.createDirectories(agentData());
        start(
                "agent",
                List.of("run", "--config", config.toString(), "--data", agentData().toString()));
    }

    /** Starts the demo's gateway, in a hurry, with members of a centre at these ports. */
    void startAgent(List<Integer> uplinkPorts) throws IOException {
        var urls = uplinkPorts.stream().map(p -> "\"mqtt://127.0.0.1:" + p + "\"").toList();
        int any = uplinkPorts.getFirst();
        startAgent(
                Files.writeString(
                        folder.resolve("gateway.yaml"),
                        configuration(any)
                                .replace("seal-every: 5s", "seal-every: 1s")
                                .replace("\"mqtt://127.0.0.1:" + any + "\"", urls.toString())));
    }

    /** The demo's gateway.yaml with the ports of these programs. */
    String configuration(int uplinkPort) throws IOException {
        try (var in = Programs.class.getResourceAsStream("/demo/gateway.yaml")) {
            return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8)
                    .replace("@gateway@", "press-line-1")
                    .replace("@press@", Integer.toString(press))
                    .replace("@boiler@", Integer.toString(boiler))
                    .replace("@cabinet@", Integer.toString(cabinet))
                    .replace("@uplink@", Integer.toString(uplinkPort))
                    .replace("@web@", Integer.toString(agentPort));
        }
    }

    Path cloudData() {
        return folder.resolve("cloud");
    }

    Path agentData() {
        return folder.resolve("agent");
    }

    private void start(String name, List<String> arguments) throws IOException {
        start(name, name, List.of(), arguments);
    }

    /**
     * Starts a program.
     *
     * @param name of the process, for its log and to stop it
     * @param program agent, cloud or sim
     * @param within a command that runs it, as in a network of its own; empty for none
     */
    void start(String name, String program, List<String> within, List<String> arguments)
            throws IOException {
        var command = new ArrayList<>(within);
        command.add(
                root().resolve("packaging/distribution/src/main/launch")
                        .resolve("start")
                        .toString());
        command.add(program);
        command.addAll(arguments);
        startOther(name, command);
    }

    /** Starts any command; it is stopped with the others. */
    void startOther(String name, List<String> command) throws IOException {
        var builder =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(
                                ProcessBuilder.Redirect.appendTo(
                                        folder.resolve(name + ".log").toFile()));
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("DRME_LIB", lib().toString());
        running.put(name, builder.start());
    }

    static Path root() {
        return Path.of(needed("DRME_ROOT"));
    }

    private static Path lib() {
        return Path.of(needed("DRME_LIB"));
    }

    private static String needed(String variable) {
        var value = System.getenv(variable);
        if (value == null) {
            throw new IllegalStateException(
                    variable + " is not set; these tests are run by ./drme test");
        }
        return value;
    }

    void kill(String name) throws InterruptedException {
        var process = Objects.requireNonNull(running.remove(name), name);
        process.destroyForcibly();
        process.waitFor();
    }

    /** Holds a program still: its connections stay open, and nothing comes over them any more. */
    void pause(String name) throws IOException, InterruptedException {
        signal(name, "-STOP");
    }

    /** Lets a program that was held still go on. */
    void goOn(String name) throws IOException, InterruptedException {
        signal(name, "-CONT");
    }

    private void signal(String name, String signal) throws IOException, InterruptedException {
        var process = Objects.requireNonNull(running.get(name), name);
        var command = new ArrayList<>(List.of("kill", signal, Long.toString(process.pid())));
        process.descendants().forEach(p -> command.add(Long.toString(p.pid())));
        assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
    }

    /** Ends a program in order; its exit code. */
    int stop(String name) throws InterruptedException {
        var process = Objects.requireNonNull(running.remove(name), name);
        process.destroy();
        assertThat(process.waitFor(10, TimeUnit.SECONDS)).as(name + " ends within 10 s").isTrue();
        return process.exitValue();
    }

    /** What a program wrote, for the message of a failure. */
    String log(String name) throws IOException {
        var file = folder.resolve(name + ".log");
        return Files.exists(file) ? Files.readString(file) : "";
    }

    String cloudUrl() {
        return "http://127.0.0.1:" + cloudPort;
    }

    String agentUrl() {
        return "http://127.0.0.1:" + agentPort;
    }

    JsonObject askCloud(String path, Map<String, String> parameters)
            throws CommandException, InterruptedException {
        try (var c = Connection.find(cloudUrl(), cloudData(), Map.of())) {
            return c.get(path, parameters);
        }
    }

    JsonArray listCloud(String path, Map<String, String> parameters)
            throws CommandException, InterruptedException {
        try (var c = Connection.find(cloudUrl(), cloudData(), Map.of())) {
            return c.list(path, parameters, 100_000);
        }
    }

    JsonObject postCloud(String path, JsonObject body)
            throws CommandException, InterruptedException {
        try (var c = Connection.find(cloudUrl(), cloudData(), Map.of())) {
            return c.post(path, body);
        }
    }

    JsonObject askAgent(String path, Map<String, String> parameters)
            throws CommandException, InterruptedException {
        try (var c = Connection.find(agentUrl(), agentData(), Map.of())) {
            return c.get(path, parameters);
        }
    }

    JsonArray listAgent(String path, Map<String, String> parameters)
            throws CommandException, InterruptedException {
        try (var c = Connection.find(agentUrl(), agentData(), Map.of())) {
            return c.list(path, parameters, 100_000);
        }
    }

    JsonObject postAgent(String path, JsonObject body)
            throws CommandException, InterruptedException {
        try (var c = Connection.find(agentUrl(), agentData(), Map.of())) {
            return c.post(path, body);
        }
    }

    /** Holds the cabinet's door open or closed by hand, over docs/sim-protocol.md. */
    void setCabinetDoor(boolean open) throws IOException {
        var level = open ? 0 : 1;
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), cabinet);
                var in =
                        new BufferedReader(
                                new InputStreamReader(
                                        socket.getInputStream(), StandardCharsets.US_ASCII))) {
            assertThat(in.readLine()).startsWith("hello drme-gpio/2 ");
            socket.getOutputStream()
                    .write(
                            "set %d %d\n"
                                    .formatted(DOOR_LINE, level)
                                    .getBytes(StandardCharsets.US_ASCII));
            assertThat(in.readLine()).isEqualTo("level %d %d".formatted(DOOR_LINE, level));
        }
    }

    /** The present time as REST writes it. */
    static String now() {
        return Instant.ofEpochSecond(0, CLOCK.epochNanos()).toString();
    }

    /** A code that signs somebody in once. */
    String signInCode(String url, Path data, String name)
            throws CommandException, InterruptedException {
        return signInCode(url, data, name, "operator");
    }

    String signInCode(String url, Path data, String name, String role)
            throws CommandException, InterruptedException {
        try (var c = Connection.find(url, data, Map.of())) {
            return c.post("/api/v1/users", new JsonObject().put("name", name).put("role", role))
                    .getString("code");
        }
    }

    void fault(String device, String fault, String time) throws IOException, InterruptedException {
        fault(device, new JsonObject().put("fault", fault).put("for", time));
    }

    /** Makes or, with {@code none}, ends a fault of a simulated device. */
    void fault(String device, JsonObject fault) throws IOException, InterruptedException {
        var request =
                HttpRequest.newBuilder(
                                URI.create(
                                        "http://127.0.0.1:%d/api/v1/faults/%s"
                                                .formatted(control, device)))
                        .PUT(HttpRequest.BodyPublishers.ofString(fault.encode()))
                        .build();
        var answer = HTTP.send(request, HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    }

    /** The sum of a counter over its labels. */
    long counter(String url, Path data, String name) throws IOException, InterruptedException {
        var request =
                HttpRequest.newBuilder(URI.create(url + "/metrics"))
                        .header(
                                "authorization",
                                "Bearer " + Files.readString(data.resolve("token")).strip())
                        .build();
        var lines = HTTP.send(request, HttpResponse.BodyHandlers.ofLines()).body();
        var values =
                lines.filter(l -> l.startsWith(name + " ") || l.startsWith(name + "{"))
                        .map(l -> Double.valueOf(l.substring(l.lastIndexOf(' ') + 1)))
                        .toList();
        assertThat(values).as(name).isNotEmpty();
        return Math.round(values.stream().mapToDouble(Double::doubleValue).sum());
    }

    void awaitReady(String url) throws InterruptedException {
        await(
                "ready: " + url,
                Duration.ofSeconds(90),
                () -> {
                    noneHasEnded();
                    var request =
                            HttpRequest.newBuilder(URI.create(url + "/health/ready"))
                                    .timeout(Duration.ofSeconds(2))
                                    .build();
                    return HTTP.send(request, HttpResponse.BodyHandlers.discarding()).statusCode()
                            == 200;
                });
    }

    /** A program that ended by itself tells why; nobody need wait for it. */
    private void noneHasEnded() throws IOException {
        for (var each : running.entrySet()) {
            if (!each.getValue().isAlive()) {
                throw new AssertionError(
                        "%s has ended by itself: %s".formatted(each.getKey(), log(each.getKey())));
            }
        }
    }

    /** Something that may not be true yet, or not answer yet. */
    interface Condition {
        boolean holds() throws IOException, CommandException, InterruptedException;
    }

    /** Looks again and again until it holds; fails after the limit. */
    static void await(String what, Duration limit, Condition condition)
            throws InterruptedException {
        var last = new AtomicReference<>("not so");
        if (!comesTrue(limit, condition, last)) {
            throw new AssertionError(
                    "not within %d s: %s (last: %s)".formatted(limit.toSeconds(), what, last));
        }
    }

    /** Whether the condition held once within the limit; an error counts as "not yet". */
    static boolean comesTrue(Duration limit, Condition condition) throws InterruptedException {
        return comesTrue(limit, condition, new AtomicReference<>());
    }

    private static boolean comesTrue(
            Duration limit, Condition condition, AtomicReference<String> last)
            throws InterruptedException {
        long until = CLOCK.nanoTime() + limit.toNanos();
        while (CLOCK.nanoTime() - until < 0) {
            try {
                if (condition.holds()) {
                    return true;
                }
                last.set("not so");
            } catch (IOException | CommandException e) {
                last.set(String.valueOf(e.getMessage()));
            }
            CLOCK.sleep(LOOK_EVERY);
        }
        return false;
    }

    /** Lets real time pass: the length of an outage is what is tested. */
    static void pass(Duration time) throws InterruptedException {
        CLOCK.sleep(time);
    }

    static boolean any(JsonArray items, Predicate<JsonObject> wanted) {
        for (int i = 0; i < items.size(); i++) {
            if (wanted.test(items.getJsonObject(i))) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void close() {
        for (var process : running.values()) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        running.values().forEach(p -> p.onExit().join());
    }
}
