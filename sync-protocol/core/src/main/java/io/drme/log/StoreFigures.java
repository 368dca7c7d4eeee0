package io.drme.log;

import io.drme.model.StreamKind;
import java.util.EnumMap;

/** Sums over the parts of a store, as of now. On the store's thread. */
final class StoreFigures {
    private StoreFigures() {}

    static Counters counters(StoreCore core) {
        var state = core.state;
        var dropped = new EnumMap<DropCause, Long>(DropCause.class);
        dropped.putAll(state.droppedData);
        state.droppedLocal.forEach((cause, n) -> dropped.merge(cause, n, Long::sum));
        return new Counters(
                state.read,
                state.derived,
                state.filtered,
                state.acceptedData + state.acceptedLocal,
                state.acknowledged,
                core.heldPending + core.tailSamples(StreamKind.DATA),
                core.heldLocal + state.expiredLocal + core.tailSamples(StreamKind.LOCAL),
                state.refused,
                dropped,
                state.acceptedLocal,
                state.droppedLocal);
    }

    /** How many bytes the store takes on disk. */
    static long sizeBytes(StoreCore core) {
        long bytes = core.journal.sizeBytes();
        for (var log : core.logs.values()) {
            bytes += log.sizeBytes();
        }
        return bytes;
    }

    /** What was ever put into the logs or waits to be, in bytes as stored: it only grows. */
    static long storedBytes(StoreCore core) {
        long bytes = 0;
        for (var log : core.logs.values()) {
            bytes += log.bytesWritten();
        }
        for (var kind : StoreCore.SAMPLE_STREAMS) {
            bytes += core.builder(kind).approximateBytes();
        }
        return bytes;
    }
}
