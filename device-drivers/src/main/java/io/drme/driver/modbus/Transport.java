package io.drme.driver.modbus;

import java.io.IOException;
import java.time.Duration;

/**
 * Carries bytes to a device and back: a socket or a serial port. Used by one thread at a time, but
 * for {@link #close}, which any thread may call to end a blocked one.
 */
interface Transport {

    /** Whether it was opened and not closed since; says nothing about the other end. */
    boolean isOpen();

    /**
     * Opens it anew.
     *
     * @throws IOException when that failed, not in time included; its message says what to do
     */
    void open(Duration timeout) throws IOException;

    /** Sends bytes. */
    void write(byte[] bytes) throws IOException;

    /**
     * Waits for bytes.
     *
     * @return how many came, at most {@code most}; 0 where none came in time
     * @throws IOException when the other end closed, or the port is gone
     */
    int read(byte[] into, int at, int most, Duration wait) throws IOException, InterruptedException;

    /**
     * Whether what was under way is left behind when it is opened anew, as with a socket; a serial
     * port is the line itself, and carries on.
     */
    default boolean leavesBehind() {
        return false;
    }

    /** How many bytes lie there unread. */
    int available() throws IOException;

    /** Closes it; it may be opened again. Never throws. */
    void close();
}
