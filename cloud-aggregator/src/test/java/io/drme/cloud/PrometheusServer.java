package io.drme.cloud;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import io.drme.time.SystemClock;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** A real Prometheus, Debian's, on a free loopback port, over blocks made from a text. */
final class PrometheusServer implements AutoCloseable {
    private static final Path PROGRAM = Path.of("/usr/bin/prometheus");
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Duration LOOK_EVERY = Duration.ofMillis(50);
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final Process process;
    private final int port;

    private PrometheusServer(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /** Skips the test loudly where none is installed; where it has to be there, it fails. */
    static void requireInstalled() {
        if (!Files.isExecutable(PROGRAM)) {
            var missing = "Prometheus is missing; install the package prometheus";
            if (Boolean.parseBoolean(System.getenv("CI"))) {
                fail(missing);
            }
            System.err.println("SKIPPED: " + missing);
            abort(missing);
        }
    }

    /** Starts one over samples in OpenMetrics' text; returns when it answers. */
    static PrometheusServer start(Path directory, String openMetrics)
            throws IOException, InterruptedException {
        var text = directory.resolve("samples.txt");
        var blocks = directory.resolve("blocks");
        Files.writeString(text, openMetrics);
        var tool =
                new ProcessBuilder(
                                "promtool",
                                "tsdb",
                                "create-blocks-from",
                                "openmetrics",
                                text.toString(),
                                blocks.toString())
                        .redirectErrorStream(true)
                        .start();
        var said =
                new String(
                        tool.getInputStream().readAllBytes(),
                        java.nio.charset.StandardCharsets.UTF_8);
        if (tool.waitFor() != 0) {
            throw new IOException("promtool failed: " + said);
        }
        var config = directory.resolve("prometheus.yml");
        Files.writeString(config, "global: {scrape_interval: 1h}\n");
        int port = freePort();
        var process =
                new ProcessBuilder(
                                PROGRAM.toString(),
                                "--config.file=" + config,
                                "--storage.tsdb.path=" + blocks,
                                "--storage.tsdb.retention.time=100y",
                                "--web.listen-address=127.0.0.1:" + port,
                                "--log.level=warn")
                        .redirectErrorStream(true)
                        .redirectOutput(directory.resolve("prometheus.log").toFile())
                        .start();
        Runtime.getRuntime()
                .addShutdownHook(Thread.ofPlatform().unstarted(process::destroyForcibly));
        var server = new PrometheusServer(process, port);
        server.awaitReady(directory);
        return server;
    }

    private static int freePort() throws IOException {
        try (var probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return probe.getLocalPort();
        }
    }

    private void awaitReady(Path directory) throws IOException, InterruptedException {
        var clock = new SystemClock();
        long until = clock.nanoTime() + LIMIT.toNanos();
        var ready = HttpRequest.newBuilder(URI.create(url() + "/-/ready")).build();
        while (clock.nanoTime() - until < 0 && process.isAlive()) {
            try {
                var answer = HTTP.send(ready, HttpResponse.BodyHandlers.discarding());
                if (answer.statusCode() == 200) {
                    return;
                }
            } catch (IOException _) {
                // not yet
            }
            clock.sleep(LOOK_EVERY);
        }
        close();
        throw new IOException(
                "Prometheus did not start: "
                        + Files.readString(directory.resolve("prometheus.log")));
    }

    String url() {
        return "http://127.0.0.1:" + port;
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(5, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
