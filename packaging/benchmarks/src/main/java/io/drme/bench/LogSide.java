package io.drme.bench;

import io.drme.model.Batch;

/** Something that makes scans durable: ours or a peer. */
interface LogSide {

    /** What the report calls it. */
    String name();

    /** Makes a scan durable before it returns. */
    void commit(Batch scan) throws Exception;

    /** Lets the time of a scan pass, and does what is due behind a commit. */
    default void pass() throws Exception {
        // Peers see to themselves.
    }

    /**
     * Opens anew what was closed and reads all of it.
     *
     * @return how many samples there are, and the sum of their values
     */
    Content readBack() throws Exception;

    /** What was read back. */
    record Content(long samples, double sum) {

        /** Whether nothing is lost, doubled or changed. */
        boolean isThatOf(LogWork work) {
            return samples == work.samples()
                    && Math.abs(sum - work.sum()) < 1e-9 * Math.abs(work.sum());
        }
    }

    /** Closes what is open; {@link #readBack} opens it anew. */
    void close() throws Exception;
}
