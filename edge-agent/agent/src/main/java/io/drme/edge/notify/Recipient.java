package io.drme.edge.notify;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * One receiver with what waits for it, and what ended lately. Confined to the deliverer's owner.
 */
final class Recipient {
    /** Ended messages shown of each. */
    static final int MOST_ENDED = 50;

    final Outbox outbox;
    NotificationConfig config;

    /** Is told of what stands behind this sequence: what was before it came is history. */
    long after;

    /** Nanoseconds since 1970 UTC; 0 for never. */
    long lastSent;

    private final Deque<Delivery> ended = new ArrayDeque<>();

    Recipient(NotificationConfig config, Outbox outbox, long after) {
        this.config = config;
        this.outbox = outbox;
        this.after = after;
    }

    /** What a message is known by, over restarts too. */
    String id(String epoch, Message message) {
        return message.id(epoch, config.name());
    }

    /** A message is no longer on its way. */
    void ended(Delivery delivery) {
        ended.addFirst(delivery);
        if (ended.size() > MOST_ENDED) {
            ended.removeLast();
        }
    }

    /**
     * What is on its way, and behind it what ended lately, newest first.
     *
     * @param wallOffset what makes a time of the deliverer's line one since 1970 UTC
     */
    List<Delivery> deliveries(String epoch, long wallOffset) {
        var figures = outbox.figures();
        var all = new ArrayList<Delivery>();
        for (var message : outbox.held()) {
            boolean isFront = all.isEmpty();
            boolean isTried = isFront && figures.attempts() > 0;
            all.add(
                    new Delivery(
                            id(epoch, message),
                            isFront && figures.isSending()
                                    ? Delivery.State.SENDING
                                    : isTried ? Delivery.State.RETRYING : Delivery.State.WAITING,
                            message,
                            isFront ? figures.attempts() : 0,
                            isTried ? figures.lastError() : "",
                            message.sinceNanos() + wallOffset,
                            isTried ? figures.nextTry() + wallOffset : null));
        }
        all.addAll(ended);
        return List.copyOf(all);
    }
}
