package io.drme.alarm;

import io.drme.model.Batch;
import io.drme.stream.Program;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Says whether an alarm's condition is present: {@link Program#TRUE}, {@link Program#FALSE} or
 * {@link Program#UNKNOWN}. Times are nanoseconds on the owner's clock.
 */
interface Detector {
    /**
     * Looks at a sample; UNKNOWN where it says nothing, as a bad one.
     *
     * @param wasPresent whether the condition was present so far: another question is asked then,
     *     which gives the deadband
     */
    int detect(Batch batch, int at, String tag, boolean wasPresent, long elapsed);

    /** Asks again as time has passed; UNKNOWN where that changes nothing. */
    default int later(boolean wasPresent, long elapsed) {
        return Program.UNKNOWN;
    }

    /** Looks at a sample of the tag that it compares with, where it has one. */
    default void refer(Batch batch, int at) {
        throw new IllegalStateException("compares with no other tag");
    }

    /** How far back in time a sample may be that it still looks at, in nanoseconds. */
    default long looksBackNanos() {
        return 0;
    }

    /** Writes what it remembers. */
    default void save(DataOutput out) throws IOException {}

    /** Reads what {@link #save} of the same kind wrote. */
    default void load(DataInput in) throws IOException {}

    /** Tells what {@link #save} writes apart; 0 where it remembers nothing. */
    default int kind() {
        return 0;
    }
}
