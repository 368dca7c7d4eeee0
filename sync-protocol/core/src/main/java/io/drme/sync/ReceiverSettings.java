package io.drme.sync;

import java.time.Duration;

/**
 * How the receiver behaves.
 *
 * @param window what each gateway may have under way
 * @param lease a gateway that was not heard of for so long may be taken over by any process
 * @param commandAgain a command without a result is sent again after this
 */
public record ReceiverSettings(Message.Window window, Duration lease, Duration commandAgain) {
    /** Blocks of 256 KiB fill a line of 100 Mbit/s at 200 ms of delay with about ten. */
    public static final Message.Window WINDOW = new Message.Window(64, 16 << 20);

    /** Six statuses. */
    public static final Duration LEASE = Duration.ofSeconds(30);

    /** A person who waits for a result has it soon after the line is back. */
    public static final Duration COMMAND_AGAIN = Duration.ofSeconds(10);

    /** The usual behaviour. */
    public static final ReceiverSettings DEFAULTS =
            new ReceiverSettings(WINDOW, LEASE, COMMAND_AGAIN);
}
