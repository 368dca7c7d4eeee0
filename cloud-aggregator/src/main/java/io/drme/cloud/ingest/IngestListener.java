package io.drme.cloud.ingest;

import io.drme.model.GatewayId;
import io.drme.sync.Fact;
import java.util.Optional;

/**
 * Takes what the receiver found out, after its commit and in order. Facts repeat, so it takes them
 * idempotently.
 */
@FunctionalInterface
public interface IngestListener {

    /**
     * Why nothing may be taken just now, as members that go on without this one may take it; from
     * any thread.
     */
    default Optional<String> closed() {
        return Optional.empty();
    }

    /** Why no gateway may have an id; nothing where it may. Must not block. */
    default Optional<String> taken(GatewayId gateway) {
        return Optional.empty();
    }

    /** Whether other members share the store, and may be asked to send commands down. */
    default boolean isShared() {
        return false;
    }

    /** A command was put into the store; on the ingest thread, and must not block. */
    default void submitted() {}

    /**
     * Takes a fact, on the ingest thread. May block while too much waits: the gateways then wait
     * too.
     */
    void take(Fact fact) throws InterruptedException;
}
