package io.drme.web;

import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;

/**
 * The routes of a program: each with its rule, what it takes and its handler. Filled by one thread
 * before the server starts.
 */
public final class Api {
    private final String title;
    private final String version;
    private final RouteTable table = new RouteTable();
    private final List<Route> routes = new ArrayList<>();

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
