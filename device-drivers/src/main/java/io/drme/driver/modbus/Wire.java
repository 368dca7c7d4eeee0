package io.drme.driver.modbus;

import io.drme.time.Clock;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Arrays;

/**
 * A transport during one exchange: one deadline for all of it, so that a device which drips bytes
 * does not hold us, and a note of what passed. Confined to who holds the line.
 */
final class Wire {
    /** More than any frame; how much is dropped at a time. */
    private static final int DROP_BYTES = 512;

    /** So soon a thread notices that it is to leave. */
    private static final Duration LOOK_EVERY = Duration.ofMillis(50);

    private final Transport transport;
    private final Clock clock;
    private final Talk talk;
    private Trace trace = new Trace();
    private long deadlineNanos;
    private long lastByteNanos;
    private int frameBytes;
    private boolean heard;

    Wire(Transport transport, Clock clock, Talk talk) {
        this.transport = transport;
        this.clock = clock;
        this.talk = talk;
        this.lastByteNanos = clock.nanoTime() - Duration.ofDays(1).toNanos();
    }

    /** Begins an exchange. */
    void begin(Duration timeout, Trace of) {
        deadlineNanos = clock.nanoTime() + timeout.toNanos();
        trace = of;
        frameBytes = 0;
        heard = false;
    }

    /** Sets another time limit for what is still to come of the exchange. */
    void limit(Duration to) {
        deadlineNanos = clock.nanoTime() + to.toNanos();
    }

    /** What is left of the time limit; not more than 0 when it is over. */
    Duration left() {
        return Duration.ofNanos(deadlineNanos - clock.nanoTime());
    }

    /** Whether any byte came during this exchange. */
    boolean isHeard() {
        return heard;
    }

    /** Whether the next byte is the first of a frame. */
    boolean isBetweenFrames() {
        return frameBytes == 0;
    }

    /** Sends a request, once the line has been silent for so long. */
    void send(byte[] request, Duration silence) throws IOException, InterruptedException {
        clock.sleep(silence.minusNanos(clock.nanoTime() - lastByteNanos));
        if (!left().isPositive()) {
            throw new SocketTimeoutException("the time was over before the request was sent");
        }
        trace.sent(request);
        frameBytes = 0;
        transport.write(request);
        lastByteNanos = clock.nanoTime();
    }

    /** Says that the bytes read so far are a whole frame. */
    void endFrame() {
        frameBytes = 0;
    }

    /**
     * Reads exactly so many bytes.
     *
     * @throws SocketTimeoutException when they did not come before the deadline
     */
    void fill(byte[] into, int at, int count) throws IOException, InterruptedException {
        int end = at + count;
        for (int got = at; got < end; ) {
            int more = read(into, got, end - got);
            heard = true;
            lastByteNanos = clock.nanoTime();
            got += more;
            frameBytes += more;
            trace.received(Arrays.copyOf(into, got));
        }
    }

    private int read(byte[] into, int at, int most) throws IOException, InterruptedException {
        for (var left = left(); left.isPositive(); ) {
            var wait = left.compareTo(LOOK_EVERY) < 0 ? left : LOOK_EVERY;
            int got = transport.read(into, at, most, wait);
            if (got > 0) {
                return got;
            }
            if (talk.isToEnd()) {
                throw new SocketTimeoutException("given up, as the device was stopped");
            }
            // By the clock, as a wait may last longer than asked for; and by the count, as a test's
            // clock may stand still.
            var byClock = left();
            left = left.minus(LOOK_EVERY);
            left = byClock.compareTo(left) < 0 ? byClock : left;
        }
        throw new SocketTimeoutException("the answer did not come, or only a part of it");
    }

    /**
     * Drops all that comes until nothing came for so long.
     *
     * @throws Line.WrongAnswerException when the deadline came first
     */
    void awaitQuiet(Duration quiet) throws IOException, InterruptedException {
        var dropped = new byte[DROP_BYTES];
        while (transport.read(dropped, 0, dropped.length, quiet) > 0) {
            lastByteNanos = clock.nanoTime();
            if (!left().isPositive()) {
                throw new Line.WrongAnswerException(
                        "the line is never quiet; look for a second master or a wrong baud rate");
            }
        }
        frameBytes = 0;
    }

    /** Whether bytes lie there that nobody has asked for yet. */
    boolean hasUnasked() throws IOException {
        return transport.available() > 0;
    }
}
