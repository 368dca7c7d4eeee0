package io.drme.edge;

import io.drme.edge.recording.LocalHistory;
import io.drme.edge.web.AgentWeb;
import io.drme.schema.Audit;
import io.drme.time.SystemClock;
import io.drme.web.Role;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A whole agent in this process, asked over its REST interface. */
final class RunningGateway implements AutoCloseable {
    /** How long a test waits for anything: far above what it takes on a busy machine. */
    static final Duration LIMIT = Duration.ofSeconds(90);

    private static final Duration LOOK = Duration.ofMillis(10);
    private static final SystemClock CLOCK = new SystemClock();

    final Agent agent;
    private final AgentWeb web;
    private final Thread main;
    private final HttpClient client = HttpClient.newHttpClient();
    private final String token;

    private RunningGateway(Agent agent, AgentWeb web, String token) {
        this.agent = agent;
        this.web = web;
        this.token = token;
        this.main =
                Thread.ofPlatform()
                        .name("supervisor")
                        .start(() -> agent.supervisor().run(() -> agent.beat(web)));
    }

    static RunningGateway start(Path file, Path data) throws Exception {
        Files.createDirectories(data);
        var agent = Agent.start(file, Optional.of(data), CLOCK);
        var web = agent.startWeb();
        return new RunningGateway(agent, web, Files.readString(data.resolve("token")).strip());
    }

    URI url() {
        return URI.create(web.url());
    }

    /** A token of a new user of this role. */
    String tokenOf(String name, Role role) {
        web.access().users().add(name, role);
        return web.access().users().newToken(name, "test");
    }

    JsonObject get(String path) {
        try {
            var response = send(HttpRequest.newBuilder(url().resolve(path)).GET(), token);
            if (response.statusCode() != 200) {
                throw new AssertionError(path + ": " + response.body());
            }
            return new JsonObject(response.body());
        } catch (IOException e) {
            throw new AssertionError(path, e);
        }
    }

    /** What is not JSON. */
    String text(String path) throws IOException {
        return send(HttpRequest.newBuilder(url().resolve(path)).GET(), token).body();
    }

    List<JsonObject> items(String path) {
        return get(path).getJsonArray("items").stream().map(JsonObject.class::cast).toList();
    }

    HttpResponse<String> post(String path, String body) throws IOException {
        return post(path, body, token);
    }

    HttpResponse<String> post(String path, String body, String as) throws IOException {
        return send(
                HttpRequest.newBuilder(url().resolve(path))
                        .header("content-type", "application/json")
                        .POST(BodyPublishers.ofString(body)),
                as);
    }

    private HttpResponse<String> send(HttpRequest.Builder request, String as) throws IOException {
        try {
            return client.send(
                    request.timeout(LIMIT).header("authorization", "Bearer " + as).build(),
                    BodyHandlers.ofString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    /** A condition that becomes true sooner or later. */
    @FunctionalInterface
    interface Condition {
        boolean holds() throws Exception;
    }

    /** Waits until it does, and fails with {@code what} when it takes too long. */
    static void await(String what, Condition condition) throws Exception {
        long until = CLOCK.nanoTime() + LIMIT.toNanos();
        while (!condition.holds()) {
            if (CLOCK.nanoTime() - until > 0) {
                throw new AssertionError("not within " + LIMIT.toSeconds() + " s: " + what);
            }
            CLOCK.sleep(LOOK);
        }
    }

    /** What is on record of deeds, oldest first. */
    List<Audit> audits() {
        var found = new ArrayList<Audit>();
        new LocalHistory(agent.recorder())
                .events(e -> {
                    if (e.payload() instanceof Audit audit) {
                        found.add(audit);
                    }
                });
        return found;
    }

    @Override
    public void close() {
        agent.supervisor().stop();
        try {
            main.join(LIMIT);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        client.close();
        web.close();
        agent.close();
    }
}
