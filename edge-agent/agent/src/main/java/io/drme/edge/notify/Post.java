package io.drme.edge.notify;

import java.util.Optional;

/** Carries messages to receivers: one at a time to each, and never waiting for one. */
interface Post {
    /** Sends a message; its outcome comes by {@link #poll}, sooner or later. */
    void begin(String receiver, Message message, String id);

    /** The outcome of what was begun, once. */
    Optional<Outcome> poll(String receiver);
}
