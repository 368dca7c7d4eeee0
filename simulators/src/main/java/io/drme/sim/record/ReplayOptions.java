package io.drme.sim.record;

import io.drme.time.Clock;

/**
 * How a recording is played.
 *
 * @param listen where the gateway connects
 * @param end what comes after the recording's end
 * @param speed how many seconds of the recording pass in one, greater than 0
 */
public record ReplayOptions(String listen, End end, double speed, Clock clock) {
    /** What comes after the end of a recording. */
    public enum End {
        /** What was answered last is answered on and on. */
        HOLD,
        /** The recording begins anew. */
        LOOP,
        /** The replay ends. */
        ONCE
    }
}
