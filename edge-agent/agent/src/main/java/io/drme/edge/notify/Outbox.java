package io.drme.edge.notify;

import io.drme.alarm.Priority;
import io.drme.edge.notify.NotificationConfig.Limits;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What waits for one receiver, in order: a state machine without time or network of its own.
 *
 * <p><b>Flood.</b> With the first notice a window begins. Up to {@code digestAbove} notices of it
 * are messages of their own; the rest become one digest at the window's end, and while windows stay
 * that full, each becomes one digest. A digest does not wait for the end once it holds something
 * more urgent than what the flood told already.
 *
 * <p><b>Bounds.</b> Where more than {@code digestAbove} messages wait, because the receiver is away
 * or the limit is reached, they become one. So what is held, here and on disk, does not grow with
 * time. A message that was tried once never changes again: a receiver may have it.
 *
 * <p>Times are nanoseconds on the deliverer's own line, which goes on over restarts. Confined to
 * the deliverer's thread.
 */
final class Outbox {
    static final Duration FIRST_RETRY = Duration.ofSeconds(5);
    static final Duration MOST_RETRY = Duration.ofMinutes(10);

    /** What a receiver may ask for; longer, and an alarm would come too late. */
    static final Duration MOST_AFTER = Duration.ofHours(1);

    /** A receiver that refuses so often refuses the message, not the moment. */
    static final int MOST_REFUSALS = 3;

    private static final long NONE = Long.MIN_VALUE;

    private final RandomGenerator random;
    private final Deque<Message> ready = new ArrayDeque<>();
    private final Deque<Long> left = new ArrayDeque<>();
    private Limits limits;

    private @Nullable Message current;
    private boolean inFlight;
    private int attempts;
    private int refusals;
    private long nextTry;
    private String lastError = "";
    private long lastErrorAt;

    private long windowStart = NONE;
    private int inWindow;
    private boolean flooding;
    private @Nullable Priority mostUrgent;
    private @Nullable Message gathering;

    private long sent;
    private long failed;
    private long expired;
    private long refused;

    /**
     * Empty.
     *
     * @param random spreads the retries of a fleet
     */
    Outbox(Limits limits, RandomGenerator random) {
        this.limits = limits;
        this.random = random;
    }

    /** What was given up. */
    record Dropped(Message message, Delivery.State why, int attempts, String lastError) {}

    /** Takes other limits; what waits stays. */
    void limit(Limits now) {
        limits = now;
    }

    /** Takes up a notice. */
    void offer(Notice notice, long now) {
        roll(now);
        if (windowStart == NONE) {
            windowStart = now;
            inWindow = 0;
            mostUrgent = null;
        }
        inWindow++;
        var message = Message.of(notice, now);
        if (!flooding && inWindow <= limits.digestAbove()) {
            mostUrgent = isMoreUrgent(notice) ? notice.priority() : mostUrgent;
            add(message);
            return;
        }
        flooding = true;
        gathering = gathering == null ? message : gathering.and(message);
        boolean begins =
                notice.occasion() == Occasion.RAISED || notice.occasion() == Occasion.ESCALATED;
        if (begins && isMoreUrgent(notice)) {
            mostUrgent = notice.priority();
            closeGathering();
        }
    }

    private boolean isMoreUrgent(Notice notice) {
        return mostUrgent == null || notice.priority().compareTo(mostUrgent) > 0;
    }

    /** Goes through the ends of windows up to now. */
    private void roll(long now) {
        long length = limits.digestWithin().toNanos();
        if (windowStart == NONE || now - windowStart < length) {
            return;
        }
        closeGathering();
        // Of the windows between, nothing came in the later ones.
        boolean goesOn =
                flooding && inWindow > limits.digestAbove() && now - windowStart < 2 * length;
        flooding = goesOn;
        windowStart = goesOn ? windowStart + length : NONE;
        inWindow = 0;
    }

    private void closeGathering() {
        var digest = gathering;
        if (digest != null) {
            gathering = null;
            add(digest);
        }
    }

    private void add(Message message) {
        ready.add(message);
        if (ready.size() > limits.digestAbove()) {
            ready.stream()
                    .reduce(Message::and)
                    .ifPresent(all -> {
                        ready.clear();
                        ready.add(all);
                    });
        }
    }

    /** Gives up what is too old. */
    List<Dropped> expire(long now) {
        var dropped = new ArrayList<Dropped>();
        var message = current;
        if (message != null && !inFlight && isOld(message, now)) {
            dropped.add(new Dropped(message, Delivery.State.EXPIRED, attempts, lastError));
            forget();
        }
        while (!ready.isEmpty() && isOld(ready.element(), now)) {
            dropped.add(new Dropped(ready.remove(), Delivery.State.EXPIRED, 0, lastError));
        }
        dropped.forEach(d -> expired += d.message().count());
        return dropped;
    }

    private boolean isOld(Message message, long now) {
        return now - message.sinceNanos() >= limits.expire().toNanos();
    }

    /**
     * What is to be sent now, if anything. It stays the same until its outcome is {@link #take}n or
     * it is too old.
     */
    Optional<Message> due(long now) {
        roll(now);
        if (inFlight) {
            return Optional.empty();
        }
        if (current == null) {
            forgetOldLeft(now);
            if (ready.isEmpty() || left.size() >= limits.messages()) {
                return Optional.empty();
            }
            current = ready.remove();
            attempts = 0;
            refusals = 0;
            nextTry = now;
        }
        return now >= nextTry ? Optional.ofNullable(current) : Optional.empty();
    }

    private void forgetOldLeft(long now) {
        while (!left.isEmpty() && now - left.element() >= limits.within().toNanos()) {
            left.remove();
        }
    }

    /** What is due is under way. */
    void begun() {
        inFlight = true;
    }

    /** What became of what was under way. */
    Optional<Dropped> take(Outcome outcome, long now) {
        inFlight = false;
        var message = current;
        if (message == null) {
            return Optional.empty();
        }
        attempts++;
        return switch (outcome) {
            case Outcome.Sent s -> {
                sent += message.count();
                left.add(now);
                lastError = s.lost();
                lastErrorAt = s.lost().isEmpty() ? lastErrorAt : now;
                forget();
                yield Optional.empty();
            }
            case Outcome.Failed f -> {
                failed(f.why(), now);
                var asked = f.after().filter(a -> a.compareTo(MOST_AFTER) <= 0).orElse(MOST_AFTER);
                nextTry = now + (f.after().isPresent() ? asked.toNanos() : wait(attempts));
                yield Optional.empty();
            }
            case Outcome.Refused r -> {
                failed(r.why(), now);
                refusals++;
                nextTry = now + wait(attempts);
                if (refusals < MOST_REFUSALS) {
                    yield Optional.empty();
                }
                refused += message.count();
                var dropped = new Dropped(message, Delivery.State.REFUSED, attempts, r.why());
                forget();
                yield Optional.of(dropped);
            }
        };
    }

    private void failed(String why, long now) {
        failed++;
        lastError = why;
        lastErrorAt = now;
    }

    private void forget() {
        current = null;
        attempts = 0;
        refusals = 0;
    }

    /** From half to the whole of a time that doubles with each try. */
    private long wait(int tries) {
        long most = MOST_RETRY.toNanos();
        long whole = FIRST_RETRY.toNanos();
        for (int i = 1; i < tries && whole < most; i++) {
            whole *= 2;
        }
        whole = Math.min(whole, most);
        return whole / 2 + random.nextLong(whole / 2 + 1);
    }

    /** Everything that is not at its end, oldest first. */
    List<Message> held() {
        var held = new ArrayList<Message>();
        if (current != null) {
            held.add(current);
        }
        held.addAll(ready);
        if (gathering != null) {
            held.add(gathering);
        }
        return List.copyOf(held);
    }

    /**
     * Its figures.
     *
     * @param waiting notices that are not at their end
     * @param sent notices that the receiver has
     * @param failed tries that failed
     * @param expired notices that were given up as too old
     * @param refused notices that the receiver does not take
     * @param attempts how often the message in front was tried
     * @param isSending whether it is under way
     * @param lastError why the last try failed; empty where it did not
     * @param lastErrorAt when, on the deliverer's line
     * @param nextTry when the message in front is tried again, on the deliverer's line
     */
    record Figures(
            int waiting,
            long sent,
            long failed,
            long expired,
            long refused,
            int attempts,
            boolean isSending,
            String lastError,
            long lastErrorAt,
            long nextTry) {}

    Figures figures() {
        return new Figures(
                held().stream().mapToInt(Message::count).sum(),
                sent,
                failed,
                expired,
                refused,
                attempts,
                inFlight,
                lastError,
                lastErrorAt,
                nextTry);
    }

    /** What is held keeps the ids that it has in an epoch of the log that ends now. */
    void keepIds(String epoch) {
        current = current == null ? null : current.in(epoch);
        gathering = gathering == null ? null : gathering.in(epoch);
        var kept = ready.stream().map(m -> m.in(epoch)).toList();
        ready.clear();
        ready.addAll(kept);
    }

    /** All of it, to go on from after a restart. */
    JsonObject json() {
        var waiting = new JsonArray();
        ready.forEach(m -> waiting.add(m.json()));
        var times = new JsonArray();
        left.forEach(times::add);
        return new JsonObject()
                .put("current", current == null ? null : current.json())
                .put("attempts", attempts)
                .put("refusals", refusals)
                .put("ready", waiting)
                .put("gathering", gathering == null ? null : gathering.json())
                .put("windowStart", windowStart)
                .put("inWindow", inWindow)
                .put("flooding", flooding)
                .put("mostUrgent", mostUrgent == null ? null : mostUrgent.name())
                .put("left", times)
                .put("sent", sent)
                .put("failed", failed)
                .put("expired", expired)
                .put("refused", refused);
    }

    /**
     * Goes on from what {@link #json} gave; what was under way is tried again at once, as nobody
     * knows whether it arrived.
     *
     * @throws RuntimeException where it is something else
     */
    void restore(JsonObject json) {
        current = message(json, "current");
        attempts = json.getInteger("attempts");
        refusals = json.getInteger("refusals");
        nextTry = 0;
        json.getJsonArray("ready").forEach(m -> ready.add(Message.of((JsonObject) m)));
        gathering = message(json, "gathering");
        windowStart = json.getLong("windowStart");
        inWindow = json.getInteger("inWindow");
        flooding = json.getBoolean("flooding");
        var urgent = json.getString("mostUrgent");
        mostUrgent = urgent == null ? null : Priority.valueOf(urgent);
        json.getJsonArray("left").forEach(t -> left.add(((Number) t).longValue()));
        sent = json.getLong("sent");
        failed = json.getLong("failed");
        expired = json.getLong("expired");
        refused = json.getLong("refused");
    }

    private static @Nullable Message message(JsonObject json, String key) {
        var message = json.getJsonObject(key);
        return message == null ? null : Message.of(message);
    }
}
