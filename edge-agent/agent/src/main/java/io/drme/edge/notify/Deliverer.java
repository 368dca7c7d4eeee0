package io.drme.edge.notify;

import io.drme.alarm.Transition;
import io.drme.config.Quantities;
import io.drme.model.TagName;
import io.drme.time.Clock;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Goes through the event log and sees that each receiver gets what it is to be told: at least once,
 * with an id that stays the same, or the loss is counted and recorded.
 *
 * <p><b>Durability.</b> Where it stands in the log and what waits are saved together, and before a
 * message is tried for the first time. After a kill it goes on from there: what it reads again
 * makes the same messages. A message that was under way is sent again, with its id. Where the disk
 * refuses to save, messages go out all the same: people hear of the disk that way.
 *
 * <p><b>Threads.</b> One owner calls everything but {@link #receivers}.
 */
final class Deliverer {
    /** Read at once; a storm is not read in one step. */
    static final int MOST_AT_ONCE = 256;

    private static final int FORMAT = 1;
    private static final long SAVE_NANOS = Duration.ofSeconds(1).toNanos();
    private static final Logger log = LoggerFactory.getLogger(Deliverer.class);

    private final Clock clock;
    private final Events events;
    private final Post post;
    private final Ledger ledger;
    private final RandomGenerator random;
    private final Map<String, Recipient> receivers = new LinkedHashMap<>();

    private Function<TagName, Optional<TagFacts>> facts = _ -> Optional.empty();
    private String epoch;
    private long position;
    private long seen;
    private long lineAtStart;
    private final long nanosAtStart;
    private boolean dirty;
    private long savedAt;
    private long savedPosition;
    private boolean failing;
    private long unread;
    private JsonObject aside = new JsonObject();
    private final Losses losses = new Losses();
    private volatile List<View> published = List.of();
    private volatile long publishedUnread;

    /**
     * One receiver as others see it.
     *
     * @param lastSent when it got something last, nanoseconds since 1970 UTC; 0 for never
     * @param wallOffset what makes a time of the deliverer's line one since 1970 UTC
     * @param deliveries what is on its way, and what ended lately, newest first
     */
    record View(
            NotificationConfig config,
            Outbox.Figures figures,
            long lastSent,
            long wallOffset,
            List<Delivery> deliveries) {}

    /**
     * Goes on from what the ledger holds; without anything, from the end of the log.
     *
     * @param random spreads retries
     */
    Deliverer(Clock clock, Events events, Post post, Ledger ledger, RandomGenerator random) {
        this.clock = clock;
        this.events = events;
        this.post = post;
        this.ledger = ledger;
        this.random = random;
        this.nanosAtStart = clock.nanoTime();
        this.epoch = events.epoch();
        this.position = events.last();
        this.seen = position;
        this.savedAt = 0;
    }

    /**
     * Begins with these receivers, and what the ledger holds of them.
     *
     * @param facts what is known of tags now
     */
    void begin(List<NotificationConfig> configured, Function<TagName, Optional<TagFacts>> facts) {
        var saved = load();
        place(configured, facts);
        saved.ifPresent(this::restore);
        save(line()); // so that a kill before the first message does not begin anew
        publish();
    }

    private Optional<JsonObject> load() {
        try {
            return ledger.load().map(JsonObject::new);
        } catch (IOException | DecodeException e) {
            tellLost("", "what waited can't be read (" + e.getMessage() + "); it begins anew");
            return Optional.empty();
        }
    }

    private void restore(JsonObject saved) {
        try {
            if (saved.getInteger("format") != FORMAT) {
                tellLost("", "what waited was saved by another release; it begins anew");
                return;
            }
            long off = Math.max(0, clock.epochNanos() - saved.getLong("wall"));
            lineAtStart = saved.getLong("line") + off;
            if (saved.getString("epoch").equals(epoch) && saved.getLong("position") <= position) {
                position = saved.getLong("position");
            } else {
                tellLost("", "the event log began anew; what it held before is not told any more");
            }
            losses.restore(saved.getJsonArray("losses"));
            aside = Objects.requireNonNullElseGet(saved.getJsonObject("aside"), JsonObject::new);
            var waiting = saved.getJsonObject("receivers");
            for (var name : waiting.fieldNames()) {
                restore(name, waiting.getJsonObject(name));
            }
            if (!saved.getString("epoch").equals(epoch)) {
                receivers.values().forEach(r -> r.outbox.keepIds(saved.getString("epoch")));
            }
        } catch (RuntimeException e) {
            // Whatever is wrong with the file: people get what comes from now on.
            log.error("notifications: what waited can't be read, it begins anew", e);
            tellLost("", "what waited can't be read (" + e + "); it begins anew");
            position = events.last();
            receivers.replaceAll((_, r) -> new Recipient(r.config, outbox(r.config), position));
        }
    }

    private void restore(String name, JsonObject waiting) {
        var receiver = receivers.get(name);
        if (receiver != null) {
            receiver.outbox.restore(waiting);
            receiver.after = 0;
            return;
        }
        var gone = new Outbox(NotificationConfig.Limits.defaults(), random);
        gone.restore(waiting);
        tellRemoved(name, gone);
    }

    private Outbox outbox(NotificationConfig config) {
        return new Outbox(config.limits(), random);
    }

    /** Takes other receivers; what waits for those that stay is kept. */
    void configure(
            List<NotificationConfig> configured, Function<TagName, Optional<TagFacts>> known) {
        place(configured, known);
        save(line()); // from here on a new receiver misses nothing, whatever becomes of us
        publish();
    }

    private void place(
            List<NotificationConfig> configured, Function<TagName, Optional<TagFacts>> known) {
        facts = known;
        var before = new LinkedHashMap<>(receivers);
        receivers.clear();
        for (var config : configured) {
            if (config.way() instanceof NotificationConfig.Output) {
                continue; // shows what is, and has nothing to deliver
            }
            var stays = before.remove(config.name());
            if (stays == null) {
                receivers.put(config.name(), new Recipient(config, outbox(config), events.last()));
            } else {
                stays.config = config;
                stays.outbox.limit(config.limits());
                receivers.put(config.name(), stays);
            }
        }
        before.forEach((name, gone) -> tellRemoved(name, gone.outbox));
        dirty = true;
    }

    private void tellRemoved(String name, Outbox gone) {
        int waiting = gone.figures().waiting();
        if (waiting > 0) {
            tellLost(name, waiting + " not sent: the receiver is no longer configured");
        }
    }

    private void tellLost(String receiver, String what) {
        losses.add(receiver, what);
        dirty = true;
    }

    /**
     * Events of losses follow the state in which they are lost: the other way round, a kill between
     * the two would have some told as lost and sent all the same.
     */
    private void tellLosses(long now) {
        if (losses.isEmpty() || (failing && now - savedAt < SAVE_NANOS)) {
            return;
        }
        if (dirty) {
            save(now);
        }
        if (!failing) {
            losses.tell(ledger);
            dirty = true;
        }
    }

    /**
     * The deliverer's own time: it goes on over restarts, whatever the wall clock does meanwhile.
     */
    private long line() {
        return lineAtStart + clock.nanoTime() - nanosAtStart;
    }

    /**
     * Does what can be done now.
     *
     * @return whether there is more to do at once
     */
    boolean step() {
        long now = line();
        followEpoch();
        boolean changed = takeOutcomes(now);
        changed |= expire(now);
        boolean more = read(now);
        tellLosses(now);
        boolean begun = send(now);
        changed = changed || more || begun;
        if (dirty && now - savedAt >= SAVE_NANOS) {
            save(now);
        }
        if (changed || dirty) {
            publish();
        }
        return more;
    }

    /**
     * Where the log begins anew while the gateway runs, as a clone of it was found, its numbers
     * begin at 1. What it carried over mostly was told already and can't be told from the rest, so
     * it goes on behind it.
     */
    private void followEpoch() {
        var now = events.epoch();
        if (now.equals(epoch) && events.last() >= position) {
            return;
        }
        receivers
                .values()
                .forEach(r -> {
                    r.outbox.keepIds(epoch);
                    r.after = 0;
                });
        long unseen = Math.max(0, seen - position);
        epoch = now;
        position = events.last();
        seen = position;
        unread += unseen;
        tellLost(
                "",
                "the event log began anew; %d events that waited to be read, and what came just then, are not told"
                        .formatted(unseen));
    }

    private boolean takeOutcomes(long now) {
        boolean any = false;
        for (var receiver : receivers.values()) {
            var name = receiver.config.name();
            if (!receiver.outbox.figures().isSending()) {
                continue;
            }
            var outcome = post.poll(name);
            if (outcome.isEmpty()) {
                continue;
            }
            any = true;
            dirty = true;
            var message = receiver.outbox.held().getFirst();
            int attempts = receiver.outbox.figures().attempts() + 1;
            var dropped = receiver.outbox.take(outcome.get(), now);
            if (outcome.get() instanceof Outcome.Sent s) {
                receiver.lastSent = clock.epochNanos();
                end(receiver, message, Delivery.State.SENT, attempts, s.lost());
                if (!s.lost().isEmpty()) {
                    tellLost(name, "%s; id %s".formatted(s.lost(), id(receiver, message)));
                }
                if (attempts > 1) {
                    log.info("notification receiver={} sent attempts={}", name, attempts);
                }
            } else if (attempts == 1) {
                log.warn(
                        "notification receiver={} failed, it is tried again: {}",
                        name,
                        receiver.outbox.figures().lastError());
            }
            dropped.ifPresent(d -> drop(receiver, d));
        }
        return any;
    }

    private boolean expire(long now) {
        boolean any = false;
        for (var receiver : receivers.values()) {
            for (var dropped : receiver.outbox.expire(now)) {
                drop(receiver, dropped);
                any = true;
            }
        }
        dirty |= any;
        return any;
    }

    private void drop(Recipient receiver, Outbox.Dropped dropped) {
        end(receiver, dropped.message(), dropped.why(), dropped.attempts(), dropped.lastError());
        var why =
                dropped.why() == Delivery.State.EXPIRED
                        ? "not sent within " + Quantities.text(receiver.config.limits().expire())
                        : "refused by the receiver";
        tellLost(
                receiver.config.name(),
                "%d %s after %d tries%s; id %s"
                        .formatted(
                                dropped.message().count(),
                                why,
                                dropped.attempts(),
                                dropped.lastError().isEmpty() ? "" : ": " + dropped.lastError(),
                                id(receiver, dropped.message())));
    }

    private void end(
            Recipient receiver, Message message, Delivery.State state, int attempts, String why) {
        receiver.ended(
                new Delivery(
                        id(receiver, message),
                        state,
                        message,
                        attempts,
                        why,
                        wall(message.sinceNanos()),
                        null));
    }

    private String id(Recipient receiver, Message message) {
        return receiver.id(epoch, message);
    }

    private long wall(long line) {
        return clock.epochNanos() + line - line();
    }

    private boolean read(long now) {
        seen = events.last();
        long last = Math.min(seen, position + MOST_AT_ONCE);
        long gone = 0;
        while (position < last) {
            position++;
            switch (events.read(position)) {
                case Events.Found.Told(Transition t) -> offer(position, t, now);
                case Events.Found.Other _ -> {}
                case Events.Found.Gone _ -> gone++;
            }
        }
        if (gone > 0) {
            unread += gone;
            tellLost("", gone + " events of the log were gone before they were told");
        }
        dirty |= position - savedPosition > MOST_AT_ONCE;
        return position < seen;
    }

    private void offer(long sequence, Transition t, long now) {
        var occasion = Occasion.of(t);
        if (occasion.isEmpty()) {
            return;
        }
        // A tag that is no longer configured is judged by its record: of a local one that has no
        // message.
        var known = facts.apply(t.tag());
        boolean isLocal = t.isLocal() || known.map(TagFacts::isLocal).orElse(t.message().isEmpty());
        var unit = known.map(TagFacts::unit).orElse("");
        var notice = Notice.of(sequence, t, occasion.get(), unit, isLocal);
        for (var receiver : receivers.values()) {
            if (sequence > receiver.after && receiver.config.filter().takes(notice)) {
                receiver.outbox.offer(notice, now);
                dirty = true;
            }
        }
    }

    private boolean send(long now) {
        var due = new ArrayList<Recipient>();
        for (var receiver : receivers.values()) {
            if (receiver.outbox.due(now).isPresent()) {
                due.add(receiver);
            }
        }
        if (!due.isEmpty() && dirty) {
            save(now);
        }
        for (var receiver : due) {
            var message = receiver.outbox.due(now).orElseThrow();
            receiver.outbox.begun();
            post.begin(receiver.config.name(), message, id(receiver, message));
        }
        return !due.isEmpty();
    }

    private void save(long now) {
        var waiting = new JsonObject();
        receivers.forEach((name, r) -> waiting.put(name, r.outbox.json()));
        var state =
                new JsonObject()
                        .put("format", FORMAT)
                        .put("epoch", epoch)
                        .put("position", position)
                        .put("line", now)
                        .put("wall", clock.epochNanos())
                        .put("losses", losses.json())
                        .put("aside", aside)
                        .put("receivers", waiting);
        savedAt = now;
        try {
            ledger.save(state.encode());
            savedPosition = position;
            dirty = false;
            if (failing) {
                log.info("notifications: what waits is on disk again");
            }
            failing = false;
        } catch (IOException e) {
            if (!failing) {
                log.error(
                        "notifications: what waits can't be saved ({}); a restart may send some twice",
                        e.getMessage());
            }
            failing = true;
        }
    }

    /** Saves what is not saved; the owner calls it as the last thing. */
    void close() {
        if (dirty) {
            save(line());
        }
    }

    private void publish() {
        var views = new ArrayList<View>();
        long offset = clock.epochNanos() - line();
        for (var receiver : receivers.values()) {
            views.add(
                    new View(
                            receiver.config,
                            receiver.outbox.figures(),
                            receiver.lastSent,
                            offset,
                            receiver.deliveries(epoch, offset)));
        }
        published = List.copyOf(views);
        publishedUnread = unread;
    }

    /** What somebody else keeps in the same file; empty at first. */
    JsonObject aside() {
        return aside;
    }

    /** Keeps this in the file, too. */
    void keep(JsonObject other) {
        aside = other;
        dirty = true;
    }

    /** What each receiver is at; from any thread. */
    List<View> receivers() {
        return published;
    }

    /** How many events of the log were gone before they were told, since the start. */
    long unread() {
        return publishedUnread;
    }
}
