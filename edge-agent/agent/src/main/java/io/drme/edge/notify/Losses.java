package io.drme.edge.notify;

import io.vertx.core.json.JsonArray;
import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What was given up, and of which no event tells yet. Confined to the deliverer's owner. */
final class Losses {
    private static final Logger log = LoggerFactory.getLogger(Losses.class);

    private final Deque<Loss> untold = new ArrayDeque<>();

    private record Loss(String receiver, String what) {}

    /**
     * One more.
     *
     * @param receiver empty where it concerns all
     */
    void add(String receiver, String what) {
        log.warn("notifications receiver={} {}", receiver.isEmpty() ? "all" : receiver, what);
        untold.add(new Loss(receiver, what));
    }

    boolean isEmpty() {
        return untold.isEmpty();
    }

    /** Records an event of each. */
    void tell(Ledger ledger) {
        untold.forEach(loss -> ledger.record(loss.receiver(), loss.what()));
        untold.clear();
    }

    /** All of them, to go on from after a restart. */
    JsonArray json() {
        var all = new JsonArray();
        untold.forEach(l -> all.add(new JsonArray().add(l.receiver()).add(l.what())));
        return all;
    }

    /**
     * Adds what {@link #json} gave.
     *
     * @throws RuntimeException where it is something else
     */
    void restore(JsonArray json) {
        for (var loss : json) {
            var parts = (JsonArray) loss;
            untold.add(new Loss(parts.getString(0), parts.getString(1)));
        }
    }
}
