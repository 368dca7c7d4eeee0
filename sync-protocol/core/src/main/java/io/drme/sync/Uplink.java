package io.drme.sync;

import java.util.Optional;

/**
 * The gateway's line to the centre: two connections that may break, lose, repeat and reorder.
 *
 * <p><b>Threads.</b> Called by the one thread that steps the {@link Sender}. Nothing here blocks.
 *
 * <p><b>Failure.</b> There is none to handle: what was sent may be lost, and only a receipt tells.
 */
public interface Uplink {

    /**
     * The number of the connection that stands: 0 while there is none, and another number each time
     * the line comes back, upon which the sender says hello.
     */
    long connection();

    /**
     * Hands a message to the line.
     *
     * @return false when the channel takes nothing just now; try again later
     */
    boolean send(Topics.Channel channel, byte[] message);

    /** The next message that came, if any. */
    Optional<byte[]> poll();

    /** Drops the connection, because nothing comes back over it; the line then connects anew. */
    void reconnect(String why);
}
