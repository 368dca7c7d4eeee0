package io.drme.edge.state;

import io.drme.time.Hlc;

/**
 * What pipelines and alarms know at one moment. Everything they recorded up to it is in it.
 *
 * @param position hybrid logical clock stamp: the place in the log up to which everything is in it;
 *     what is recorded under a later stamp is not
 * @param pipelines {@code Pipelines.snapshot()}
 * @param alarms {@code Alarms.snapshot()}
 */
@SuppressWarnings("ArrayRecordComponent") // a bundle that is handed on, never compared
public record OperatorState(long position, byte[] pipelines, byte[] alarms) {

    /** Gateway time when it was taken, nanoseconds since 1970 UTC, in whole milliseconds. */
    public long takenAtNanos() {
        return Hlc.epochNanos(position);
    }
}
