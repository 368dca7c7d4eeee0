package io.drme.web;

import io.vertx.core.json.JsonObject;

/**
 * An error as RFC 9457 puts it ({@code application/problem+json}), which tells a person what,
 * where, what was expected and what to do.
 *
 * @param code one word or two for programs, for example {@code bad-parameter}; the type is {@code
 *     urn:drme:problem:} and this
 * @param title the kind of problem, the same for each of its occurrences
 * @param status the HTTP status, 400 to 599
 * @param detail what was found this time
 * @param where the parameter, the field or the thing concerned; empty where there is none
 * @param expected what is allowed there; empty where that goes without saying
 * @param remedy what to do now
 */
public record Problem(
        String code,
        String title,
        int status,
        String detail,
        String where,
        String expected,
        String remedy) {
    /** The media type of a problem. */
    public static final String MEDIA_TYPE = "application/problem+json";

    /** 400: a parameter that can't be understood. */
    public static Problem badParameter(String name, String detail, String expected) {
        return new Problem(
                "bad-parameter",
                "A parameter is wrong",
                400,
                detail,
                name,
                expected,
                "Correct the parameter and send the request again; /docs lists what is allowed");
    }

    /** 400: a body that can't be understood; {@code where} is a JSON pointer. */
    public static Problem badBody(String where, String detail, String expected) {
        return new Problem(
                "bad-body",
                "The body is wrong",
                400,
                detail,
                where,
                expected,
                "Correct the body and send the request again; /docs shows its form");
    }

    /** 401: nobody is signed in. */
    public static Problem notSignedIn(String detail) {
        return new Problem(
                "not-signed-in",
                "Sign-in is needed",
                401,
                detail,
                "",
                "a bearer token, or the session of a signed-in page",
                "Sign in at /sign-in, or send 'Authorization: Bearer' with the token in DATA/token");
    }

    /** 403: who is signed in may not do this. */
    public static Problem forbidden(String detail, String expected, String remedy) {
        return new Problem("forbidden", "Not allowed", 403, detail, "", expected, remedy);
    }

    /** 404: a thing that is not there. */
    public static Problem notFound(String where, String detail, String remedy) {
        return new Problem("not-found", "Not found", 404, detail, where, "", remedy);
    }

    /** 409: the thing is not in a state in which this can be done. */
    public static Problem conflict(String where, String detail, String expected, String remedy) {
        return new Problem("conflict", "Not possible now", 409, detail, where, expected, remedy);
    }

    /** 422: understood, but it can't be done. */
    public static Problem unprocessable(
            String where, String detail, String expected, String remedy) {
        return new Problem(
                "unprocessable", "It can't be done", 422, detail, where, expected, remedy);
    }

    /** 503: for now it can't be done; the client may try again later. */
    public static Problem unavailable(String where, String detail, String remedy) {
        return new Problem("unavailable", "Not available now", 503, detail, where, "", remedy);
    }

    /** Wraps it, to be thrown by a handler. */
    public ProblemException asException() {
        return new ProblemException(this);
    }

    /** The members of the document; empty ones are left out. */
    public JsonObject toJson() {
        var json =
                new JsonObject()
                        .put("type", "urn:drme:problem:" + code)
                        .put("title", title)
                        .put("status", status)
                        .put("detail", detail);
        putUnlessEmpty(json, "where", where);
        putUnlessEmpty(json, "expected", expected);
        putUnlessEmpty(json, "remedy", remedy);
        return json;
    }

    private static void putUnlessEmpty(JsonObject json, String key, String value) {
        if (!value.isEmpty()) {
            json.put(key, value);
        }
    }
}
