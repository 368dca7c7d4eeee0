package io.drme.driver.gpio;

import io.drme.driver.DriverException;
import io.drme.model.Reason;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where lines come from: a chip of this machine, or the simulator.
 *
 * <p><b>Threads.</b> {@link #open} and {@link #start} are called by the device's owner; {@link
 * #set} and {@link #close} by any thread. The listener is called by one thread of the backend's
 * own.
 */
interface LineBackend extends AutoCloseable {

    /** How a line was found. */
    sealed interface Present {
        /**
         * It is there.
         *
         * @param active its level, after {@code active: low} was applied
         * @param timeNanos since when at most, nanoseconds since 1970; no later than the first
         *     change that is told
         */
        record Level(boolean active, long timeNanos) implements Present {}

        /** It can't be read; {@code detail} is for the log. */
        record Missing(Reason reason, String detail) implements Present {}
    }

    /** Hears what happens. */
    interface Listener {
        /**
         * A line has changed, in the way that its {@code edge} asks for.
         *
         * @param index in the list that was opened
         * @param timeNanos when, nanoseconds since 1970, by the clock nearest to the line
         * @param number of the change among those of its line since the opening, from 1, unsigned;
         *     those that were lost on the way are numbered too
         */
        void changed(int index, boolean active, long timeNanos, int number);

        /**
         * A line that was missing is there: what held it has let it go. Its changes are told from
         * here on.
         *
         * @param index in the list that was opened
         */
        void appeared(int index, Present.Level level);

        /** The backend is alive, and nothing has changed. */
        void heard();

        /** It is over; nothing more will come. */
        void lost(String why, @Nullable Throwable cause);
    }

    /**
     * Asks for the lines; outputs come with their safe value.
     *
     * @return for each line how it was found
     * @throws DriverException when the whole backend can't be had
     */
    List<Present> open(List<GpioAddress> lines) throws DriverException, InterruptedException;

    /** Begins to tell what happens. Once, after {@link #open}. */
    void start(Listener listener);

    /**
     * Sets an output and reads it back.
     *
     * @param index in the list that was opened
     * @return whether the line is active then
     * @throws DriverException where the line is not ours, or the backend is lost
     */
    boolean set(int index, boolean active) throws DriverException, InterruptedException;

    /**
     * Brings outputs to their safe value unless they are to be kept, gives the lines back and ends
     * the telling. Never throws, may be called twice.
     */
    @Override
    void close();
}
