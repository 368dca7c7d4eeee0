package io.drme.edge.notify;

import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which addresses have the mail that is tried again, so that they don't get it with each try. Of
 * one mail for each receiver, in memory: after a restart all get it, with its id. For any thread.
 */
final class MailProgress {
    private final Map<String, Had> byReceiver = new ConcurrentHashMap<>();

    private record Had(String id, Set<String> addresses) {}

    /** The addresses that have it. */
    Set<String> of(String receiver, String id) {
        var had = byReceiver.get(receiver);
        return had != null && had.id.equals(id) ? had.addresses : Set.of();
    }

    /** These have it, too. */
    void add(String receiver, String id, Set<String> addresses) {
        var all = new TreeSet<>(of(receiver, id));
        all.addAll(addresses);
        byReceiver.put(receiver, new Had(id, Set.copyOf(all)));
    }
}
