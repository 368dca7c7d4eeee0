package io.drme.web;

import io.drme.model.Glob;
import io.drme.testing.ManualClock;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;

/** A server with the routes of a test, on a free port of loopback, and a client for it. */
final class TestServer implements AutoCloseable {
    private static final Duration TIME_LIMIT = Duration.ofSeconds(20);

    final ManualClock clock;
    final Access access;
    final Metrics metrics = new Metrics();
    final Health health = new Health();
    final Api api = new Api("test", "1");
    final LiveFeed feed;
    final WebServer server;
    final HttpClient client = HttpClient.newBuilder().connectTimeout(TIME_LIMIT).build();
    private final Vertx vertx = Vertx.vertx();

    /** Adds a test's routes. */
    interface Routes {
        void addTo(Api api, TestServer server);
    }

    TestServer(Path data, ManualClock clock, Function<Glob, List<LatestItem>> snapshot, Routes more)
            throws IOException, InterruptedException, CannotListenException {
        this.clock = clock;
        access = Access.open(data, clock);
        feed = new LiveFeed(vertx, clock, metrics, snapshot);
        WebServer.addOwnRoutes(api, access, health, metrics);
        api.stream(Route.get("/api/v1/stream", Rule.VIEWER, "The live feed"), feed);
        more.addTo(api, this);
        server = WebServer.start(vertx, Listen.onLoopback(0), "plant", api, access, metrics);
    }

    static TestServer plain(Path data)
            throws IOException, InterruptedException, CannotListenException {
        return new TestServer(data, new ManualClock(), _ -> List.of(), (_, _) -> {});
    }

    URI uri(String path) {
        return URI.create(server.url() + path);
    }

    /** A request that a test may add to. */
    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(uri(path)).timeout(TIME_LIMIT);
    }

    HttpResponse<String> send(HttpRequest.Builder request)
            throws IOException, InterruptedException {
        return client.send(request.build(), BodyHandlers.ofString());
    }

    HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return send(request(path));
    }

    HttpResponse<String> getAs(String token, String path) throws IOException, InterruptedException {
        return send(request(path).header("authorization", "Bearer " + token));
    }

    HttpResponse<String> post(String path, String body, String... headers)
            throws IOException, InterruptedException {
        return send(posting(path, body, headers));
    }

    HttpRequest.Builder posting(String path, String body, String... headers) {
        var request =
                request(path)
                        .header("content-type", "application/json")
                        .POST(BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return request;
    }

    /** A new user's bearer token. */
    String tokenOf(String name, Role role) {
        if (!access.users().exists(name)) {
            access.users().add(name, role);
        }
        return access.users().newToken(name, "test");
    }

    /** The origin that the program's own page sends. */
    String origin() {
        return server.url();
    }

    static JsonObject json(HttpResponse<String> response) {
        return new JsonObject(response.body());
    }

    @Override
    public void close() {
        client.shutdownNow();
        server.close();
        vertx.close().await();
    }
}
