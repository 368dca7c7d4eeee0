package io.drme.sync;

import java.time.Duration;

/**
 * How a sender behaves.
 *
 * @param instance random number of this process
 * @param host name of the machine
 * @param software version of the agent
 * @param budget what may be taken of the line
 * @param resendAfter an item without a receipt is sent again after this; doubles while nothing at
 *     all is receipted
 * @param helloAfter a hello without an answer is said again after this
 * @param statusEvery how often the gateway reports
 * @param liveEvery how often conflated live values go
 */
public record SenderSettings(
        long instance,
        String host,
        String software,
        LineBudget budget,
        Duration resendAfter,
        Duration helloAfter,
        Duration statusEvery,
        Duration liveEvery) {
    /** Long enough for a 4 MiB block at 4 Mbit/s, short against a person's patience. */
    public static final Duration RESEND_AFTER = Duration.ofSeconds(10);

    /** A welcome is one row lookup at the centre. */
    public static final Duration HELLO_AFTER = Duration.ofSeconds(5);

    /** A sixth of the lease, so that five may be lost. */
    public static final Duration STATUS_EVERY = Duration.ofSeconds(5);

    /** What a person at a page takes for live. */
    public static final Duration LIVE_EVERY = Duration.ofSeconds(1);

    /** The usual behaviour. */
    public static SenderSettings defaults(
            long instance, String host, String software, LineBudget budget) {
        return new SenderSettings(
                instance,
                host,
                software,
                budget,
                RESEND_AFTER,
                HELLO_AFTER,
                STATUS_EVERY,
                LIVE_EVERY);
    }
}
