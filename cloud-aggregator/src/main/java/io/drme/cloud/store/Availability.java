package io.drme.cloud.store;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whether the database can be reached, as its writers find it. Safe for use from any thread. */
final class Availability {
    private static final Logger log = LoggerFactory.getLogger(Availability.class);

    private final AtomicReference<@Nullable Trouble> trouble = new AtomicReference<>();
    private final AtomicLong losses = new AtomicLong();

    private record Trouble(boolean ofReceiver, String why) {}

    /** A writer could not get a connection. */
    void lost(Dialect.Failure failure, String why) {
        // a server that is there, and lets others write, is the receiver's trouble alone
        var found = new Trouble(failure != Dialect.Failure.GONE, why);
        if (trouble.getAndSet(found) == null) {
            losses.incrementAndGet();
            log.error(
                    "database=away why=\"{}\" done=\"nothing is acknowledged until it is back\"",
                    why);
        }
    }

    /** A writer has begun a transaction. */
    void works(Dialect.Role role) {
        var was = trouble.get();
        if (was != null
                && (role == Dialect.Role.RECEIVER || !was.ofReceiver)
                && trouble.compareAndSet(was, null)) {
            log.info("database=back");
        }
    }

    Optional<String> trouble() {
        return Optional.ofNullable(trouble.get()).map(Trouble::why);
    }

    /** How often it went away. */
    long losses() {
        return losses.get();
    }
}
