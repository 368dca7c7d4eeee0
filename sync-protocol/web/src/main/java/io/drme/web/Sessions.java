package io.drme.web;

import io.drme.time.Clock;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who is signed in at a page. Kept by hashes of the ids, so that a restarted program does not sign
 * the plant out, and each member of a centre knows who signed in at another. Safe for use from any
 * thread.
 */
final class Sessions {
    /** A session that was not used for so long ends. An open page counts as use. */
    static final Duration IDLE_LIMIT = Duration.ofHours(1);

    /** Every session ends after so long: a shift and its handover. */
    static final Duration ABSOLUTE_LIMIT = Duration.ofHours(12);

    /** So long a screen for everybody stays signed in: nobody carries a keyboard to it. */
    static final Duration WALL_LIMIT = Duration.ofDays(365);

    /** The most sessions; beyond, the one that was not used for longest ends. */
    static final int MAX_SESSIONS = 500;

    /** The last use is written no more often than this, to spare the flash. */
    private static final Duration WRITE_EVERY = Duration.ofMinutes(10);

    private static final Logger log = LoggerFactory.getLogger(Sessions.class);

    private final KeptText kept;
    private final Clock clock;
    private final Predicate<String> isWall;
    private final ReentrantLock lock = new ReentrantLock();

    /** Guarded by {@link #lock}; by the hash of the id. */
    private final Map<String, Session> byHash = new HashMap<>();

    /** Guarded by {@link #lock}: the text that was read last, by which a change shows. */
    private String parsed = "";

    private record Session(String user, long madeNanos, long usedNanos, long writtenNanos) {}

    /** A change of all sessions. */
    private interface Change {
        void apply(Map<String, Session> sessions);
    }

    /**
     * Reads the sessions that are kept.
     *
     * @param isWall whether a user is a screen for everybody now; a user who became another loses
     *     the long session
     */
    Sessions(KeptText kept, Clock clock, Predicate<String> isWall) {
        this.kept = kept;
        this.clock = clock;
        this.isWall = isWall;
        lock.lock();
        try {
            refresh(false);
        } finally {
            lock.unlock();
        }
    }

    /** Starts a session; the id goes into the cookie and nowhere else. */
    String start(String user) {
        var id = Secrets.token();
        long now = clock.epochNanos();
        var started = new Session(user, now, now, now);
        change(sessions -> {
            sessions.values().removeIf(s -> isOver(s, now));
            while (sessions.size() >= MAX_SESSIONS) {
                sessions.entrySet().stream()
                        .min(Comparator.comparingLong(e -> e.getValue().usedNanos()))
                        .map(Map.Entry::getKey)
                        .ifPresent(sessions::remove);
            }
            sessions.put(Secrets.hash(id), started);
        });
        return id;
    }

    /** The user of a session that is not over; counts as use. */
    Optional<String> user(String id) {
        var hash = Secrets.hash(id);
        long now = clock.epochNanos();
        Session used;
        lock.lock();
        try {
            refresh(false);
            if (!byHash.containsKey(hash)) {
                // another member may have started it just now
                refresh(true);
            }
            var session = byHash.get(hash);
            if (session == null || isOver(session, now)) {
                byHash.remove(hash);
                return Optional.empty();
            }
            boolean due = now - session.writtenNanos() > WRITE_EVERY.toNanos();
            used =
                    new Session(
                            session.user(),
                            session.madeNanos(),
                            now,
                            due ? now : session.writtenNanos());
            byHash.put(hash, used);
            if (!due) {
                return Optional.of(used.user());
            }
        } finally {
            lock.unlock();
        }
        change(sessions -> sessions.computeIfPresent(hash, (_, _) -> used));
        return Optional.of(used.user());
    }

    /** Ends a session; an unknown one is no matter. */
    void end(String id) {
        change(sessions -> sessions.remove(Secrets.hash(id)));
    }

    /** Ends all sessions of a user. */
    void endAllOf(String user) {
        change(sessions -> sessions.values().removeIf(s -> s.user().equals(user)));
    }

    private boolean isOver(Session session, long nowNanos) {
        long age = nowNanos - session.madeNanos();
        boolean old =
                nowNanos - session.usedNanos() > IDLE_LIMIT.toNanos()
                        || age > ABSOLUTE_LIMIT.toNanos();
        return old && (age > WALL_LIMIT.toNanos() || !isWall.test(session.user()));
    }

    /** Takes over what others changed; what was used here since stays so. */
    private void refresh(boolean now) {
        try {
            var text = now ? kept.readNow() : kept.read();
            if (!text.equals(parsed)) {
                take(parse(text));
                parsed = text;
            }
        } catch (IOException | RuntimeException e) {
            // Those that are known here still hold; a new one is not let in until it can be read.
            log.warn("sessions=not-read from={} reason={}", kept, e.getMessage());
        }
    }

    private void take(Map<String, Session> read) {
        read.replaceAll((hash, s) -> {
            var here = byHash.get(hash);
            return here != null && here.usedNanos() > s.usedNanos() ? here : s;
        });
        byHash.clear();
        byHash.putAll(read);
    }

    private static Map<String, Session> parse(String text) {
        var sessions = new HashMap<String, Session>();
        if (text.isEmpty()) {
            return sessions;
        }
        var array = new JsonObject(text).getJsonArray("sessions");
        for (int i = 0; i < array.size(); i++) {
            var s = array.getJsonObject(i);
            long used = Times.parse(s.getString("used")).orElse(0);
            long made = Times.parse(s.getString("made")).orElse(0);
            sessions.put(s.getString("hash"), new Session(s.getString("user"), made, used, used));
        }
        return sessions;
    }

    private static Map<String, Session> parsedOrNone(String text) {
        try {
            return parse(text);
        } catch (RuntimeException e) {
            // Sessions are no loss: people sign in again.
            log.warn("sessions=forgotten reason={}", e.getMessage());
            return new HashMap<>();
        }
    }

    private void change(Change change) {
        lock.lock();
        try {
            change.apply(byHash);
            kept.update(text -> {
                var all = parsedOrNone(text);
                var before = Map.copyOf(all);
                change.apply(all);
                return all.equals(before) ? text : text(all);
            });
        } catch (IOException e) {
            // With a full disk people can still sign in; a restart then signs them out.
            log.warn("sessions=not-written to={} reason={}", kept, e.getMessage());
        } finally {
            lock.unlock();
        }
    }

    private static String text(Map<String, Session> sessions) {
        var array = new JsonArray();
        sessions.forEach((hash, s) ->
                array.add(
                        new JsonObject()
                                .put("hash", hash)
                                .put("user", s.user())
                                .put("made", Times.text(s.madeNanos()))
                                .put("used", Times.text(s.usedNanos()))));
        return new JsonObject().put("sessions", array).encodePrettily();
    }
}
