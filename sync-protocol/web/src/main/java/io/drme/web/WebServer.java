package io.drme.web;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.PemKeyCertOptions;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves an API, its live feed and its pages over HTTP.
 *
 * <p>The event loop only decodes and hands on; each request is answered on a virtual thread of its
 * own. HTTP/2 is off: pages need few requests, and its floods need not concern us.
 */
public final class WebServer implements AutoCloseable {
    /** The most connections; beyond, a new one is closed at once. */
    public static final int MAX_CONNECTIONS = 1_000;

    /** The most requests that are worked on at once; beyond, the answer is 503. */
    public static final int MAX_REQUESTS_IN_WORK = 256;

    private static final int MAX_HEADER_BYTES = 16 * 1024;
    private static final int MAX_REQUEST_LINE_BYTES = 8 * 1024;
    private static final int MAX_SOCKET_MESSAGE_BYTES = 16 * 1024;
    private static final Duration IDLE_LIMIT = Duration.ofSeconds(75);
    private static final Duration START_LIMIT = Duration.ofSeconds(10);
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(2);
    private static final Logger log = LoggerFactory.getLogger(WebServer.class);

    private final HttpServer server;
    private final ExecutorService workers;
    private final Listen listen;
    private final int port;

    private WebServer(HttpServer server, ExecutorService workers, Listen listen, int port) {
        this.server = server;
        this.workers = workers;
        this.listen = listen;
        this.port = port;
    }

    /** What all requests of a server share. */
    record Shared(
            Vertx vertx,
            Context context,
            Access access,
            Api api,
            Assets assets,
            ExecutorService workers,
            Semaphore inWork,
            Map<String, String> headers,
            Counters counters) {}

    /** What is counted. */
    record Counters(LongAdder done, LongAdder refused, LongAdder failed) {}

    /**
     * Starts a server.
     *
     * @param pages the folder of the pages under {@code web/}: plant or fleet
     * @param api the routes, all added; those of access, health, metrics and the OpenAPI document
     *     too (see {@link #addOwnRoutes})
     * @throws CannotListenException when it may not or can't listen there
     */
    public static WebServer start(
            Vertx vertx, Listen listen, String pages, Api api, Access access, Metrics metrics)
            throws CannotListenException, InterruptedException {
        var objection = listen.objection();
        if (objection.isPresent()) {
            throw new CannotListenException(
                    "web.listen " + listen.host() + ":" + listen.port() + ": " + objection.get());
        }
        var workers =
                Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("web-", 0).factory());
        var shared =
                new Shared(
                        vertx,
                        vertx.getOrCreateContext(),
                        access,
                        api,
                        new Assets(pages),
                        workers,
                        new Semaphore(MAX_REQUESTS_IN_WORK),
                        headers(listen.isSecure()),
                        counters(metrics));
        var started = new Start();
        shared.context()
                .runOnContext(_ -> {
                    var server = vertx.createHttpServer(options(listen));
                    server.requestHandler(request -> new Exchange(shared, request).start());
                    server.invalidRequestHandler(WebServer::refuseInvalid);
                    limitConnections(server, metrics);
                    server.listen(listen.port(), listen.host())
                            .onComplete(started::done, started::failed);
                });
        try {
            var server = started.await(listen);
            log.info("web=listening host={} port={}", listen.host(), server.actualPort());
            return new WebServer(server, workers, listen, server.actualPort());
        } catch (CannotListenException | InterruptedException e) {
            workers.shutdownNow();
            throw e;
        }
    }

    /**
     * Adds what every program serves: sign-in, users, health, metrics, and the OpenAPI document.
     */
    public static void addOwnRoutes(Api api, Access access, Health health, Metrics metrics) {
        access.addRoutes(api);
        health.addRoutes(api);
        metrics.addRoutes(api);
        api.add(
                Route.get("/openapi.json", Rule.PUBLIC, "This interface as OpenAPI 3.1"),
                _ -> Reply.json(api.openApi()));
    }

    /** The port it listens on; never 0. */
    public int port() {
        return port;
    }

    /** The address for a browser on this machine. */
    public String url() {
        var host =
                listen.host().equals("0.0.0.0") || listen.host().equals("::")
                        ? "localhost"
                        : listen.host();
        return (listen.isSecure() ? "https://" : "http://")
                + (host.contains(":") ? "[" + host + "]" : host)
                + ":"
                + port;
    }

    /** Closes all connections; handlers at work are interrupted. */
    @Override
    public void close() {
        var closed = new CountDownLatch(1);
        server.close().onComplete(_ -> closed.countDown());
        try {
            if (!closed.await(CLOSE_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                log.warn("web=close-timed-out port={}", port);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        workers.shutdownNow();
        log.info("web=closed port={}", port);
    }

    private static HttpServerOptions options(Listen listen) {
        var options =
                new HttpServerOptions()
                        .setMaxHeaderSize(MAX_HEADER_BYTES)
                        .setMaxInitialLineLength(MAX_REQUEST_LINE_BYTES)
                        .setMaxWebSocketFrameSize(MAX_SOCKET_MESSAGE_BYTES)
                        .setMaxWebSocketMessageSize(MAX_SOCKET_MESSAGE_BYTES)
                        .setWebSocketClosingTimeout((int) CLOSE_LIMIT.toSeconds())
                        .setPerFrameWebSocketCompressionSupported(false)
                        .setPerMessageWebSocketCompressionSupported(false)
                        .setIdleTimeout((int) IDLE_LIMIT.toSeconds())
                        .setIdleTimeoutUnit(TimeUnit.SECONDS);
        options.setUseAlpn(false).setHttp2ClearTextEnabled(false);
        if (listen.isSecure()) {
            options.setSsl(true)
                    .setKeyCertOptions(
                            new PemKeyCertOptions()
                                    .setCertPath(String.valueOf(listen.certificate()))
                                    .setKeyPath(String.valueOf(listen.key())));
        }
        return options;
    }

    private static Map<String, String> headers(boolean secure) {
        var common =
                new java.util.LinkedHashMap<>(
                        Map.of(
                                "x-content-type-options",
                                "nosniff",
                                "referrer-policy",
                                "no-referrer",
                                "cross-origin-opener-policy",
                                "same-origin",
                                "cross-origin-resource-policy",
                                "same-origin",
                                "permissions-policy",
                                "camera=(), microphone=(), geolocation=()"));
        if (secure) {
            common.put("strict-transport-security", "max-age=31536000");
        }
        return Map.copyOf(common);
    }

    private static Counters counters(Metrics metrics) {
        var name = "drme_http_answers_total";
        var help = "Answers of the web server";
        return new Counters(
                metrics.counter(name, help, Map.of("result", "done")),
                metrics.counter(name, help, Map.of("result", "refused")),
                metrics.counter(name, help, Map.of("result", "failed")));
    }

    private static void limitConnections(HttpServer server, Metrics metrics) {
        var open = new AtomicInteger();
        var refused =
                metrics.counter(
                        "drme_http_refused_connections_total",
                        "Connections closed because there were too many",
                        Map.of());
        server.connectionHandler(connection -> {
            connection.closeHandler(_ -> open.decrementAndGet());
            if (open.incrementAndGet() > MAX_CONNECTIONS) {
                refused.increment();
                connection.close();
            }
        });
    }

    private static void refuseInvalid(HttpServerRequest request) {
        var cause = request.decoderResult().cause();
        var message = cause == null ? "" : String.valueOf(cause.getMessage());
        boolean tooLong = message.contains("larger") || message.contains("longer");
        var problem =
                new Problem(
                        "bad-request",
                        "The request is no HTTP",
                        tooLong ? 431 : 400,
                        tooLong ? "the request line or a header is too long" : "it can't be parsed",
                        "",
                        "a request line of at most "
                                + MAX_REQUEST_LINE_BYTES
                                + " and headers of at most "
                                + MAX_HEADER_BYTES
                                + " bytes",
                        "Send less in the URL and the headers");
        var body = problem.toJson().toBuffer();
        request.response()
                .setStatusCode(problem.status())
                .putHeader("content-type", Problem.MEDIA_TYPE)
                .putHeader("connection", "close")
                .end(body)
                .onComplete(_ -> request.connection().close());
    }

    /** Waits for the server to listen. */
    private static final class Start {
        private final CountDownLatch latch = new CountDownLatch(1);
        private @Nullable HttpServer server;
        private @Nullable Throwable failure;

        void done(HttpServer listening) {
            server = listening;
            latch.countDown();
        }

        void failed(Throwable cause) {
            failure = cause;
            latch.countDown();
        }

        HttpServer await(Listen listen) throws CannotListenException, InterruptedException {
            boolean inTime = latch.await(START_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
            if (!inTime || failure != null) {
                throw new CannotListenException(
                        "web.listen "
                                + listen.host()
                                + ":"
                                + listen.port()
                                + ": "
                                + (failure == null ? "no answer" : failure.getMessage())
                                + "; is another program listening there, or a PEM file wrong?");
            }
            return Objects.requireNonNull(server);
        }
    }
}
