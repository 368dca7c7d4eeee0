package io.drme.driver;

import java.util.Optional;

/**
 * A connection to one device. There are two kinds: one is asked ({@link PolledDriver}), the other
 * tells ({@link PushedDriver}).
 *
 * <p><b>Threads.</b> Every method is called by the one virtual thread that owns the device, so an
 * implementation needs no locks and may block. {@link #close} and {@link #release} alone may come
 * from another thread, to end a blocked call, and what {@link #outputs} gives is for any.
 *
 * <p><b>Failure.</b> A tag that can't be read is data, not an exception: it comes as a bad reading
 * and its neighbours are unaffected. Only the loss of the whole device is thrown; the owner then
 * calls {@link #disconnect} and, after a pause, {@link #connect}.
 *
 * <p><b>Values</b> are raw: typed and put together from bytes, but neither scaled nor held to a
 * range or deadband; that is done behind the seam, the same for all drivers. Group and gateway time
 * of a batch are stamped by the owner.
 *
 * <p>Every implementation passes {@code DriverContract}.
 */
public sealed interface Driver extends AutoCloseable permits PolledDriver, PushedDriver {

    /**
     * Connects, and returns once the device is ready. Does nothing when connected. Bounded by the
     * device's time limit.
     *
     * @throws DriverException when the device can't be reached or refuses us
     * @throws InterruptedException when the owner is asked to stop
     */
    void connect() throws DriverException, InterruptedException;

    /** Drops the connection, so that the next {@link #connect} starts afresh. Never throws. */
    void disconnect();

    /** What passed between us and the device last, for a person who asks how it does. */
    Exchange lastExchange();

    /**
     * What passed last about one tag, for a person who asks why it is bad. Unlike the rest, called
     * by any thread.
     *
     * @param tag its index in the gateway's table
     * @return nothing where one request asks for all tags, and before the first about this one
     */
    default Optional<Exchange> lastExchange(int tag) {
        return Optional.empty();
    }

    /**
     * Writes to the device; nothing where none of its tags may be written. Called by any thread.
     */
    default Optional<Outputs> outputs() {
        return Optional.empty();
    }

    /**
     * What a person should know of the device though it is well, such as that a limit is reached;
     * without figures that move. Empty where there is nothing. From any thread.
     */
    default String note() {
        return "";
    }

    /**
     * How many values are known to have been lost before they were taken, because device or line
     * was quicker than what came behind, since the driver was made; of a device that only says that
     * it lost some, how often it said so. Any thread.
     */
    default long lostValues() {
        return 0;
    }

    /**
     * Gets the owner out of what it waits for, as the device is given up; by another thread. Where
     * an interrupt would harm others, as it closes a socket that they share, it comes once the
     * owner has left that. Never blocks for long.
     */
    default void release(Thread owner) {
        owner.interrupt();
    }

    /** Frees everything. Never throws, and may be called more than once. */
    @Override
    void close();
}
