package io.drme.web;

import io.drme.model.Glob;
import io.drme.time.Clock;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells open pages and programs what changes: samples and alarms, over WebSockets.
 *
 * <p>{@link #publish} may be called from any thread and never blocks. All else belongs to one
 * Vert.x context. A slow client gets the newest state of each tag and alarm and not each change;
 * one that takes nothing for {@link #STALLED_AFTER} is closed. Nothing here is durable: who needs
 * every sample reads the history.
 *
 * <p>A client sends {@code {"subscribe":{"match":"…"}}}, and gets {@code {"subscribed":{…}}}, the
 * present state, and then {@code {"samples":[…]}} and {@code {"alarms":[…]}}. {@code {"missed":n}}
 * says that it should read the present state again. A second pattern, {@code "alarms"}, chooses the
 * alarms by their tags; without it {@code "match"} does. With {@code "alive":true} the client also
 * gets {@code {"alive":"time"}} every {@link #ALIVE_EVERY}, so that it can tell silence from a line
 * that is dead; a page can't see the pings of the protocol below.
 */
public final class LiveFeed {
    /**
     * Changes that wait for distribution; at 10,000 changes a second more than a second's worth.
     */
    public static final int INBOX_CAPACITY = 16_384;

    /** The most clients; each holds a socket and a little memory. */
    public static final int MAX_CLIENTS = 200;

    /** How often changes are sent; a person does not see more, and fewer frames carry more each. */
    static final Duration FLUSH_EVERY = Duration.ofMillis(200);

    /** A client that takes nothing for so long is closed. */
    static final Duration STALLED_AFTER = Duration.ofSeconds(30);

    /** How often a client is pinged, and its sign-in looked at again. */
    static final Duration CHECK_EVERY = Duration.ofSeconds(15);

    /** How often a client that wants it is told that the line is alive. */
    static final Duration ALIVE_EVERY = Duration.ofSeconds(3);

    private static final int MAX_PATTERN_LENGTH = 256;
    private static final Logger log = LoggerFactory.getLogger(LiveFeed.class);

    private final Context context;
    private final Clock clock;
    private final Function<Glob, List<LatestItem>> snapshot;
    private final BlockingQueue<Change> inbox = new ArrayBlockingQueue<>(INBOX_CAPACITY);
    private final AtomicBoolean overflowed = new AtomicBoolean();
    private final LongAdder lost;
    private final LongAdder stalled;
    private final Set<LiveClient> clients = new HashSet<>();

    /** Written by the context, read by publishers, which then save themselves the work. */
    private volatile int clientCount;

    private sealed interface Change {
        record OfSample(LatestItem item) implements Change {}

        record OfAlarm(AlarmItem item) implements Change {}
    }

    /**
     * Makes a feed without clients.
     *
     * @param snapshot gives the newest reading of each tag whose {@code gateway/device/path}
     *     matches; called on a virtual thread
     */
    public LiveFeed(
            Vertx vertx, Clock clock, Metrics metrics, Function<Glob, List<LatestItem>> snapshot) {
        this.context = vertx.getOrCreateContext();
        this.clock = clock;
        this.snapshot = snapshot;
        this.lost =
                metrics.counter(
                        "drme_feed_lost_total",
                        "Changes that the live feed did not distribute, because they came too fast",
                        Map.of());
        this.stalled =
                metrics.counter(
                        "drme_feed_stalled_total",
                        "Clients of the live feed that were closed because they took nothing",
                        Map.of());
        metrics.gauge("drme_feed_clients", "Clients of the live feed", Map.of(), () -> clientCount);
        context.runOnContext(_ -> {
            vertx.setPeriodic(FLUSH_EVERY.toMillis(), _ -> distribute());
            vertx.setPeriodic(CHECK_EVERY.toMillis(), _ -> checkClients());
            vertx.setPeriodic(ALIVE_EVERY.toMillis(), _ -> tellAlive());
        });
    }

    /** How many listen. */
    public int clients() {
        return clientCount;
    }

    /** Whether anybody listens; when not, a publisher need not build items. */
    public boolean isWanted() {
        return clientCount > 0;
    }

    /**
     * Tells of a reading. Never blocks; where too much comes at once, it is counted and left out.
     */
    public void publish(LatestItem item) {
        offer(new Change.OfSample(item));
    }

    /** Tells of an alarm's new state. Never blocks. */
    public void publish(AlarmItem item) {
        offer(new Change.OfAlarm(item));
    }

    private void offer(Change change) {
        if (clientCount > 0 && !inbox.offer(change)) {
            lost.increment();
            overflowed.set(true);
        }
    }

    /**
     * Closes the lines of all clients, because nothing that comes from here would be the present;
     * they come again, here or elsewhere. From any thread; does not wait.
     *
     * @param why for the client, at most 100 characters
     */
    public void endAll(String why) {
        context.runOnContext(_ -> List.copyOf(clients).forEach(client -> client.close(why)));
    }

    /** Whether one more client may come. */
    boolean hasRoom() {
        return clientCount < MAX_CLIENTS;
    }

    /** Takes a client that may read. */
    void attach(ServerWebSocket socket, BooleanSupplier mayStillRead) {
        context.runOnContext(_ -> {
            var client = new LiveClient(socket, clock, mayStillRead);
            clients.add(client);
            clientCount = clients.size();
            socket.closeHandler(_ -> context.runOnContext(_ -> remove(client)));
            socket.exceptionHandler(_ -> context.runOnContext(_ -> remove(client)));
            socket.textMessageHandler(text -> context.runOnContext(_ -> onMessage(client, text)));
            socket.resume();
        });
    }

    private void remove(LiveClient client) {
        clients.remove(client);
        clientCount = clients.size();
    }

    private void onMessage(LiveClient client, String text) {
        var wanted = subscription(text);
        if (wanted == null) {
            client.send(
                    new JsonObject()
                            .put(
                                    "problem",
                                    Problem.badBody(
                                                    "/subscribe/match",
                                                    "the message is not understood",
                                                    "{\"subscribe\":{\"match\":\"gateway/device/**\"}}")
                                            .toJson()));
            return;
        }
        var match = Glob.of(wanted.match());
        client.subscribe(match, Glob.of(wanted.alarms()), wanted.alive());
        client.send(
                new JsonObject()
                        .put(
                                "subscribed",
                                new JsonObject()
                                        .put("match", wanted.match())
                                        .put("alarms", wanted.alarms())));
        readSnapshot(client, match);
    }

    /** Reads the present state, for one client no more than once at a time. */
    private void readSnapshot(LiveClient client, Glob match) {
        if (!client.beginSnapshot()) {
            return;
        }
        Thread.ofVirtual()
                .name("feed-snapshot")
                .start(() -> {
                    var items = present(match);
                    context.runOnContext(_ -> onSnapshot(client, match, items));
                });
    }

    private List<LatestItem> present(Glob match) {
        try {
            return snapshot.apply(match);
        } catch (RuntimeException e) {
            // The top of this thread: the client is told below, and goes on with what changes.
            log.error("feed=no-snapshot match={}", match, e);
            overflowed.set(true);
            return List.of();
        }
    }

    private void onSnapshot(LiveClient client, Glob match, List<LatestItem> items) {
        var next = client.onSnapshot(match, items);
        if (next != null) {
            readSnapshot(client, next);
        }
    }

    /** What a client asks for: the tags, the tags whose alarms, and whether signs of life. */
    private record Subscription(String match, String alarms, boolean alive) {}

    private static @Nullable Subscription subscription(String text) {
        try {
            var message = new JsonObject(text);
            if (message.getValue("subscribe") instanceof JsonObject subscribe
                    && subscribe.getValue("match", "**") instanceof String match
                    && subscribe.getValue("alarms", match) instanceof String alarms
                    && subscribe.getValue("alive", false) instanceof Boolean alive
                    && Math.max(match.length(), alarms.length()) <= MAX_PATTERN_LENGTH) {
                return new Subscription(match, alarms, alive);
            }
        } catch (DecodeException _) {
            // Falls through: the client is told what was expected.
        }
        return null;
    }

    private void distribute() {
        var changes = new ArrayList<Change>();
        inbox.drainTo(changes);
        boolean missed = overflowed.getAndSet(false);
        for (var change : changes) {
            switch (change) {
                case Change.OfSample(var item) -> clients.forEach(c -> c.offer(item));
                case Change.OfAlarm(var item) -> clients.forEach(c -> c.offer(item));
            }
        }
        for (var client : List.copyOf(clients)) {
            if (client.isClosed()) {
                remove(client);
                continue;
            }
            if (missed) {
                client.missed();
            }
            client.flush();
            if (client.isStalled(STALLED_AFTER)) {
                stalled.increment();
                remove(client);
                client.close("it took nothing for " + STALLED_AFTER.toSeconds() + " s");
            }
        }
    }

    /** Looks at the sign-ins at once, for tests. */
    void checkNow() {
        context.runOnContext(_ -> checkClients());
    }

    /** Whether some client's socket takes no more, for tests. */
    boolean hasFullClient() throws InterruptedException {
        var answer = new ArrayBlockingQueue<Boolean>(1);
        context.runOnContext(_ -> answer.add(clients.stream().anyMatch(LiveClient::isFull)));
        return answer.take();
    }

    /** Tells that the line is alive at once, for tests. */
    void tellAliveNow() {
        context.runOnContext(_ -> tellAlive());
    }

    private void tellAlive() {
        var time = Times.text(clock.epochNanos());
        clients.forEach(client -> client.tellAlive(time));
    }

    private void checkClients() {
        for (var client : List.copyOf(clients)) {
            client.ping();
            Thread.ofVirtual()
                    .name("feed-check")
                    .start(() -> {
                        if (!client.mayStillRead()) {
                            context.runOnContext(_ -> client.close("signed out"));
                        }
                    });
        }
    }
}
