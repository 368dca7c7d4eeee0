package io.drme.edge.notify;

import io.drme.web.Times;
import io.vertx.core.json.JsonObject;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One message on its way, or at the end of it, as people see it. Immutable.
 *
 * @param id that receivers get, too
 * @param state where it is
 * @param attempts how often it was tried
 * @param lastError why the last try failed; empty where none did
 * @param sinceNanos when it was taken up, nanoseconds since 1970 UTC
 * @param nextTryNanos null where it is not due
 */
record Delivery(
        String id,
        State state,
        Message message,
        int attempts,
        String lastError,
        long sinceNanos,
        @Nullable Long nextTryNanos) {
    /** Where a message is. */
    enum State {
        /** Behind others, or until the digest or the limit lets it go. */
        WAITING,
        /** Under way just now. */
        SENDING,
        /** Failed, and tried again. */
        RETRYING,
        /** The receiver has it. */
        SENT,
        /** Given up: too old. */
        EXPIRED,
        /** Given up: the receiver does not take it. */
        REFUSED,
        /** Given up: the receiver is no longer configured. */
        REMOVED
    }

    JsonObject json(String receiver) {
        var what = message.top().isEmpty() ? null : message.top().getFirst();
        return new JsonObject()
                .put("id", id)
                .put("receiver", receiver)
                .put("kind", message.kind().name().toLowerCase(Locale.ROOT))
                .put("state", state.name().toLowerCase(Locale.ROOT))
                .put("notices", message.count())
                .put("alarm", what == null ? null : what.name())
                .put("tag", what == null ? null : what.tag().text())
                .put("transition", what == null ? null : what.occasion().text())
                .put("attempts", attempts)
                .put("lastError", lastError.isEmpty() ? null : lastError)
                .put("since", Times.text(sinceNanos))
                .put("nextTry", nextTryNanos == null ? null : Times.text(nextTryNanos));
    }
}
