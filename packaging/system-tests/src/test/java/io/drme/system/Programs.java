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

    private static int freePort() throws IOException {
        try (var any = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return any.getLocalPort();
        }
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

    void startCloud() throws IOException {
        start(
                "cloud",
                List.of(
                        "run",
                        "--data",
                        cloudData().toString(),
                        "--port",
                        Integer.toString(cloudPort),
                        "--mqtt-port",
                        Integer.toString(mqttPort)));
    }

    /** Starts the demo's gateway with its uplink at this port. */
    void startAgent(int uplinkPort) throws IOException {
        var config = folder.resolve("gateway.yaml");
        Files.writeString(config, configuration(uplinkPort));
        Files.createDirectories(agentData());
        start(
                "agent",
                List.of("run", "--config", config.toString(), "--data", agentData().toString()));
    }

    private String configuration(int uplinkPort) throws IOException {
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
        var command = new ArrayList<String>();
        command.add(
                root().resolve("packaging/distribution/src/main/launch")
                        .resolve("start")
                        .toString());
        command.add(name);
        command.addAll(arguments);
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
            assertThat(in.readLine()).startsWith("hello drme-gpio/1 ");
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
        try (var c = Connection.find(url, data, Map.of())) {
            return c.post(
                            "/api/v1/users",
                            new JsonObject().put("name", name).put("role", "operator"))
                    .getString("code");
        }
    }

    void fault(String device, String fault, String time) throws IOException, InterruptedException {
        var request =
                HttpRequest.newBuilder(
                                URI.create(
                                        "http://127.0.0.1:%d/api/v1/faults/%s"
                                                .formatted(control, device)))
                        .PUT(
                                HttpRequest.BodyPublishers.ofString(
                                        new JsonObject()
                                                .put("fault", fault)
                                                .put("for", time)
                                                .encode()))
                        .build();
        assertThat(HTTP.send(request, HttpResponse.BodyHandlers.ofString()).statusCode())
                .isEqualTo(200);
    }

    void awaitReady(String url) throws InterruptedException {
        await(
                "ready: " + url,
                Duration.ofSeconds(90),
                () -> {
                    var request =
                            HttpRequest.newBuilder(URI.create(url + "/health/ready"))
                                    .timeout(Duration.ofSeconds(2))
                                    .build();
                    return HTTP.send(request, HttpResponse.BodyHandlers.discarding()).statusCode()
                            == 200;
                });
    }

    /** Something that may not be true yet, or not answer yet. */
    interface Condition {
        boolean holds() throws IOException, CommandException, InterruptedException;
    }

    /** Looks again and again until it holds; fails after the limit. */
    static void await(String what, Duration limit, Condition condition)
            throws InterruptedException {
        long until = CLOCK.nanoTime() + limit.toNanos();
        String last = "";
        while (CLOCK.nanoTime() - until < 0) {
            try {
                if (condition.holds()) {
                    return;
                }
                last = "not so";
            } catch (IOException | CommandException e) {
                last = String.valueOf(e.getMessage());
            }
            CLOCK.sleep(LOOK_EVERY);
        }
        throw new AssertionError(
                "not within %d s: %s (last: %s)".formatted(limit.toSeconds(), what, last));
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
        running.values().forEach(Process::destroyForcibly);
        running.values().forEach(p -> p.onExit().join());
    }
}
