package io.drme.release;

import io.drme.time.Clock;
import io.drme.time.SystemClock;
import io.drme.web.client.CommandException;
import io.drme.web.client.Connection;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * A short run of the agent on the common profile (a Modbus device, pipelines, alarms, the page; a
 * line that is down), of which the JVM keeps the classes that were used as {@code agent.aot}. OPC
 * UA is left out on purpose: a cache with it would cost its memory on gateways without it.
 */
final class Training implements AutoCloseable {
    private static final Duration READY_WITHIN = Duration.ofSeconds(30);
    private static final Duration LOOK_EVERY = Duration.ofMillis(50);

    /** Long enough for several polls, window results, commits and frames of the live feed. */
    private static final Duration RUNS = Duration.ofSeconds(4);

    private static final int END_WITHIN_SECONDS = 60;
    private static final String CACHE = "agent.aot";

    private final Clock clock = new SystemClock();
    private final Path lib;
    private final Path launch;
    private final Path folder;
    private final List<Process> running = new ArrayList<>();

    Training(Path lib, Path launch) throws IOException {
        this.lib = lib;
        this.launch = launch;
        this.folder = Files.createTempDirectory("drme-training-");
    }

    /** Runs, and puts the cache beside the jars. */
    void run() throws IOException, InterruptedException {
        int modbus = freePort();
        int web = freePort();
        var part = lib.resolve(CACHE + ".part");
        start(
                "sim",
                "",
                List.of(
                        "run",
                        "press-line",
                        "--control",
                        "0",
                        "--listen",
                        "press=127.0.0.1:" + modbus,
                        "--listen",
                        "boiler=127.0.0.1:0",
                        "--listen",
                        "cabinet=127.0.0.1:0"));
        var config = Files.writeString(folder.resolve("gateway.yaml"), configuration(modbus, web));
        var data = Files.createDirectory(folder.resolve("data"));
        var agent =
                start(
                        "agent",
                        "-XX:-AOTRecordTraining -XX:AOTCacheOutput=" + part,
                        List.of("run", "--config", config.toString(), "--data", data.toString()));
        use(agent, data);
        agent.destroy();
        if (!agent.waitFor(END_WITHIN_SECONDS, TimeUnit.SECONDS) || !Files.exists(part)) {
            throw new IOException("the training run made none: " + lastLine("agent"));
        }
        Files.move(part, lib.resolve(CACHE), StandardCopyOption.ATOMIC_MOVE);
    }

    private Process start(String program, String flag, List<String> arguments) throws IOException {
        var command = new ArrayList<String>();
        command.add(launch.resolve("start").toString());
        command.add(program);
        command.addAll(arguments);
        var builder =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(folder.resolve(program + ".log").toFile());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("DRME_LIB", lib.toString());
        builder.environment().put("DRME_JVM_FLAGS", flag);
        var process = builder.start();
        running.add(process);
        return process;
    }

    /** The demo's gateway without the devices of other drivers. */
    private static String configuration(int modbus, int web) throws IOException {
        try (var in = Training.class.getResourceAsStream("/demo/training.yaml")) {
            return new String(
                            Objects.requireNonNull(in, "ships with the demo").readAllBytes(),
                            StandardCharsets.UTF_8)
                    .replace("@press@", Integer.toString(modbus))
                    .replace("@web@", Integer.toString(web));
        }
    }

    /** Opens the page and lets the agent do for a while what it does. */
    private void use(Process agent, Path data) throws IOException, InterruptedException {
        long until = clock.nanoTime() + READY_WITHIN.toNanos();
        while (!Files.exists(data.resolve("address")) && agent.isAlive()) {
            if (clock.nanoTime() - until > 0) {
                throw new IOException("the agent did not get ready: " + lastLine("agent"));
            }
            clock.sleep(LOOK_EVERY);
        }
        try (var connection = Connection.find(null, data, Map.of());
                var browser = HttpClient.newHttpClient()) {
            for (var file : List.of("/", "/assets/plant/plant.js", "/health/ready")) {
                browser.send(
                        HttpRequest.newBuilder(URI.create(connection.url() + file)).build(),
                        HttpResponse.BodyHandlers.discarding());
            }
            var feed = connection.stream(new WebSocket.Listener() {});
            connection.send(
                    feed, new JsonObject().put("subscribe", new JsonObject().put("match", "**")));
            for (var list : List.of("tags", "latest", "alarms", "devices")) {
                connection.list("/api/v1/" + list, Map.of(), Long.MAX_VALUE);
            }
            connection.get("/api/v1/status", Map.of());
            connection.get("/api/v1/reconcile", Map.of());
            clock.sleep(RUNS);
            feed.abort();
        } catch (CommandException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    private String lastLine(String program) throws IOException {
        var lines = Files.readAllLines(folder.resolve(program + ".log"));
        return lines.isEmpty() ? "it said nothing" : lines.getLast();
    }

    private static int freePort() throws IOException {
        try (var any = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return any.getLocalPort();
        }
    }

    @Override
    public void close() throws IOException {
        running.forEach(Process::destroyForcibly);
        running.forEach(p -> p.onExit().join());
        Files.deleteIfExists(lib.resolve(CACHE + ".part"));
        try (var files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder()).forEach(f -> f.toFile().delete());
        } catch (UncheckedIOException e) {
            throw new IOException(e);
        }
    }
}
