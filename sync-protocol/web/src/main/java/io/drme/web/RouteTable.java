package io.drme.web;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Finds the route of a request by method and path; a literal segment wins over a parameter. */
final class RouteTable {
    private final Node root = new Node();

    /** What answers a route. */
    sealed interface Target {
        /** A handler. */
        record Call(Handler handler) implements Target {}

        /** A WebSocket. */
        record Stream(LiveFeed feed) implements Target {}
    }

    /** A route and what answers it. */
    record Entry(Route route, Target target) {}

    /** What a lookup gives. */
    sealed interface Match {
        /** The route, and the values of its path's parameters. */
        record Found(Entry entry, Map<String, String> path) implements Match {}

        /** The path is known, but not with this method. */
        record WrongMethod(List<String> allowed) implements Match {}

        /** Nothing has this path. */
        record Unknown() implements Match {}
    }

    private static final class Node {
        final Map<String, Node> literals = new HashMap<>();
        final Map<String, Entry> entries = new LinkedHashMap<>();
        @Nullable Node parameter;
    }

    void add(Route route, Target target) {
        var node = root;
        for (var segment : segments(route.path())) {
            if (segment.startsWith("{")) {
                if (node.parameter == null) {
                    node.parameter = new Node();
                }
                node = node.parameter;
            } else {
                node = node.literals.computeIfAbsent(segment, _ -> new Node());
            }
        }
        if (node.entries.putIfAbsent(route.method(), new Entry(route, target)) != null) {
            throw new IllegalStateException(
                    "route added twice: " + route.method() + " " + route.path());
        }
    }

    /**
     * Looks up.
     *
     * @param segments the path's segments, each decoded on its own, so that a parameter may hold
     *     {@code '/'}
     */
    Match find(String method, List<String> segments) {
        var node = find(root, segments, 0);
        if (node == null) {
            return new Match.Unknown();
        }
        var entry = node.entries.get(method.equals("HEAD") ? "GET" : method);
        if (entry == null) {
            return new Match.WrongMethod(List.copyOf(new TreeSet<>(node.entries.keySet())));
        }
        return new Match.Found(entry, parameters(entry.route(), segments));
    }

    private static @Nullable Node find(Node node, List<String> segments, int index) {
        if (index == segments.size()) {
            return node.entries.isEmpty() ? null : node;
        }
        var literal = node.literals.get(segments.get(index));
        var found = literal == null ? null : find(literal, segments, index + 1);
        if (found != null || node.parameter == null || segments.get(index).isEmpty()) {
            return found;
        }
        return find(node.parameter, segments, index + 1);
    }

    private static Map<String, String> parameters(Route route, List<String> values) {
        var result = new HashMap<String, String>();
        var names = segments(route.path());
        for (int i = 0; i < names.size(); i++) {
            if (names.get(i).startsWith("{")) {
                result.put(names.get(i).substring(1, names.get(i).length() - 1), values.get(i));
            }
        }
        return result;
    }

    /** The segments of a raw path; none for the root. */
    static List<String> segments(String path) {
        var result = new ArrayList<String>();
        if (!path.equals("/")) {
            result.addAll(List.of(path.substring(1).split("/", -1)));
        }
        return result;
    }
}
