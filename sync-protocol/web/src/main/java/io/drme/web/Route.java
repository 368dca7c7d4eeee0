package io.drme.web;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One route as it is declared, documented and guarded. Immutable: each method gives a new one.
 *
 * @param method GET, POST, PUT or DELETE
 * @param path the path, with parameters in braces: {@code /api/v1/alarms/{id}/acknowledge}
 * @param rule who may use it
 * @param summary one sentence for a person
 * @param parameters the query parameters it takes; any other is refused
 * @param body the form of its request body; null where it takes none
 * @param answer the form of its answer; null where that is not JSON
 * @param bodyLimitBytes the largest body it takes
 * @param form whether its parameters may also come as a form, come several times, and be others
 *     than it knows, as clients of a foreign interface expect
 */
public record Route(
        String method,
        String path,
        Rule rule,
        String summary,
        List<Parameter> parameters,
        @Nullable Schema body,
        @Nullable Schema answer,
        int bodyLimitBytes,
        boolean form) {
    /** The largest request body where a route names no other limit. */
    public static final int DEFAULT_BODY_LIMIT_BYTES = 64 * 1024;

    private static final Pattern PATH = Pattern.compile("(/([A-Za-z0-9._-]+|\\{[a-z]+}))+|/");

    /** Checks the path; a wrong one is a bug. */
    public Route {
        if (!PATH.matcher(path).matches()) {
            throw new IllegalArgumentException("not a path of a route: '" + path + "'");
        }
        parameters = List.copyOf(parameters);
    }

    /** A route that reads. */
    public static Route get(String path, Rule rule, String summary) {
        return of("GET", path, rule, summary);
    }

    /** A route that does something. */
    public static Route post(String path, Rule rule, String summary) {
        return of("POST", path, rule, summary);
    }

    /** A route that sets something; doing it twice is the same as once. */
    public static Route put(String path, Rule rule, String summary) {
        return of("PUT", path, rule, summary);
    }

    /** A route that removes something. */
    public static Route delete(String path, Rule rule, String summary) {
        return of("DELETE", path, rule, summary);
    }

    private static Route of(String method, String path, Rule rule, String summary) {
        return new Route(
                method,
                path,
                rule,
                summary,
                List.of(),
                null,
                null,
                DEFAULT_BODY_LIMIT_BYTES,
                false);
    }

    /** Takes an optional query parameter. */
    public Route query(String name, String form, String description) {
        return with(new Parameter(name, form, description, false));
    }

    /** Takes a query parameter that has to be there. */
    public Route needs(String name, String form, String description) {
        return with(new Parameter(name, form, description, true));
    }

    /** Takes {@code cursor} and {@code limit}. */
    public Route paged() {
        return query("cursor", "cursor", "the 'next' of the page before")
                .query(
                        "limit",
                        "1 to " + Page.MAX_LIMIT,
                        "how many items at most; " + Page.DEFAULT_LIMIT + " where not given");
    }

    /** Takes {@code from} and {@code to}. */
    public Route between() {
        return query("from", "RFC 3339 time", "the first moment of interest, inclusive")
                .query("to", "RFC 3339 time", "the end, exclusive; now where not given");
    }

    /** Takes a JSON body of this form. */
    public Route body(Schema schema) {
        return new Route(
                method, path, rule, summary, parameters, schema, answer, bodyLimitBytes, form);
    }

    /** Takes a body of up to so many bytes. */
    public Route bodyLimit(int bytes) {
        return new Route(method, path, rule, summary, parameters, body, answer, bytes, form);
    }

    /** Takes its parameters as clients of a foreign interface send them. */
    public Route asForm() {
        return new Route(
                method, path, rule, summary, parameters, body, answer, bodyLimitBytes, true);
    }

    /** Answers JSON of this form. */
    public Route answers(Schema schema) {
        return new Route(
                method, path, rule, summary, parameters, body, schema, bodyLimitBytes, form);
    }

    private Route with(Parameter parameter) {
        var more = new ArrayList<>(parameters);
        more.add(parameter);
        return new Route(method, path, rule, summary, more, body, answer, bodyLimitBytes, form);
    }
}
