package io.drme.bench;

import io.drme.time.Clock;
import io.drme.web.client.Connection;
import io.vertx.core.json.JsonObject;
import java.net.http.WebSocket;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * The centre's page as a person has it open: how long after its cause an alarm's clearing is shown.
 * (A raising is not told by its own time where the alarm came and went before.)
 */
final class AlarmWatch implements AutoCloseable {
    private static final long NANOS_PER_SECOND = 1_000_000_000;

    private final WebSocket socket;
    private final ConcurrentLinkedQueue<Shown> shown;

    /**
     * One clearing.
     *
     * @param atNanos when it happened, since 1970
     * @param afterNanos how much later it was shown
     */
    record Shown(long atNanos, long afterNanos) {}

    private AlarmWatch(WebSocket socket, ConcurrentLinkedQueue<Shown> shown) {
        this.socket = socket;
        this.shown = shown;
    }

    static AlarmWatch open(Connection centre, String gateway, Clock clock) throws Exception {
        var shown = new ConcurrentLinkedQueue<Shown>();
        var socket = centre.stream(new Listener(gateway, clock, shown));
        var wanted = new JsonObject().put("match", "nothing").put("alarms", "**");
        centre.send(socket, new JsonObject().put("subscribe", wanted));
        return new AlarmWatch(socket, shown);
    }

    /** What was shown since the last call, of what happened from a time on; in milliseconds. */
    double[] millisSince(long fromNanos) {
        var taken = new ArrayList<Shown>();
        for (var one = shown.poll(); one != null; one = shown.poll()) {
            taken.add(one);
        }
        return taken.stream()
                .filter(s -> s.atNanos >= fromNanos)
                .mapToDouble(s -> s.afterNanos / 1e6)
                .sorted()
                .toArray();
    }

    /** Of sorted figures the one that so large a part does not exceed. */
    static double quantile(double[] sorted, double part) {
        return sorted.length == 0
                ? Double.NaN
                : sorted[Math.min(sorted.length - 1, (int) (sorted.length * part))];
    }

    @Override
    public void close() {
        socket.abort();
    }

    private static final class Listener implements WebSocket.Listener {
        private final String gateway;
        private final Clock clock;
        private final ConcurrentLinkedQueue<Shown> shown;
        private final Map<String, Long> known = new ConcurrentHashMap<>();
        private final StringBuilder message = new StringBuilder();

        Listener(String gateway, Clock clock, ConcurrentLinkedQueue<Shown> shown) {
            this.gateway = gateway;
            this.clock = clock;
            this.shown = shown;
        }

        @Override
        public @Nullable CompletionStage<?> onText(
                WebSocket socket, CharSequence part, boolean last) {
            message.append(part);
            if (last) {
                long now = clock.epochNanos();
                for (var alarm : alarms()) {
                    note(alarm, now);
                }
                message.setLength(0);
            }
            socket.request(1);
            return null;
        }

        private List<JsonObject> alarms() {
            var list = new JsonObject(message.toString()).getJsonArray("alarms");
            return list == null
                    ? List.of()
                    : Arrays.stream(list.stream().toArray())
                            .map(JsonObject.class::cast)
                            .filter(a -> gateway.equals(a.getString("gateway")))
                            .toList();
        }

        private void note(JsonObject alarm, long now) {
            var cleared = alarm.getString("clearedAt");
            if (cleared == null) {
                return;
            }
            var at = Instant.parse(cleared);
            long nanos = at.getEpochSecond() * NANOS_PER_SECOND + at.getNano();
            var before = known.put(alarm.getString("id"), nanos);
            if (before == null || before != nanos) {
                shown.add(new Shown(nanos, now - nanos));
            }
        }
    }
}
