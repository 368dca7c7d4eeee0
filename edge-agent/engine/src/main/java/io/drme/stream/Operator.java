package io.drme.stream;

import io.drme.model.Batch;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.List;

/**
 * One step of a running pipeline: takes samples in, gives samples out, remembers what it must.
 *
 * <p>An operator does no I/O and reads no clock: time reaches it with samples and ticks, so the
 * same inputs in the same order always give the same outputs. It allocates nothing a sample, and is
 * confined to the pipeline's owner thread.
 *
 * <p>Every implementation passes {@code OperatorContract}.
 */
interface Operator {

    /** The lanes of what comes out, by the index that batches carry. */
    List<Lane> lanes();

    /**
     * Handles samples.
     *
     * @param in its tag indexes are lanes of the step before
     * @param now gateway time, nanoseconds since 1970 UTC; it may be set back
     * @param out results are added to it
     */
    void process(Batch in, long now, Batch out);

    /** Tells that gateway time has reached {@code now}. */
    default void tick(long now, Batch out) {}

    /**
     * How many samples came too late for their place, since ever: they were left out, or say
     * something only of what comes behind results that were given in silence.
     */
    default long late() {
        return 0;
    }

    /** Writes everything that later results depend on. */
    default void save(DataOutput out) throws IOException {}

    /** Reads what {@link #save} of an operator with the same configuration wrote. */
    default void load(DataInput in) throws IOException {}
}
