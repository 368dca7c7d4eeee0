package io.drme.edge;

import static io.drme.edge.RunningGateway.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.drme.time.SystemClock;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** The program in a JVM of its own, which can be killed; with gateway.yaml of a folder. */
class AgentProcess implements AutoCloseable {
    private final SystemClock clock = new SystemClock();
    private final Path folder;
    private final Process process;
    private final HttpClient client = HttpClient.newHttpClient();
    private final long startedAt = clock.nanoTime();
    private URI url = URI.create("http://unknown");
    private String token = "";

    AgentProcess(Path folder) throws IOException {
        this.folder = folder;
        Files.createDirectories(data());
        Files.deleteIfExists(data().resolve("address"));
        process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-XX:TieredStopAtLevel=1",
                                "-XX:+UseSerialGC",
                                "-Xmx256m",
                                "-cp",
                                System.getProperty("java.class.path"),
                                Main.class.getName(),
                                "run",
                                "--config",
                                folder.resolve("gateway.yaml").toString(),
                                "--data",
                                data().toString())
                        .redirectErrorStream(true)
                        .redirectOutput(
                                ProcessBuilder.Redirect.appendTo(folder.resolve("output").toFile()))
                        .start();
    }

    private Path data() {
        return folder.resolve("data");
    }

    private String output() throws IOException {
        return Files.readString(folder.resolve("output"), StandardCharsets.UTF_8);
    }

    /** Waits until it answers; gives how long that took. */
    Duration awaitRunning() throws Exception {
        await(
                "the address",
                () -> {
                    assertThat(process.isAlive()).as("it runs:%n%s", output()).isTrue();
                    return Files.exists(data().resolve("address"));
                });
        url = URI.create(Files.readString(data().resolve("address")).strip());
        token = Files.readString(data().resolve("token")).strip();
        var _ = get("/api/v1/reconcile");
        return Duration.ofNanos(clock.nanoTime() - startedAt);
    }

    JsonObject get(String path) throws Exception {
        return send(path, HttpRequest.newBuilder(url.resolve(path)));
    }

    List<JsonObject> items(String path) throws Exception {
        return get(path).getJsonArray("items").stream().map(JsonObject.class::cast).toList();
    }

    JsonObject post(String path, JsonObject body) throws Exception {
        return send(
                path,
                HttpRequest.newBuilder(url.resolve(path))
                        .header("content-type", "application/json")
                        .POST(BodyPublishers.ofString(body.encode())));
    }

    private JsonObject send(String path, HttpRequest.Builder request) throws Exception {
        var response =
                client.send(
                        request.header("authorization", "Bearer " + token)
                                .timeout(RunningGateway.LIMIT)
                                .build(),
                        BodyHandlers.ofString());
        assertThat(response.statusCode()).as(path + response.body()).isEqualTo(200);
        return new JsonObject(response.body());
    }

    /** Kills it with SIGKILL. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    @Override
    public void close() {
        client.close();
        process.destroyForcibly();
    }
}
