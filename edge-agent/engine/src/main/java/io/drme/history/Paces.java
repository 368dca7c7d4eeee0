package io.drme.history;

import io.drme.schema.PaceChange;
import java.util.ArrayList;
import java.util.List;

/** How often the gateway itself asked the device of a tag, by events in their order. */
final class Paces {
    private final String device;
    private final List<Span> spans = new ArrayList<>();

    /**
     * A time in which less was asked.
     *
     * @param factor so many times as seldom
     */
    record Span(long from, long to, long factor, String why) {}

    /**
     * Begins as configured.
     *
     * @param tag name of the tag, {@code device/path}
     */
    Paces(String tag) {
        this.device = tag.substring(0, Math.max(0, tag.indexOf('/')));
    }

    void add(long at, PaceChange change) {
        if (change.device().equals(device)) {
            end(at);
            if (change.factor() > 1 && change.polled()) {
                spans.add(new Span(at, Long.MAX_VALUE, change.factor(), change.why()));
            }
        }
    }

    /** A start begins as configured. */
    void end(long at) {
        if (!spans.isEmpty() && spans.getLast().to == Long.MAX_VALUE) {
            var open = spans.removeLast();
            spans.add(new Span(open.from, Math.max(open.from, at), open.factor, open.why));
        }
    }

    /** The slowest that held at some moment of a span; factor 1 where none did. */
    Span slowest(long from, long to) {
        var slowest = new Span(from, to, 1, "");
        for (var span : spans) {
            if (span.from < to && span.to > from && span.factor > slowest.factor) {
                slowest = span;
            }
        }
        return slowest;
    }
}
