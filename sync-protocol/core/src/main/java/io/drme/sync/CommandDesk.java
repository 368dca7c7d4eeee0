package io.drme.sync;

import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;

/**
 * Takes commands from the centre, each id once. Ids are remembered until the command expires, after
 * which the centre does not send it again and it would not be done if it did.
 */
final class CommandDesk {
    /** Commands that wait to be done; more are left to the centre, which sends them again. */
    static final int MAX_WAITING = 256;

    /** Ids remembered; a centre that sends more unexpired ones has to wait. */
    static final int MAX_REMEMBERED = 10_000;

    private final Queue<Message.Command> waiting = new ArrayDeque<>();
    private final Map<String, Long> expiryById = new LinkedHashMap<>();

    /** Remembers a command that was done before a restart. */
    void remember(String id, long expiresAtNanos) {
        expiryById.put(id, expiresAtNanos);
    }

    /** Takes a command unless it is known, expired, or there are too many. */
    void take(Message.Command command, long nowNanos) {
        if (expiryById.size() >= MAX_REMEMBERED) {
            expiryById.values().removeIf(expiry -> expiry < nowNanos);
        }
        if (command.expiresAtNanos() >= nowNanos
                && waiting.size() < MAX_WAITING
                && expiryById.size() < MAX_REMEMBERED
                && expiryById.putIfAbsent(command.id(), command.expiresAtNanos()) == null) {
            waiting.add(command);
        }
    }

    /** It was not done, for now: the centre sends it again, and it is taken again. */
    void forget(String id) {
        expiryById.remove(id);
    }

    Optional<Message.Command> next() {
        return Optional.ofNullable(waiting.poll());
    }
}
