package io.drme.cloud.ingest;

import java.util.concurrent.atomic.AtomicLong;

/** What ingest has counted since its start; safe to read from any thread. */
public final class IngestStats {
    final AtomicLong connections = new AtomicLong();
    final AtomicLong refusedConnections = new AtomicLong();
    final AtomicLong messages = new AtomicLong();
    final AtomicLong overQuota = new AtomicLong();
    final AtomicLong badPackets = new AtomicLong();
    final AtomicLong badMessages = new AtomicLong();
    final AtomicLong notStored = new AtomicLong();
    final AtomicLong answersLeftOut = new AtomicLong();

    IngestStats() {}

    /** Connections that stand now; a gateway has two. */
    public long connections() {
        return connections.get();
    }

    /** Connections that were refused: no identity, wrong version, too many. */
    public long refusedConnections() {
        return refusedConnections.get();
    }

    /** Messages that came in. */
    public long messages() {
        return messages.get();
    }

    /** Messages turned away because too much waited. */
    public long overQuota() {
        return overQuota.get();
    }

    /** Packets that are not MQTT, or too large. */
    public long badPackets() {
        return badPackets.get();
    }

    /** Messages that could not be read, or came on a wrong topic. */
    public long badMessages() {
        return badMessages.get();
    }

    /** Messages that could not be stored, because the database failed. */
    public long notStored() {
        return notStored.get();
    }

    /** Answers that a gateway was too slow to take; it asks again. */
    public long answersLeftOut() {
        return answersLeftOut.get();
    }
}
