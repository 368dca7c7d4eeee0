package io.drme.driver.modbus;

import io.drme.time.Clock;
import java.io.IOException;
import java.io.Serial;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One connection, on which requests follow one another, of one device or of several units behind a
 * gateway or on a serial line. It opens itself when it is needed.
 *
 * <p><b>No stale answers.</b> What answers what is decided by the {@link Framing}: by transaction
 * ids over TCP, by order and echoes on a serial line. A connection whose state is not certain after
 * a failure is closed, and an answer that nobody waits for is dropped.
 *
 * <p><b>One repeat.</b> A read that failed for the connection's sake is asked again within the same
 * time limit: where the device had closed the connection while it was idle, and on a serial line
 * where the answer came broken.
 *
 * <p><b>Held up.</b> A gateway answers in the order of the requests, so one unit that lets wait
 * holds up what comes behind it on the connection. A request behind another unit's that was left
 * unanswered has only as long as an answer takes as a rule; then it is asked again over a new
 * connection, within its limit. From then on a time-out of the unit that held it up costs the
 * connection at once, until it answers in time.
 *
 * <p><b>Threads.</b> Any thread may call; one exchange at a time, first come first served. {@link
 * #reset} and {@link #shutdown} end a blocked exchange.
 */
final class Line {
    /** After so much idleness it is looked whether the device has closed the connection. */
    static final Duration IDLE_CHECK = Duration.ofSeconds(5);

    /**
     * After so many requests without a single byte in answer the connection is made anew. Where
     * that costs a warm-up, they count only while no other unit is known to answer: dead units that
     * are asked one after another would make all wait for it again and again.
     */
    static final int MOST_SILENT = 3;

    /**
     * For so long the answer of a unit that is not silent itself says that the connection is good.
     */
    static final Duration LATELY = Duration.ofMinutes(5);

    private static final Duration SHORTEST = Duration.ofMillis(1);

    private final Transport transport;
    private final Framing framing;
    private final Clock clock;
    private final ReentrantLock lock = new ReentrantLock(true);
    private final Wire wire;
    private final Patience patience = new Patience();
    private final Talk talk = new Talk();
    private volatile boolean shut;
    private volatile Pace pace = Pace.NONE;
    private long lastEndNanos;
    private long openedNanos;
    private int silentInARow;
    private boolean parting;

    /** Units whose last request on this connection is unanswered, with none answered behind it. */
    private final Set<Integer> unanswered = new HashSet<>();

    /** Units that were seen to hold up others. */
    private final Set<Integer> holding = new HashSet<>();

    /** By unit when it answered last on this connection, unless it was silent since. */
    private final Map<Integer, Long> answeredNanos = new HashMap<>();

    /** The line to an endpoint. */
    static Line to(Endpoint endpoint, Clock clock) {
        return switch (endpoint) {
            case Endpoint.Tcp(String host, int port) ->
                    new Line(new SocketTransport(host, port), new Mbap(), clock);
            case Endpoint.RtuTcp(String host, int port) ->
                    new Line(new SocketTransport(host, port), new Rtu(Duration.ZERO, clock), clock);
            case Endpoint.Serial serial ->
                    new Line(
                            new SerialTransport(serial, clock),
                            new Rtu(serial.silence(), clock),
                            clock);
        };
    }

    /** A line over any transport. */
    Line(Transport transport, Framing framing, Clock clock) {
        this.transport = transport;
        this.framing = framing;
        this.clock = clock;
        this.wire = new Wire(transport, clock, talk);
        this.lastEndNanos = clock.nanoTime() - Duration.ofDays(1).toNanos();
    }

    /** What a unit is asked for. */
    sealed interface Ask permits Read, WriteRequest {
        /** 0 to 255. */
        int unitId();
    }

    /** What one read is about. */
    record Read(int unitId, Area area, int start, int count) implements Ask {}

    /**
     * How fast a line may be used.
     *
     * @param gap least pause between two exchanges
     * @param warmUp pause between connecting and the first exchange
     * @param shared whether others wait while one device is asked
     */
    record Pace(Duration gap, Duration warmUp, boolean shared) {
        static final Pace NONE = new Pace(Duration.ZERO, Duration.ZERO, false);
    }

    /** An answer that does not belong to its request, or is none. */
    static final class WrongAnswerException extends IOException {
        @Serial private static final long serialVersionUID = 1;

        WrongAnswerException(String message) {
            super(message);
        }
    }

    /** Sets how fast it is used from now on; for all that share it. */
    void pace(Pace now) {
        pace = now;
    }

    /** How fast it is used now. */
    Pace pace() {
        return pace;
    }

    /** Connects unless connected. */
    void open(Duration timeout) throws IOException, InterruptedException {
        lock.lockInterruptibly();
        try {
            opened(timeout);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Reads registers or bits.
     *
     * @param timeout for all of it, from the first byte sent to the last received; the pauses that
     *     the line needs before come on top. A unit that was silent lately has less as a rule while
     *     others wait for the line
     * @return the values of the answer, exactly as many bytes as were asked for
     * @throws RefusalException when the device answers by an exception code
     * @throws IOException when the answer did not come, not in time, or was wrong
     */
    byte[] read(Read read, Duration timeout, Trace trace)
            throws IOException, RefusalException, InterruptedException {
        return read(read, timeout, timeout, trace);
    }

    /**
     * The same for an answer that may take less than the whole time.
     *
     * @param most as long as an answer may hold the line, at most the time limit
     * @throws OverdueException when that was over before the time limit; the connection is left
     *     behind then, as what comes behind the request would be held up
     */
    byte[] read(Read read, Duration timeout, Duration most, Trace trace)
            throws IOException, RefusalException, InterruptedException {
        long from = takeTurn();
        try {
            boolean parts = most.compareTo(timeout) < 0;
            var limit = pace.shared() && !parts ? patience.with(read.unitId(), timeout) : timeout;
            trace.limited(limit);
            return exchange(read, limit, most, trace);
        } finally {
            endTurn(from, trace);
        }
    }

    /**
     * Writes. It is never asked twice: whether it was taken is not known where no answer came.
     *
     * @param timeout for all of it, as of a read
     * @throws RefusalException when the device answers by an exception code
     * @throws IOException when no answer came, not in time, or a wrong one
     */
    void write(WriteRequest write, Duration timeout, Trace trace)
            throws IOException, RefusalException, InterruptedException {
        long from = takeTurn();
        try {
            trace.limited(timeout);
            wire.begin(timeout, trace);
            if (!opened(timeout) && isFoundSpoilt()) {
                reset();
                opened(wire.left());
            }
            exchangeOnce(write, timeout, trace);
        } finally {
            endTurn(from, trace);
        }
    }

    /**
     * Has a thread leave the line as soon as that does no harm. An interrupt during an exchange
     * would close the connection, which others share; so it comes after it, and the exchange ends
     * before its time limit if no byte comes.
     */
    void release(Thread owner) {
        talk.release(owner);
    }

    /** Whether a thread is in an exchange just now. */
    boolean isUsedBy(Thread owner) {
        return talk.isOf(owner);
    }

    /** Whether it is connected, as far as is known here. */
    boolean isOpen() {
        return transport.isOpen();
    }

    /** Closes the connection; the next exchange opens a new one. */
    void reset() {
        transport.close();
    }

    /** Closes the connection for ever. */
    void shutdown() {
        shut = true;
        reset();
    }

    /** Takes the line once it may be used; gives when that was. */
    private long takeTurn() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            clock.sleep(pace.gap().minusNanos(clock.nanoTime() - lastEndNanos));
            return clock.nanoTime();
        } catch (InterruptedException | RuntimeException e) {
            lock.unlock();
            throw e;
        }
    }

    private void endTurn(long from, Trace trace) {
        lastEndNanos = clock.nanoTime();
        trace.took(lastEndNanos - from, lock.hasQueuedThreads());
        lock.unlock();
    }

    /** Opens the connection unless it is; returns whether it was made anew. */
    private boolean opened(Duration timeout) throws IOException {
        if (transport.isOpen()) {
            return false;
        }
        if (shut) {
            throw new SocketException("closed");
        }
        transport.open(timeout.compareTo(SHORTEST) > 0 ? timeout : SHORTEST);
        openedNanos = clock.nanoTime();
        silentInARow = 0;
        answeredNanos.clear();
        unanswered.clear();
        framing.opened();
        if (shut) {
            reset();
            throw new SocketException("closed");
        }
        return true;
    }

    private byte[] exchange(Read read, Duration timeout, Duration most, Trace trace)
            throws IOException, RefusalException, InterruptedException {
        wire.begin(timeout, trace);
        boolean fresh = opened(timeout);
        if (!fresh && isFoundSpoilt()) {
            reset();
            fresh = opened(wire.left());
        }
        if (most.compareTo(wire.left()) < 0) {
            return exchangeSoon(read, timeout, most, trace);
        }
        if (!fresh && isBehindAnother(read.unitId())) {
            return exchangeBehind(read, timeout, trace);
        }
        try {
            return exchangeOnce(read, timeout, trace);
        } catch (IOException e) {
            if (!isWorthRepeating(e, fresh)) {
                throw e;
            }
            opened(wire.left());
            return repeated(read, trace, e);
        }
    }

    /** An exchange that leaves the connection where the answer is not there soon. */
    private byte[] exchangeSoon(Read read, Duration timeout, Duration most, Trace trace)
            throws IOException, RefusalException, InterruptedException {
        long until = clock.nanoTime() + wire.left().toNanos();
        wire.limit(most);
        boolean proven = !answeredNanos.isEmpty();
        parting = true;
        try {
            return exchangeOnce(read, timeout, trace);
        } catch (SocketTimeoutException e) {
            reset();
            if (Thread.currentThread().isInterrupted()) {
                throw e;
            }
            throw new OverdueException(Duration.ofNanos(until - clock.nanoTime()), proven);
        } catch (IOException e) {
            wire.limit(Duration.ofNanos(until - clock.nanoTime()));
            if (!isWorthRepeating(e, false)) {
                throw e;
            }
            parting = false;
            opened(wire.left());
            return repeated(read, trace, e);
        } finally {
            parting = false;
        }
    }

    /** An exchange that may be held up by another unit's answer, which is still to come. */
    private byte[] exchangeBehind(Read read, Duration timeout, Trace trace)
            throws IOException, RefusalException, InterruptedException {
        long until = clock.nanoTime() + wire.left().toNanos();
        wire.limit(patience.soon(read.unitId(), wire.left()));
        var before = Set.copyOf(unanswered);
        try {
            return exchangeOnce(read, timeout, trace);
        } catch (IOException e) {
            wire.limit(Duration.ofNanos(until - clock.nanoTime()));
            if (shut || Thread.currentThread().isInterrupted() || !wire.left().isPositive()) {
                throw e;
            }
            holding.addAll(before);
            holding.remove(read.unitId());
            reset();
            opened(wire.left());
            return repeated(read, trace, e);
        }
    }

    /** Whether another unit's answer may still come, on a connection that can be left behind. */
    private boolean isBehindAnother(int unit) {
        return pace.shared()
                && pace.warmUp().isZero()
                && transport.leavesBehind()
                && unanswered.stream().anyMatch(other -> other != unit);
    }

    /** The second try; where it gives nothing the first says more of what is wrong. */
    private byte[] repeated(Read read, Trace trace, IOException first)
            throws IOException, RefusalException, InterruptedException {
        try {
            return exchangeOnce(read, wire.left(), trace);
        } catch (SocketTimeoutException e) {
            first.addSuppressed(e);
            throw first;
        }
    }

    private byte[] exchangeOnce(Ask ask, Duration timeout, Trace trace)
            throws IOException, RefusalException, InterruptedException {
        var warming = pace.warmUp().minusNanos(clock.nanoTime() - openedNanos);
        if (warming.isPositive()) {
            clock.sleep(warming);
            wire.begin(timeout, trace);
        }
        long from = clock.nanoTime();
        boolean answered = false;
        boolean kept = false;
        talk.begin();
        try {
            var values = framing.exchange(ask, wire);
            answered = true;
            return values;
        } catch (RefusalException e) {
            answered = true;
            throw e;
        } catch (IOException e) {
            kept = framing.bears(e, wire);
            throw e;
        } finally {
            // A request that was given up, or goes on elsewhere, says nothing of the unit.
            if ((!talk.end() && !parting) || answered) {
                patience.learn(ask.unitId(), answered, clock.nanoTime() - from);
                countSilence(ask.unitId(), answered);
            }
            boolean left = !answered && (!kept || holding.contains(ask.unitId()));
            if (left || silentInARow >= MOST_SILENT) {
                reset();
            }
        }
    }

    private void countSilence(int unit, boolean answered) {
        if (answered) {
            answeredNanos.put(unit, clock.nanoTime());
            unanswered.clear();
            holding.remove(unit);
        } else {
            answeredNanos.remove(unit);
            unanswered.add(unit);
        }
        boolean good = answered || wire.isHeard() || (pace.warmUp().isPositive() && othersAnswer());
        silentInARow = good ? 0 : silentInARow + 1;
    }

    /** Whether a unit answered lately and was not silent since. */
    private boolean othersAnswer() {
        long now = clock.nanoTime();
        return answeredNanos.values().stream().anyMatch(at -> now - at < LATELY.toNanos());
    }

    private boolean isWorthRepeating(IOException failure, boolean fresh) {
        if (shut || Thread.currentThread().isInterrupted() || !wire.left().isPositive()) {
            return false;
        }
        return switch (failure) {
            case WrongAnswerException _ -> framing.bears(failure, wire);
            case SocketTimeoutException _ -> false;
            default -> !fresh && !wire.isHeard();
        };
    }

    private boolean isFoundSpoilt() throws InterruptedException {
        talk.begin();
        try {
            return isSpoilt();
        } finally {
            talk.end();
        }
    }

    /**
     * Whether a connection can't be used for a request: bytes lie there that nobody asked for, or
     * the device closed it while nothing was to be asked, as many do after some seconds.
     */
    private boolean isSpoilt() throws InterruptedException {
        try {
            if (framing.bearsUnasked()) {
                return false;
            }
            return wire.hasUnasked()
                    || (clock.nanoTime() - lastEndNanos >= IDLE_CHECK.toNanos()
                            && transport.read(new byte[1], 0, 1, SHORTEST) > 0);
        } catch (IOException _) {
            return true;
        }
    }
}
