package io.drme.web;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One request and its answer. The event loop reads the request and writes the answer; in between, a
 * virtual thread finds out who asks, checks the rule and runs the handler.
 */
final class Exchange {
    /** A body that takes longer than this to arrive is refused. */
    private static final Duration BODY_TIME_LIMIT = Duration.ofSeconds(20);

    private static final Logger log = LoggerFactory.getLogger(Exchange.class);

    private final WebServer.Shared shared;
    private final HttpServerRequest http;
    private final Incoming incoming;

    /** Whether the client went away before the answer. */
    private final AtomicBoolean gone = new AtomicBoolean();

    Exchange(WebServer.Shared shared, HttpServerRequest http) {
        this.shared = shared;
        this.http = http;
        var headers = new LinkedHashMap<String, String>();
        http.headers()
                .forEach(
                        (name, value) -> headers.putIfAbsent(name.toLowerCase(Locale.ROOT), value));
        var address = http.remoteAddress();
        this.incoming =
                new Incoming(
                        http.method().name(),
                        address == null ? "" : String.valueOf(address.hostAddress()),
                        http.isSSL(),
                        headers);
    }

    /** What a virtual thread does; gives what the event loop is to do afterwards. */
    private interface Work {
        Runnable run() throws InterruptedException;
    }

    /** Begins; runs on the event loop. */
    void start() {
        http.response().closeHandler(_ -> gone.set(true));
        try {
            var path = http.path() == null ? "" : http.path();
            switch (shared.api().table().find(incoming.method(), Decoding.segments(path))) {
                case RouteTable.Match.Found(var entry, var values) -> found(entry, values);
                case RouteTable.Match.WrongMethod(var allowed) -> wrongMethod(path, allowed);
                case RouteTable.Match.Unknown _ -> work(() -> asset(path));
            }
        } catch (ProblemException e) {
            write(Reply.problem(e.problem()));
        }
    }

    private void found(RouteTable.Entry entry, Map<String, String> path) {
        var route = entry.route();
        var sent = http.query();
        switch (entry.target()) {
            case RouteTable.Target.Stream(var feed) -> {
                Decoding.query(route, sent);
                stream(route, feed);
            }
            case RouteTable.Target.Call(var handler) ->
                    readBody(
                            route.bodyLimitBytes(),
                            bytes ->
                                    work(() -> {
                                        var who = admit(route.rule());
                                        checkAside(route);
                                        var request = request(route, path, sent, bytes, who);
                                        return answer(
                                                inForm(handler.answer(request), request, route));
                                    }));
        }
    }

    /** A list in the form that the client takes. */
    private static Reply inForm(Reply reply, Request request, Route route) {
        var page = reply.page();
        return page != null && request.accepts(Csv.MEDIA_TYPE)
                ? Csv.of(page, route, request)
                : reply;
    }

    private Request request(
            Route route,
            Map<String, String> path,
            @Nullable String sent,
            Buffer bytes,
            @Nullable Who who) {
        var body = Decoding.body(route, incoming, bytes);
        if (!route.form()) {
            var query = Decoding.query(route, sent);
            var sending = new Request.Sending(List.of(), () -> !gone.get());
            return new Request(incoming, path, query, body, who, sending);
        }
        boolean isForm =
                incoming.header("content-type")
                        .orElse("")
                        .startsWith("application/x-www-form-urlencoded");
        var all = Decoding.form((sent == null ? "" : sent) + "&" + (isForm ? bytes : ""));
        var first = new LinkedHashMap<String, String>();
        all.forEach(p -> first.putIfAbsent(p.getKey(), p.getValue()));
        return new Request(
                incoming, path, first, body, who, new Request.Sending(all, () -> !gone.get()));
    }

    private void wrongMethod(String path, List<String> allowed) {
        var methods = String.join(", ", allowed);
        var problem =
                new Problem(
                        "wrong-method",
                        "The method is not allowed here",
                        405,
                        incoming.method() + " is not possible on " + Request.shortened(path),
                        "",
                        methods,
                        "Use one of the allowed methods; /docs lists them");
        write(Reply.problem(problem).header("allow", methods));
    }

    private Runnable answer(Reply reply) {
        return () -> write(reply);
    }

    /** Runs on a virtual thread, of which there are not too many at once. */
    private void work(Work work) {
        if (!shared.inWork().tryAcquire()) {
            var problem =
                    Problem.unavailable(
                            "",
                            "the server has too many requests in work",
                            "Try again in a second");
            write(Reply.problem(problem).header("retry-after", "1"));
            return;
        }
        try {
            shared.workers()
                    .execute(() -> {
                        Runnable then;
                        try {
                            then = run(work);
                        } finally {
                            shared.inWork().release();
                        }
                        shared.context().runOnContext(_ -> then.run());
                    });
        } catch (RejectedExecutionException _) {
            shared.inWork().release();
            http.connection().close();
        }
    }

    private Runnable run(Work work) {
        try {
            return work.run();
        } catch (ProblemException e) {
            return answer(Reply.problem(e.problem()));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return answer(
                    Reply.problem(
                            Problem.unavailable(
                                    "", "the server is closing", "Try again in a moment")));
        } catch (RuntimeException e) {
            // The supervisor of requests: a bug ends this one, and the server goes on.
            log.error("request=failed method={} path={}", http.method(), http.path(), e);
            return answer(
                    Reply.problem(
                            new Problem(
                                    "internal",
                                    "A bug in the program",
                                    500,
                                    "the request could not be answered",
                                    "",
                                    "",
                                    "Look at the program's log, and report what you find")));
        }
    }

    /** Who sent it, if the rule lets them pass. */
    private @Nullable Who admit(Rule rule) {
        var least = rule.least();
        if (least.isEmpty()) {
            try {
                return shared.access().identify(incoming).orElse(null);
            } catch (ProblemException _) {
                return null;
            }
        }
        var who = shared.access().identify(incoming).orElseThrow(this::notSignedIn);
        if (!who.role().includes(least.get())) {
            throw Problem.forbidden(
                            "'" + who.name() + "' is " + who.role().text(),
                            "the role " + least.get().text() + " or a higher one",
                            "Sign in as somebody with that role, or ask an administrator")
                    .asException();
        }
        return who;
    }

    /** Others may go on without this program: then it must not speak for them. */
    private void checkAside(Route route) {
        var objection = shared.api().objection(route);
        if (objection.isPresent()) {
            throw objection.get().asException();
        }
    }

    private ProblemException notSignedIn() {
        boolean tried = incoming.header("authorization").isPresent();
        return Problem.notSignedIn(tried ? "the bearer token is not known" : "nobody is signed in")
                .asException();
    }

    private void stream(Route route, LiveFeed feed) {
        http.pause();
        work(() -> {
            var who = admit(route.rule());
            checkAside(route);
            if (!http.canUpgradeToWebSocket()) {
                return answer(
                        Reply.problem(
                                        new Problem(
                                                "upgrade-required",
                                                "A WebSocket is needed",
                                                426,
                                                "the request asks for no WebSocket",
                                                "",
                                                "Upgrade: websocket",
                                                "Connect with a WebSocket client"))
                                .header("upgrade", "websocket"));
            }
            if (!feed.hasRoom()) {
                throw Problem.unavailable(
                                "",
                                "there are " + LiveFeed.MAX_CLIENTS + " clients already",
                                "Close a page, or try again later")
                        .asException();
            }
            return () -> upgrade(feed, who);
        });
    }

    private void upgrade(LiveFeed feed, @Nullable Who who) {
        http.toWebSocket()
                .onSuccess(socket -> {
                    socket.pause();
                    feed.attach(
                            socket, () -> who == null || shared.access().stillHolds(incoming, who));
                });
    }

    private Runnable asset(String path) {
        boolean reads = incoming.method().equals("GET") || incoming.method().equals("HEAD");
        var asset = shared.assets().find(path);
        if (asset.isEmpty() || !reads) {
            return answer(
                    Reply.problem(
                            Problem.notFound(
                                    Request.shortened(path),
                                    "there is nothing at this path",
                                    "/docs lists what there is")));
        }
        return () -> AnswerWriter.write(shared, http, incoming, asset.get());
    }

    private void write(Reply reply) {
        AnswerWriter.write(shared, http, reply);
    }

    /** Reads the body, but no more than is allowed and not for ever. */
    private void readBody(int limitBytes, Consumer<Buffer> then) {
        var timer = new long[1];
        var received = Buffer.buffer();
        var done = new boolean[1];
        Consumer<Problem> refuse =
                problem -> {
                    if (!done[0]) {
                        done[0] = true;
                        shared.vertx().cancelTimer(timer[0]);
                        http.handler(_ -> {});
                        AnswerWriter.writeAndClose(shared, http, Reply.problem(problem));
                    }
                };
        timer[0] =
                shared.vertx()
                        .setTimer(BODY_TIME_LIMIT.toMillis(), _ -> refuse.accept(bodyTooSlow()));
        http.exceptionHandler(_ -> shared.vertx().cancelTimer(timer[0]));
        http.handler(chunk -> {
            if (received.length() + chunk.length() > limitBytes) {
                refuse.accept(bodyTooLarge(limitBytes));
            } else {
                received.appendBuffer(chunk);
            }
        });
        http.endHandler(_ -> {
            if (!done[0]) {
                done[0] = true;
                shared.vertx().cancelTimer(timer[0]);
                then.accept(received);
            }
        });
    }

    private static Problem bodyTooLarge(int limitBytes) {
        return new Problem(
                "body-too-large",
                "The body is too large",
                413,
                "the body is larger than this route takes",
                "",
                "at most " + limitBytes + " bytes",
                "Send less at once");
    }

    private static Problem bodyTooSlow() {
        return new Problem(
                "body-too-slow",
                "The body came too slowly",
                408,
                "the body was not complete in time",
                "",
                "the whole body within " + BODY_TIME_LIMIT.toSeconds() + " s",
                "Send the request again");
    }
}
