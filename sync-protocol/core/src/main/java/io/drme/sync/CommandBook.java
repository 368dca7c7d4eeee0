package io.drme.sync;

import io.drme.model.GatewayId;
import io.drme.sync.Receiver.Answer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The commands that wait for their results, by gateway. */
final class CommandBook {
    /** Commands that may wait for one gateway. */
    static final int MAX_WAITING = 1_000;

    private final long againNanos;
    private final Map<GatewayId, Map<String, Waiting>> waiting = new HashMap<>();

    /**
     * A command on its way.
     *
     * @param isKept whether the store has it, so that it is done once the store says so
     */
    private record Waiting(Message.Command command, long sentAtNanos, boolean isKept) {
        Waiting sent(long atNanos) {
            return new Waiting(command, atNanos, isKept);
        }
    }

    CommandBook(long againNanos) {
        this.againNanos = againNanos;
    }

    List<Answer> submit(GatewayId gateway, Message.Command command, long nowNanos) {
        var book = waiting.computeIfAbsent(gateway, _ -> new LinkedHashMap<>());
        if (book.size() >= MAX_WAITING && !book.containsKey(command.id())) {
            return List.of();
        }
        book.put(command.id(), new Waiting(command, nowNanos, false));
        return List.of(new Answer(gateway, command));
    }

    /**
     * Makes the book what the store says: takes in what another member was asked, and forgets what
     * another has seen done.
     *
     * @return what is new here, to be sent
     */
    List<Answer> match(List<ReceiverStore.OpenCommand> open, long nowNanos) {
        var ids = new HashSet<String>();
        var fresh = new ArrayList<Answer>();
        for (var o : open) {
            ids.add(o.command().id());
            var book = waiting.computeIfAbsent(o.gateway(), _ -> new LinkedHashMap<>());
            var known = book.get(o.command().id());
            if (known == null) {
                fresh.add(new Answer(o.gateway(), o.command()));
            }
            book.put(
                    o.command().id(),
                    new Waiting(o.command(), known == null ? nowNanos : known.sentAtNanos(), true));
        }
        waiting.values()
                .forEach(book ->
                        book.values().removeIf(w -> w.isKept() && !ids.contains(w.command().id())));
        waiting.values().removeIf(Map::isEmpty);
        return fresh;
    }

    /** Gateways that were asked for what is held here already. */
    Set<GatewayId> asked() {
        var asked = new HashSet<GatewayId>();
        waiting.forEach((gateway, book) -> {
            if (book.values().stream().anyMatch(w -> Backfill.isAgain(w.command()))) {
                asked.add(gateway);
            }
        });
        return asked;
    }

    /** All that waits for a gateway, because it just joined. */
    List<Answer> all(GatewayId gateway, long nowNanos) {
        var book = waiting.get(gateway);
        if (book == null) {
            return List.of();
        }
        book.replaceAll((_, w) -> w.sent(nowNanos));
        return book.values().stream().map(w -> new Answer(gateway, w.command())).toList();
    }

    /** What is to be sent again; forgets what has expired. */
    List<Answer> due(long nowNanos, long wallNanos) {
        var due = new ArrayList<Answer>();
        waiting.forEach((gateway, book) -> {
            book.values().removeIf(w -> w.command().expiresAtNanos() < wallNanos);
            book.replaceAll((_, w) -> {
                if (nowNanos - w.sentAtNanos() < againNanos) {
                    return w;
                }
                due.add(new Answer(gateway, w.command()));
                return w.sent(nowNanos);
            });
        });
        waiting.values().removeIf(Map::isEmpty);
        return due;
    }

    void finished(GatewayId gateway, String id) {
        var book = waiting.get(gateway);
        if (book != null) {
            book.remove(id);
        }
    }
}
