package io.drme.log;

import io.drme.model.Batch;
import io.drme.time.Hlc;

/** The span of source time of what was gathered for a block. Confined to the store's thread. */
final class TimeSpan {
    long first;
    long last;
    private boolean hasSamples;

    TimeSpan() {
        clear();
    }

    void clear() {
        first = Long.MAX_VALUE;
        last = Long.MIN_VALUE;
        hasSamples = false;
    }

    /** Widens it by a tick's samples; where there are none at all, by the time of the tick. */
    void add(Batch batch) {
        if (batch.size() > 0 && !hasSamples) {
            clear();
            hasSamples = true;
        }
        for (int i = 0; i < batch.size(); i++) {
            widen(batch.sourceTimes()[i]);
        }
        if (!hasSamples) {
            widen(Hlc.epochNanos(batch.gatewayTime()));
        }
    }

    private void widen(long time) {
        first = Math.min(first, time);
        last = Math.max(last, time);
    }
}
