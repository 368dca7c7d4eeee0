package io.drme.web;

import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The routes of a program: each with its rule, what it takes and its handler. Filled by one thread
 * before the server starts.
 */
public final class Api {
    private final String title;
    private final String version;
    private final RouteTable table = new RouteTable();
    private final List<Route> routes = new ArrayList<>();
    private Set<String> answeredAside = Set.of();
    private Supplier<Optional<Problem>> aside = Optional::empty;

    /**
     * Makes an API without routes.
     *
     * @param title the program's name, for the OpenAPI document
     * @param version the program's version
     */
    public Api(String title, String version) {
        this.title = title;
        this.version = version;
    }

    /**
     * Adds a route.
     *
     * @throws IllegalStateException when method and path are taken
     */
    public Api add(Route route, Handler handler) {
        table.add(route, new RouteTable.Target.Call(handler));
        routes.add(route);
        return this;
    }

    /** Adds a WebSocket that serves a live feed. */
    public Api stream(Route route, LiveFeed feed) {
        table.add(route, new RouteTable.Target.Stream(feed));
        routes.add(route);
        return this;
    }

    /**
     * Says when this program must not answer for others that share its data. Every route but the
     * public ones is then refused.
     *
     * @param always paths that are answered all the same
     * @param why asked at each request, from any thread
     */
    public Api standAside(Set<String> always, Supplier<Optional<Problem>> why) {
        answeredAside = Set.copyOf(always);
        aside = why;
        return this;
    }

    /** Why a route can't be answered now. */
    Optional<Problem> objection(Route route) {
        boolean isAnswered = route.rule() == Rule.PUBLIC || answeredAside.contains(route.path());
        return isAnswered ? Optional.empty() : aside.get();
    }

    /** All routes in the order they were added, for documents and for tests. */
    public List<Route> routes() {
        return List.copyOf(routes);
    }

    /** The OpenAPI 3.1 document. */
    public JsonObject openApi() {
        return OpenApi.of(title, version, routes);
    }

    String title() {
        return title;
    }

    RouteTable table() {
        return table;
    }
}
