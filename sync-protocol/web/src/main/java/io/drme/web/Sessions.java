package io.drme.web;

import io.drme.time.Clock;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
 * Who is signed in at a page. Kept in a file by hashes of the ids, so that a restarted program does
 * not sign the plant out. Safe for use from any thread.
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

    private final Path file;
    private final Clock clock;
    private final Predicate<String> isWall;
    private final ReentrantLock lock = new ReentrantLock();

    /** Guarded by {@link #lock}; by the hash of the id. */
    private final Map<String, Session> byHash = new HashMap<>();

    private record Session(String user, long madeNanos, long usedNanos, long writtenNanos) {}

    /**
     * Reads the sessions of a file.
     *
     * @param isWall whether a user is a screen for everybody now; a user who became another loses
     *     the long session
     */
    Sessions(Path file, Clock clock, Predicate<String> isWall) {
        this.file = file;
        this.clock = clock;
        this.isWall = isWall;
        read();
    }

    /** Starts a session; the id goes into the cookie and nowhere else. */
    String start(String user) {
        var id = Secrets.token();
        long now = clock.epochNanos();
        lock.lock();
        try {
            byHash.entrySet().removeIf(e -> isOver(e.getValue(), now));
            while (byHash.size() >= MAX_SESSIONS) {
                byHash.entrySet().stream()
                        .min(Comparator.comparingLong(e -> e.getValue().usedNanos()))
                        .map(Map.Entry::getKey)
                        .ifPresent(byHash::remove);
            }
            byHash.put(Secrets.hash(id), new Session(user, now, now, now));
            write();
            return id;
        } finally {
            lock.unlock();
        }
    }

    /** The user of a session that is not over; counts as use. */
    Optional<String> user(String id) {
        var hash = Secrets.hash(id);
        long now = clock.epochNanos();
        lock.lock();
        try {
            var session = byHash.get(hash);
            if (session == null || isOver(session, now)) {
                byHash.remove(hash);
                return Optional.empty();
            }
            boolean due = now - session.writtenNanos() > WRITE_EVERY.toNanos();
            byHash.put(
                    hash,
                    new Session(
                            session.user(),
                            session.madeNanos(),
                            now,
                            due ? now : session.writtenNanos()));
            if (due) {
                write();
            }
            return Optional.of(session.user());
        } finally {
            lock.unlock();
        }
    }

    /** Ends a session; an unknown one is no matter. */
    void end(String id) {
        lock.lock();
        try {
            if (byHash.remove(Secrets.hash(id)) != null) {
                write();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Ends all sessions of a user. */
    void endAllOf(String user) {
        lock.lock();
        try {
            if (byHash.values().removeIf(s -> s.user().equals(user))) {
                write();
            }
        } finally {
            lock.unlock();
        }
    }

    private boolean isOver(Session session, long nowNanos) {
        long age = nowNanos - session.madeNanos();
        boolean old =
                nowNanos - session.usedNanos() > IDLE_LIMIT.toNanos()
                        || age > ABSOLUTE_LIMIT.toNanos();
        return old && (age > WALL_LIMIT.toNanos() || !isWall.test(session.user()));
    }

    private void read() {
        try {
            if (!Files.exists(file)) {
                return;
            }
            var array = new JsonObject(Files.readString(file)).getJsonArray("sessions");
            for (int i = 0; i < array.size(); i++) {
                var s = array.getJsonObject(i);
                long used = Times.parse(s.getString("used")).orElse(0);
                long made = Times.parse(s.getString("made")).orElse(0);
                byHash.put(s.getString("hash"), new Session(s.getString("user"), made, used, used));
            }
        } catch (IOException | RuntimeException e) {
            // Sessions are no loss: people sign in again.
            byHash.clear();
            log.warn("sessions=forgotten file={} reason={}", file, e.getMessage());
        }
    }

    private void write() {
        var array = new JsonArray();
        byHash.forEach((hash, s) ->
                array.add(
                        new JsonObject()
                                .put("hash", hash)
                                .put("user", s.user())
                                .put("made", Times.text(s.madeNanos()))
                                .put("used", Times.text(s.usedNanos()))));
        try {
            SecretFile.write(file, new JsonObject().put("sessions", array).encodePrettily());
        } catch (IOException e) {
            // With a full disk people can still sign in; a restart then signs them out.
            log.warn("sessions=not-written file={} reason={}", file, e.getMessage());
        }
    }
}
