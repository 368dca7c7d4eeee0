package io.drme.web;

import io.drme.config.Nearest;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Takes paths, query strings and bodies apart, and refuses what a route does not know. */
final class Decoding {
    private static final int MAX_QUERY_PARAMETERS = 50;
    private static final int MAX_NESTING = 32;

    /** The longest value in a form, in characters. */
    static final int MAX_FORM_VALUE_LENGTH = 16_384;

    private Decoding() {}

    /** The segments of a path, each decoded. */
    static List<String> segments(String path) {
        if (!path.startsWith("/")) {
            throw Problem.badParameter("path", "the path does not start with '/'", "/…")
                    .asException();
        }
        var result = new ArrayList<String>();
        for (var segment : RouteTable.segments(path)) {
            // In a path, '+' stands for itself.
            result.add(decoded(segment.replace("+", "%2B"), "path"));
        }
        return result;
    }

    /** The parameters, all known to the route and each there once. */
    static Map<String, String> query(Route route, @Nullable String query) {
        var result = new HashMap<String, String>();
        if (query != null && !query.isEmpty()) {
            var pairs = query.split("&", MAX_QUERY_PARAMETERS + 1);
            if (pairs.length > MAX_QUERY_PARAMETERS) {
                throw Problem.badParameter(
                                "query",
                                "there are too many parameters",
                                "at most " + MAX_QUERY_PARAMETERS)
                        .asException();
            }
            for (var pair : pairs) {
                if (!pair.isEmpty()) {
                    put(route, result, pair);
                }
            }
        }
        for (var parameter : route.parameters()) {
            if (parameter.required() && result.getOrDefault(parameter.name(), "").isEmpty()) {
                throw Problem.badParameter(
                                parameter.name(),
                                "the parameter is missing",
                                "?" + parameter.name() + "=" + parameter.form())
                        .asException();
            }
        }
        return result;
    }

    /** The parameters of a form in order, whatever their names. */
    static List<Map.Entry<String, String>> form(String text) {
        var result = new ArrayList<Map.Entry<String, String>>();
        var pairs = text.split("&", MAX_QUERY_PARAMETERS + 1);
        if (pairs.length > MAX_QUERY_PARAMETERS) {
            throw Problem.badParameter(
                            "form",
                            "there are too many parameters",
                            "at most " + MAX_QUERY_PARAMETERS)
                    .asException();
        }
        for (var pair : pairs) {
            int equals = pair.indexOf('=');
            if (equals > 0) {
                var name = decoded(pair.substring(0, equals), "form");
                var value = decoded(pair.substring(equals + 1), name);
                if (value.length() > MAX_FORM_VALUE_LENGTH) {
                    throw Problem.badParameter(
                                    Request.shortened(name),
                                    "the value is too long",
                                    "at most " + MAX_FORM_VALUE_LENGTH + " characters")
                            .asException();
                }
                result.add(Map.entry(name, value));
            }
        }
        return result;
    }

    private static void put(Route route, Map<String, String> result, String pair) {
        int equals = pair.indexOf('=');
        var name = decoded(equals < 0 ? pair : pair.substring(0, equals), "query");
        var value = equals < 0 ? "" : decoded(pair.substring(equals + 1), name);
        var known = route.parameters().stream().map(Parameter::name).toList();
        if (!known.contains(name)) {
            throw Problem.badParameter(
                            Request.shortened(name),
                            "there is no such parameter here",
                            Nearest.to(name, known)
                                    .map(near -> "did you mean '" + near + "'?")
                                    .orElse(
                                            known.isEmpty()
                                                    ? "no parameters"
                                                    : "one of " + String.join(", ", known)))
                    .asException();
        }
        if (value.length() > Request.MAX_PARAMETER_LENGTH) {
            throw Problem.badParameter(
                            name,
                            "the value is too long",
                            "at most " + Request.MAX_PARAMETER_LENGTH + " characters")
                    .asException();
        }
        if (result.put(name, value) != null) {
            throw Problem.badParameter(name, "the parameter is there twice", "one value")
                    .asException();
        }
    }

    private static String decoded(String text, String where) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException _) {
            throw Problem.badParameter(
                            Request.shortened(where),
                            "'" + Request.shortened(text) + "' is not percent-encoded",
                            "%XX with two hexadecimal digits")
                    .asException();
        }
    }

    /** The body as the route declares it. */
    static Body body(Route route, Incoming incoming, Buffer bytes) {
        var schema = route.body();
        if (schema == null) {
            return new Body(new JsonObject(), Set.of());
        }
        var type = incoming.header("content-type").orElse("").split(";", 2)[0].strip();
        if (!type.equalsIgnoreCase("application/json")) {
            throw new Problem(
                            "not-json",
                            "The body is not JSON",
                            415,
                            type.isEmpty()
                                    ? "the body's type is not given"
                                    : "the body's type is " + Request.shortened(type),
                            "content-type",
                            "Content-Type: application/json",
                            "Send the body as JSON and say so in the header")
                    .asException();
        }
        if (nesting(bytes) > MAX_NESTING) {
            throw Problem.badBody(
                            "", "it is nested too deeply", "at most " + MAX_NESTING + " levels")
                    .asException();
        }
        try {
            return new Body(new JsonObject(bytes), schema.fieldNames());
        } catch (DecodeException | ClassCastException e) {
            throw Problem.badBody(
                            "",
                            "it is no JSON object: " + firstLine(e),
                            "an object with the fields "
                                    + schema.fieldNames().stream()
                                            .sorted()
                                            .collect(Collectors.joining(", ")))
                    .asException();
        }
    }

    /** The deepest nesting by brackets alone, so that no parser has to follow it. */
    private static int nesting(Buffer bytes) {
        int depth = 0;
        int deepest = 0;
        for (int i = 0; i < bytes.length(); i++) {
            byte b = bytes.getByte(i);
            if (b == '{' || b == '[') {
                deepest = Math.max(deepest, ++depth);
            } else if (b == '}' || b == ']') {
                depth--;
            }
        }
        return deepest;
    }

    private static String firstLine(RuntimeException e) {
        var message = String.valueOf(e.getMessage());
        int end = message.indexOf('\n');
        var line = end < 0 ? message : message.substring(0, end);
        return line.length() <= 160 ? line : line.substring(0, 160) + "…";
    }
}
