package io.drme.web;

import io.drme.model.Glob;
import io.drme.time.Clock;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One client of the live feed: what it wants, and what waits for it, which is at most the newest
 * state of each tag and alarm. Belongs to the feed's context.
 */
final class LiveClient {
    /** The most tags and alarms, each, that wait for one client. */
    static final int MAX_WAITING = 20_000;

    /** The most items in one message; it bounds a message to some 200 kB. */
    static final int MAX_IN_MESSAGE = 500;

    private static final short GOING_AWAY = 1001;

    private final ServerWebSocket socket;
    private final Clock clock;
    private final BooleanSupplier mayStillRead;
    private final Map<String, LatestItem> samples = new LinkedHashMap<>();
    private final Map<String, AlarmItem> alarms = new LinkedHashMap<>();
    private @Nullable Glob match;
    private @Nullable Glob alarmMatch;
    private boolean awaitingSnapshot;
    private boolean readingSnapshot;
    private long missed;
    private long fullSinceNanos;
    private boolean full;
    private boolean wantsAlive;

    LiveClient(ServerWebSocket socket, Clock clock, BooleanSupplier mayStillRead) {
        this.socket = socket;
        this.clock = clock;
        this.mayStillRead = mayStillRead;
    }

    /** Changes what it wants; what waits is forgotten, for the snapshot holds it too. */
    void subscribe(Glob wanted, Glob wantedAlarms, boolean signsOfLife) {
        wantsAlive = signsOfLife;
        match = wanted;
        alarmMatch = wantedAlarms;
        awaitingSnapshot = true;
        samples.clear();
    }

    /** Whether a snapshot may be read now; if so, the next may when this one is there. */
    boolean beginSnapshot() {
        boolean free = !readingSnapshot;
        readingSnapshot = true;
        return free;
    }

    /**
     * Adds the present state; what changed since it was asked for is newer, and stays.
     *
     * @return what the client wants instead meanwhile; null where this was it
     */
    @Nullable Glob onSnapshot(Glob of, List<LatestItem> items) {
        readingSnapshot = false;
        if (of != match) {
            return match;
        }
        awaitingSnapshot = false;
        for (var item : items) {
            if (samples.size() < MAX_WAITING) {
                samples.putIfAbsent(item.gateway() + "/" + item.tag(), item);
            } else {
                missed++;
            }
        }
        flush();
        return null;
    }

    void offer(LatestItem item) {
        var name = item.gateway() + "/" + item.tag();
        if (match != null && match.matches(name)) {
            put(samples, name, item);
        }
    }

    /** An alarm goes to whoever wants its tag. */
    void offer(AlarmItem item) {
        if (alarmMatch != null && alarmMatch.matches(item.gateway() + "/" + item.tag())) {
            put(alarms, item.gateway() + "/" + item.id(), item);
        }
    }

    private <T> void put(Map<String, T> waiting, String key, T item) {
        if (waiting.size() < MAX_WAITING || waiting.containsKey(key)) {
            waiting.put(key, item);
        } else {
            missed++;
        }
    }

    void missed() {
        missed++;
    }

    /** Sends what waits as far as the socket takes it. */
    void flush() {
        if (awaitingSnapshot || socket.isClosed()) {
            return;
        }
        while (takesMore() && !alarms.isEmpty()) {
            send(new JsonObject().put("alarms", take(alarms, AlarmItem::toJson)));
        }
        while (takesMore() && !samples.isEmpty()) {
            send(new JsonObject().put("samples", take(samples, LatestItem::toJson)));
        }
        if (takesMore() && missed > 0) {
            send(new JsonObject().put("missed", missed));
            missed = 0;
        }
        boolean wasFull = full;
        full = !takesMore();
        if (full && !wasFull) {
            fullSinceNanos = clock.nanoTime();
        }
    }

    /** Whether the socket is open and its queue not full. */
    private boolean takesMore() {
        try {
            return !socket.isClosed() && !socket.writeQueueFull();
        } catch (IllegalStateException _) {
            // It was closed in between; its close handler removes us.
            return false;
        }
    }

    private static <T> JsonArray take(Map<String, T> waiting, Function<T, JsonObject> json) {
        var array = new JsonArray();
        for (var i = waiting.values().iterator(); i.hasNext() && array.size() < MAX_IN_MESSAGE; ) {
            array.add(json.apply(i.next()));
            i.remove();
        }
        return array;
    }

    void send(JsonObject message) {
        if (!socket.isClosed()) {
            socket.writeTextMessage(message.encode());
        }
    }

    /** Whether the socket has taken nothing for so long. */
    boolean isStalled(Duration limit) {
        return full && clock.nanoTime() - fullSinceNanos > limit.toNanos();
    }

    boolean isFull() {
        return full;
    }

    /** A sign of life, where it is wanted; one that waits behind what the socket holds is none. */
    void tellAlive(String time) {
        if (wantsAlive && takesMore()) {
            send(new JsonObject().put("alive", time));
        }
    }

    void ping() {
        if (takesMore()) {
            socket.writePing(Buffer.buffer());
        }
    }

    /** Whether the sign-in holds; where that can't be told, it does not. */
    boolean mayStillRead() {
        try {
            return mayStillRead.getAsBoolean();
        } catch (ProblemException _) {
            return false;
        }
    }

    boolean isClosed() {
        return socket.isClosed();
    }

    void close(String reason) {
        socket.close(GOING_AWAY, reason);
    }
}
