package io.drme.cloud.ingest;

import io.drme.sync.Fact;

/**
 * Takes what the receiver found out, after its commit and in order. Facts repeat, so it takes them
 * idempotently.
 */
@FunctionalInterface
public interface IngestListener {

    /**
     * Takes a fact, on the ingest thread. May block while too much waits: the gateways then wait
     * too.
     */
    void take(Fact fact) throws InterruptedException;
}
