package io.drme.sync;

import io.drme.model.StreamKind;
import java.util.ArrayDeque;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;

/**
 * Items that the centre asked for again, by the command that asked. They go behind the backlog, and
 * outlast a session, but not an epoch.
 */
public final class Refills {
    private final Map<String, Request> requests = new LinkedHashMap<>();
    private final Queue<Refilled> done = new ArrayDeque<>();

    /**
     * What became of a request.
     *
     * @param command id of the command that asked
     * @param items how many items were sent and receipted
     * @param samples how many samples they held
     * @param gone how many were not in the log any more when it was their turn
     * @param trouble why it ended early; otherwise empty
     */
    public record Refilled(String command, long items, long samples, long gone, String trouble) {}

    Refills() {}

    private static final class Request {
        final Map<StreamKind, RangeSet> left;
        final long wanted;
        long items;
        long samples;
        long gone;

        Request(Map<StreamKind, RangeSet> left) {
            this.left = new EnumMap<>(left);
            this.wanted = leftItems();
        }

        long leftItems() {
            return left.values().stream().mapToLong(RangeSet::size).sum();
        }

        boolean takes(StreamKind stream, long sequence) {
            var ranges = left.getOrDefault(stream, RangeSet.EMPTY);
            boolean wants = ranges.contains(sequence);
            if (wants) {
                left.put(stream, ranges.minus(RangeSet.of(sequence, sequence)));
            }
            return wants;
        }
    }

    /** Takes a request; false where there are {@link Limits#MAX_REFILLS} already. */
    boolean add(String command, Map<StreamKind, RangeSet> items) {
        if (requests.size() >= Limits.MAX_REFILLS && !requests.containsKey(command)) {
            return false;
        }
        requests.put(command, new Request(items));
        settle();
        return true;
    }

    /** Everything of a stream that is asked for and was not receipted since. */
    RangeSet wanted(StreamKind stream) {
        var all = RangeSet.EMPTY;
        for (var request : requests.values()) {
            all = all.union(request.left.getOrDefault(stream, RangeSet.EMPTY));
        }
        return all;
    }

    boolean isEmpty() {
        return requests.isEmpty();
    }

    /** An item that was sent is receipted. */
    void receipted(StreamKind stream, long sequence, int samples) {
        for (var request : requests.values()) {
            if (request.takes(stream, sequence)) {
                request.items++;
                request.samples += samples;
            }
        }
        settle();
    }

    /** An item is not in the log any more. */
    void gone(StreamKind stream, long sequence) {
        for (var request : requests.values()) {
            if (request.takes(stream, sequence)) {
                request.gone++;
            }
        }
        settle();
    }

    /** Ends all requests, because their numbers mean nothing any more. */
    void abandon(String why) {
        requests.forEach(
                (command, r) -> done.add(new Refilled(command, r.items, r.samples, r.gone, why)));
        requests.clear();
    }

    private void settle() {
        for (Iterator<Map.Entry<String, Request>> i = requests.entrySet().iterator();
                i.hasNext(); ) {
            var entry = i.next();
            var r = entry.getValue();
            if (r.leftItems() == 0) {
                done.add(new Refilled(entry.getKey(), r.items, r.samples, r.gone, ""));
                i.remove();
            }
        }
    }

    /** How far they are. */
    List<Message.Refill> report() {
        return requests.entrySet().stream()
                .map(e ->
                        new Message.Refill(
                                e.getKey(), e.getValue().wanted, e.getValue().leftItems()))
                .toList();
    }

    Optional<Refilled> next() {
        return Optional.ofNullable(done.poll());
    }
}
