package io.drme.edge.recording;

import io.drme.log.DropCause;
import io.drme.model.Batch;
import io.drme.schema.Refusal;
import io.drme.time.Hlc;
import java.util.List;
import java.util.Optional;

/**
 * What the store did not take since it took something last, so that it can be said once the store
 * takes something again. Confined to the store's thread.
 */
final class Refused {
    private long samples;
    private long firstTime = Long.MAX_VALUE;
    private long lastTime = Long.MIN_VALUE;
    private DropCause cause = DropCause.DISK_FAILED;

    /** Notes polls that were not taken. */
    void note(List<Batch> ticks, DropCause why) {
        cause = why;
        for (var tick : ticks) {
            long time = Hlc.epochNanos(tick.gatewayTime());
            firstTime = Math.min(firstTime, time);
            lastTime = Math.max(lastTime, time);
            samples += tick.size();
        }
    }

    /** What is to be said, if there is anything. */
    Optional<Refusal> said() {
        return firstTime > lastTime
                ? Optional.empty()
                : Optional.of(new Refusal(cause.text(), samples, firstTime, lastTime));
    }

    /** It was said. */
    void clear() {
        samples = 0;
        firstTime = Long.MAX_VALUE;
        lastTime = Long.MIN_VALUE;
    }
}
