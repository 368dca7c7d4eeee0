package io.drme.block;

/**
 * The ticks of one poll group: when it was polled and how that went, also where no sample passed.
 * Reused like {@link SeriesColumns}. Confined to its owner.
 */
public final class TickColumns {
    private int size;
    private long[] gatewayTimes = {};
    private long[] sourceTimes = {};
    private byte[] outcomes = {};

    /** Makes empty columns, which grow with what is decoded into them. */
    public TickColumns() {}

    /** Empties the columns and makes room. The caller has checked {@code count} against a limit. */
    void reset(int count) {
        if (count > gatewayTimes.length) {
            gatewayTimes = new long[count];
            sourceTimes = new long[count];
            outcomes = new byte[count];
        }
        size = count;
    }

    /** How many ticks there are. */
    public int size() {
        return size;
    }

    /** Hybrid logical clock stamps in order of arrival; the live array. */
    public long[] gatewayTimes() {
        return gatewayTimes;
    }

    /**
     * The source time of each tick's first sample, or its gateway time where it has none;
     * nanoseconds since 1970 UTC; the live array.
     */
    public long[] sourceTimes() {
        return sourceTimes;
    }

    /** How each poll went: good, or a packed bad quality with its reason; the live array. */
    public byte[] outcomes() {
        return outcomes;
    }
}
