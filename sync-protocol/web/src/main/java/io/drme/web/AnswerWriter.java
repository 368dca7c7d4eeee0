package io.drme.web;

import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;

/** Writes answers with the headers that all of them carry. Runs on the event loop. */
final class AnswerWriter {
    /** What is no page may load nothing and be framed by nobody. */
    private static final String NO_PAGE_POLICY = "default-src 'none'; frame-ancestors 'none'";

    /** What is not available is mostly back in seconds: a database, members that were cut off. */
    private static final String RETRY_AFTER_SECONDS = "5";

    private AnswerWriter() {}

    static void write(WebServer.Shared shared, HttpServerRequest http, Reply reply) {
        var response = http.response();
        if (response.ended() || response.closed()) {
            return;
        }
        begin(shared, response, reply.status());
        response.putHeader("cache-control", "no-store");
        response.putHeader("content-security-policy", NO_PAGE_POLICY);
        if (reply.status() == 401) {
            response.putHeader("www-authenticate", "Bearer realm=\"drme\"");
        }
        if (reply.status() == 503) {
            response.putHeader("retry-after", RETRY_AFTER_SECONDS);
        }
        reply.headers().forEach(h -> add(response, h.getKey(), h.getValue()));
        if (reply.mediaType().isEmpty()) {
            response.end();
            return;
        }
        response.putHeader("content-type", reply.mediaType());
        end(http, response, reply.body());
    }

    /** Answers although the request is not read to its end, and therefore closes. */
    static void writeAndClose(WebServer.Shared shared, HttpServerRequest http, Reply reply) {
        http.response().putHeader("connection", "close");
        http.response().endHandler(_ -> http.connection().close());
        write(shared, http, reply);
    }

    static void write(
            WebServer.Shared shared, HttpServerRequest http, Incoming in, Assets.Asset asset) {
        var response = http.response();
        if (response.ended() || response.closed()) {
            return;
        }
        boolean unchanged = in.header("if-none-match").filter(asset.etag()::equals).isPresent();
        begin(shared, response, unchanged ? 304 : 200);
        response.putHeader("etag", asset.etag());
        response.putHeader("cache-control", asset.cacheControl());
        response.putHeader("content-security-policy", asset.policy().orElse(NO_PAGE_POLICY));
        response.putHeader("vary", "accept-encoding");
        if (unchanged) {
            response.end();
            return;
        }
        response.putHeader("content-type", asset.mediaType());
        boolean takesGzip =
                in.header("accept-encoding").filter(e -> e.contains("gzip")).isPresent();
        if (takesGzip && asset.gzipped().isPresent()) {
            response.putHeader("content-encoding", "gzip");
            end(http, response, asset.gzipped().get());
        } else {
            end(http, response, asset.body());
        }
    }

    private static void begin(WebServer.Shared shared, HttpServerResponse response, int status) {
        response.setStatusCode(status);
        shared.headers().forEach(response::putHeader);
        var counters = shared.counters();
        (status < 400 ? counters.done() : status < 500 ? counters.refused() : counters.failed())
                .increment();
    }

    private static void add(HttpServerResponse response, String name, String value) {
        if (name.equals("retry-after")) {
            response.putHeader(name, value);
        } else {
            response.headers().add(name, value);
        }
    }

    private static void end(
            HttpServerRequest http, HttpServerResponse response, io.vertx.core.buffer.Buffer body) {
        if (http.method().name().equals("HEAD")) {
            response.putHeader("content-length", Integer.toString(body.length()));
            response.end();
        } else {
            response.end(body);
        }
    }
}
