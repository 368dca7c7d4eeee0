package io.drme.web;

import io.drme.config.Quantities;
import io.drme.model.Glob;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One request as its handler sees it: the parameters are known to the route, the sender may use it.
 * Every accessor that can't give what it promises throws a {@link ProblemException} that names the
 * place. Confined to the handler's thread.
 */
public final class Request {
    /** The longest query parameter, in characters. */
    static final int MAX_PARAMETER_LENGTH = 2_048;

    private final Incoming incoming;
    private final Map<String, String> path;
    private final Map<String, String> query;
    private final Body body;
    private final @Nullable Who who;
    private final Sending sending;

    /**
     * What was sent beyond what the route declares, and whether the sender is still there.
     *
     * @param parameters all of a form, in order
     */
    record Sending(List<Map.Entry<String, String>> parameters, BooleanSupplier wanted) {
        static final Sending PLAIN = new Sending(List.of(), () -> true);
    }

    Request(
            Incoming incoming,
            Map<String, String> path,
            Map<String, String> query,
            Body body,
            @Nullable Who who) {
        this(incoming, path, query, body, who, Sending.PLAIN);
    }

    Request(
            Incoming incoming,
            Map<String, String> path,
            Map<String, String> query,
            Body body,
            @Nullable Who who,
            Sending sending) {
        this.incoming = incoming;
        this.path = path;
        this.query = query;
        this.body = body;
        this.who = who;
        this.sending = sending;
    }

    /**
     * Who sent it.
     *
     * @throws ProblemException 401 on a public route when nobody is signed in
     */
    public Who who() {
        if (who == null) {
            throw Problem.notSignedIn("nobody is signed in").asException();
        }
        return who;
    }

    /** Who sent it, if anybody is signed in. */
    Optional<Who> signedIn() {
        return Optional.ofNullable(who);
    }

    /** What the server knows of the request beyond its parameters. */
    Incoming incoming() {
        return incoming;
    }

    /** The value of a parameter in the path; a name that the route has not is a bug. */
    public String path(String name) {
        var value = path.get(name);
        if (value == null) {
            throw new IllegalStateException("the route's path has no {" + name + "}");
        }
        return value;
    }

    /** The value of a query parameter; empty texts count as not given. */
    public Optional<String> query(String name) {
        return Optional.ofNullable(query.get(name)).filter(v -> !v.isEmpty());
    }

    /** The whole question, from its {@code ?}, with another value of one parameter. */
    String queryWith(String name, String value) {
        var all = new TreeMap<>(query);
        all.put(name, value);
        return all.entrySet().stream()
                .map(p -> encoded(p.getKey()) + "=" + encoded(p.getValue()))
                .collect(Collectors.joining("&", "?", ""));
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    /** All values of a parameter of a form. */
    public List<String> all(String name) {
        return sending.parameters().stream()
                .filter(p -> p.getKey().equals(name))
                .map(Map.Entry::getValue)
                .toList();
    }

    /**
     * Whether the sender still waits for the answer. What takes long looks at it now and then; safe
     * for use from any thread.
     */
    public boolean isWanted() {
        return sending.wanted().getAsBoolean();
    }

    /** Whether the sender takes an answer of this media type, by naming it. */
    public boolean accepts(String mediaType) {
        return incoming.header("accept").orElse("").contains(mediaType);
    }

    /** The value of a query parameter that has to be there. */
    public String required(String name) {
        return query(name).orElseThrow(() -> missing(name));
    }

    /** A pattern over names; {@code **}, which matches all, where not given. */
    public Glob glob(String name) {
        return Glob.of(query(name).orElse("**"));
    }

    /** A time in nanoseconds since 1970 UTC. */
    public OptionalLong time(String name) {
        var text = query(name);
        if (text.isEmpty()) {
            return OptionalLong.empty();
        }
        var time = Times.parse(text.get());
        if (time.isEmpty()) {
            throw Problem.badParameter(
                            name,
                            "'" + shortened(text.get()) + "' is no time",
                            "an RFC 3339 time such as 2026-11-23T14:05:00Z (a '+' in an offset is"
                                    + " written %2B)")
                    .asException();
        }
        return time;
    }

    /** A duration such as {@code 1m}, above zero. */
    public Optional<Duration> duration(String name) {
        return query(name)
                .map(text ->
                        Quantities.duration(text)
                                .filter(d -> !d.isZero())
                                .orElseThrow(() ->
                                        Problem.badParameter(
                                                        name,
                                                        "'"
                                                                + shortened(text)
                                                                + "' is no"
                                                                + " duration",
                                                        "a number and ms, s, m, h"
                                                                + " or d, such as"
                                                                + " 30s")
                                                .asException()));
    }

    /** An integer between two bounds. */
    public OptionalLong integer(String name, long least, long most) {
        var text = query(name);
        if (text.isEmpty()) {
            return OptionalLong.empty();
        }
        try {
            long value = Long.parseLong(text.get());
            if (value >= least && value <= most) {
                return OptionalLong.of(value);
            }
        } catch (NumberFormatException _) {
            // Falls through to the problem below.
        }
        throw Problem.badParameter(
                        name,
                        "'" + shortened(text.get()) + "' is not allowed",
                        "an integer from " + least + " to " + most)
                .asException();
    }

    /** One of a few words. */
    public Optional<String> choice(String name, Collection<String> allowed) {
        var value = query(name);
        value.ifPresent(v -> requireChoice(name, v, allowed));
        return value;
    }

    /** Several of a few words, joined by commas, each once; none where it is not given. */
    public Set<String> choices(String name, Collection<String> allowed) {
        var given = query(name).map(v -> List.of(v.split(",", -1))).orElse(List.of());
        for (var each : given) {
            requireChoice(name, each, allowed);
        }
        return new LinkedHashSet<>(given);
    }

    private static void requireChoice(String name, String value, Collection<String> allowed) {
        if (!allowed.contains(value)) {
            throw Problem.badParameter(
                            name,
                            "'" + shortened(value) + "' is not allowed",
                            "one of " + String.join(", ", allowed))
                    .asException();
        }
    }

    /** How many items at most; see {@link Page}. */
    public int limit() {
        return (int) integer("limit", 1, Page.MAX_LIMIT).orElse(Page.DEFAULT_LIMIT);
    }

    /** Where the list goes on, in the words that the handler gave as {@link Page#next}. */
    public Optional<String> cursor() {
        return query("cursor").map(Cursor::unpack);
    }

    /** The JSON body; empty where the route takes none. */
    public Body body() {
        return body;
    }

    private static ProblemException missing(String name) {
        return Problem.badParameter(name, "the parameter is missing", "?" + name + "=…")
                .asException();
    }

    /** A value as it may stand in a message: no longer than a line. */
    static String shortened(String value) {
        return value.length() <= 60 ? value : value.substring(0, 60) + "…";
    }
}
