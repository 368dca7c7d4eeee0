package io.drme.driver.modbus;

import io.drme.time.Clock;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The way to the units at one endpoint: a line, and beside it a side lane for those that would hold
 * up the others.
 *
 * <p><b>A unit is slow</b> where its answers take longer than {@link Patience#FACTOR} times what
 * the fastest on the line takes, and {@link Patience#LEAST}; one that says nothing is slow too.
 *
 * <p><b>The side lane</b> is a second connection to a TCP gateway, made when a unit is slow for the
 * first time: the rest of its time it has there, while the others go on over a new main connection.
 * It comes back once its answers are quick again. A gateway that takes no second connection is not
 * asked for one for {@link #NO_SIDE_FOR}. There is none where the device needs a gap or a warm-up,
 * which would not hold over two connections, and none on a serial line, also behind a device
 * server: there two who ask at once would talk into one another.
 *
 * <p><b>Without a side lane</b> a slow answer takes the line's time from all. A slow unit for which
 * others had to wait may have one part in {@link #SHARE} of that time: it is asked again only once
 * the others had the rest. That wait is its own thread's, and nobody else's.
 *
 * <p>Safe for use from any thread.
 */
final class Lanes {
    /** For so long a gateway that took no second connection is not asked for one again. */
    static final Duration NO_SIDE_FOR = Duration.ofMinutes(10);

    /** A slow unit has one part in so many of the time of a line on which others wait. */
    static final int SHARE = 20;

    /** A write waits for the second connection for one part in so many of its time limit. */
    private static final int CONNECT_PART = 4;

    private final Line main;
    private final @Nullable Line side;
    private final Clock clock;

    /** Held for a few instructions at a time. */
    private final ReentrantLock lock = new ReentrantLock();

    private final Usual usual = new Usual();

    /** Units that are asked over the side lane. */
    private final Set<Integer> aside = new HashSet<>();

    /** By unit until when it lets others go before. */
    private final Map<Integer, Long> restUntilNanos = new HashMap<>();

    private long noSideUntilNanos;

    /**
     * Lanes of these lines.
     *
     * @param side the side lane; nothing where there must be none
     */
    Lanes(Line main, Optional<Line> side, Clock clock) {
        this.main = main;
        this.side = side.orElse(null);
        this.clock = clock;
        this.noSideUntilNanos = clock.nanoTime();
    }

    /** The lanes to an endpoint. */
    static Lanes to(Endpoint endpoint, Clock clock) {
        Optional<Line> side =
                endpoint instanceof Endpoint.Tcp
                        ? Optional.of(Line.to(endpoint, clock))
                        : Optional.empty();
        return new Lanes(Line.to(endpoint, clock), side, clock);
    }

    /** Sets how fast the way is used from now on; for all that share it. */
    void pace(Line.Pace now) {
        main.pace(now);
        if (!fitsSide(now)) {
            leaveSide();
        }
    }

    /** What was known of a unit that nobody asks for any more is forgotten. */
    void forget(int unit) {
        lock.lock();
        try {
            usual.forget(unit);
            restUntilNanos.remove(unit);
            aside.remove(unit);
            if (!aside.isEmpty()) {
                return;
            }
        } finally {
            lock.unlock();
        }
        leaveSide();
    }

    /** Nobody has a reason for the second connection: it is the gateway's again. */
    private void leaveSide() {
        lock.lock();
        try {
            aside.clear();
        } finally {
            lock.unlock();
        }
        if (side != null) {
            side.reset();
        }
    }

    /** How fast it is used now. */
    Line.Pace pace() {
        return main.pace();
    }

    /** Connects unless connected. */
    void open(Duration timeout) throws IOException, InterruptedException {
        try {
            main.open(timeout);
        } catch (IOException e) {
            if (side == null || !side.isOpen()) {
                throw e;
            }
            giveUp(side);
            main.open(timeout);
        }
    }

    /**
     * Reads as {@link Line#read(Line.Read, Duration, Trace)} does. Where the unit had its share of
     * the line, it waits first until the others had theirs, beyond the time limit.
     */
    byte[] read(Line.Read read, Duration timeout, Trace trace)
            throws IOException, RefusalException, InterruptedException {
        if (sideNow() == null) {
            clock.sleep(rest(read.unitId()));
        }
        return readNow(read, timeout, trace);
    }

    /** Reads without regard to the unit's share of the line: somebody waits for the answer. */
    byte[] readNow(Line.Read read, Duration timeout, Trace trace)
            throws IOException, RefusalException, InterruptedException {
        var second = sideNow();
        if (second == null) {
            return readCharged(read, timeout, trace);
        }
        int unit = read.unitId();
        if (isAside(unit)) {
            return readAside(second, read, timeout, trace);
        }
        try {
            var values = main.read(read, timeout, bound(timeout), trace);
            learn(unit, trace.tookNanos());
            return values;
        } catch (RefusalException e) {
            learn(unit, trace.tookNanos());
            throw e;
        } catch (OverdueException e) {
            if (!e.isProven() && second.isOpen()) {
                return readWithoutSide(second, read, e.left(), trace);
            }
            putAside(unit, timeout, second);
            return readAside(second, read, e.left(), trace);
        } catch (SocketException | EOFException e) {
            // Some gateways take a connection too many, and reset it.
            if (!second.isOpen() || Thread.currentThread().isInterrupted()) {
                throw e;
            }
            return readWithoutSide(second, read, timeout, trace);
        }
    }

    /**
     * Writes as {@link Line#write} does, with its whole time from its turn on. Where the second
     * connection can't be had, within a part of that time, it goes over the first; once it was sent
     * it is never sent again.
     */
    void write(WriteRequest write, Duration timeout, Trace trace)
            throws IOException, RefusalException, InterruptedException {
        var second = sideNow();
        if (second == null || !isAside(write.unitId())) {
            main.write(write, timeout, trace);
            return;
        }
        try {
            second.open(timeout.dividedBy(CONNECT_PART));
        } catch (IOException e) {
            if (Thread.currentThread().isInterrupted()) {
                throw e;
            }
            giveUp(second);
            main.write(write, timeout, trace);
            return;
        }
        try {
            second.write(write, timeout, trace);
        } catch (SocketException | EOFException e) {
            if (!Thread.currentThread().isInterrupted()) {
                giveUp(second);
            }
            throw e;
        }
    }

    /** What is to be known of a unit that is slow; empty where it is not. */
    String note(int unit) {
        lock.lock();
        try {
            if (aside.contains(unit)) {
                return "slow: it is asked over a connection of its own, so that its neighbours keep their polls";
            }
            long now = clock.nanoTime();
            return restUntilNanos.getOrDefault(unit, now) > now
                    ? "slow: it is asked less often than its poll says, for at most one part in %d of the line's time, so that its neighbours keep their polls"
                            .formatted(SHARE)
                    : "";
        } finally {
            lock.unlock();
        }
    }

    private static boolean fitsSide(Line.Pace pace) {
        return pace.shared() && pace.gap().isZero() && pace.warmUp().isZero();
    }

    private @Nullable Line sideNow() {
        if (side == null || !fitsSide(main.pace())) {
            return null;
        }
        lock.lock();
        try {
            return clock.nanoTime() - noSideUntilNanos >= 0 ? side : null;
        } finally {
            lock.unlock();
        }
    }

    private boolean isAside(int unit) {
        lock.lock();
        try {
            return aside.contains(unit);
        } finally {
            lock.unlock();
        }
    }

    /** How long a unit may take beside the others; the limit where none is known yet. */
    private Duration bound(Duration limit) {
        lock.lock();
        try {
            return Patience.soon(usual.fastestBut(aside), limit);
        } finally {
            lock.unlock();
        }
    }

    private void learn(int unit, long tookNanos) {
        lock.lock();
        try {
            usual.learn(unit, tookNanos);
        } finally {
            lock.unlock();
        }
    }

    private void putAside(int unit, Duration timeout, Line second) {
        lock.lock();
        try {
            usual.learn(unit, timeout.toNanos());
            aside.add(unit);
            second.pace(new Line.Pace(Duration.ZERO, Duration.ZERO, aside.size() > 1));
        } finally {
            lock.unlock();
        }
    }

    private byte[] readAside(Line second, Line.Read read, Duration left, Trace trace)
            throws IOException, RefusalException, InterruptedException {
        try {
            second.open(left);
        } catch (IOException e) {
            if (Thread.currentThread().isInterrupted()) {
                throw e;
            }
            return readWithoutSide(second, read, left, trace);
        }
        try {
            var values = second.read(read, left, trace);
            cameAside(read.unitId(), trace.tookNanos(), second);
            return values;
        } catch (RefusalException e) {
            cameAside(read.unitId(), trace.tookNanos(), second);
            throw e;
        } catch (SocketTimeoutException | Line.WrongAnswerException e) {
            learn(read.unitId(), left.toNanos());
            throw e;
        } catch (IOException e) {
            if (Thread.currentThread().isInterrupted()) {
                throw e;
            }
            // Closed by us, where sharing ended meanwhile, it says nothing against the gateway.
            return isAside(read.unitId())
                    ? readWithoutSide(second, read, left, trace)
                    : readCharged(read, left, trace);
        }
    }

    /**
     * The gateway closed the second connection, or took none, or says nothing on the first since
     * there is a second: it may have room for one only.
     */
    private byte[] readWithoutSide(Line second, Line.Read read, Duration left, Trace trace)
            throws IOException, RefusalException, InterruptedException {
        giveUp(second);
        return readCharged(read, left, trace);
    }

    private void giveUp(Line second) {
        lock.lock();
        try {
            noSideUntilNanos = clock.nanoTime() + NO_SIDE_FOR.toNanos();
            aside.clear();
        } finally {
            lock.unlock();
        }
        second.reset();
    }

    /** An answer came over the side lane: a unit that is quick again goes back. */
    private void cameAside(int unit, long tookNanos, Line second) {
        boolean empty;
        lock.lock();
        try {
            usual.learn(unit, tookNanos);
            var whole = Duration.ofNanos(Long.MAX_VALUE);
            if (usual.of(unit) <= Patience.soon(usual.fastestBut(aside), whole).toNanos()) {
                aside.remove(unit);
            }
            empty = aside.isEmpty();
        } finally {
            lock.unlock();
        }
        if (empty) {
            second.reset();
        }
    }

    /** Reads over the first connection; the time counts towards the unit's share. */
    private byte[] readCharged(Line.Read read, Duration timeout, Trace trace)
            throws IOException, RefusalException, InterruptedException {
        int unit = read.unitId();
        try {
            var values = main.read(read, timeout, trace);
            charge(unit, trace);
            return values;
        } catch (RefusalException e) {
            charge(unit, trace);
            throw e;
        }
    }

    private Duration rest(int unit) {
        lock.lock();
        try {
            long now = clock.nanoTime();
            return Duration.ofNanos(restUntilNanos.getOrDefault(unit, now) - now);
        } finally {
            lock.unlock();
        }
    }

    private void charge(int unit, Trace trace) {
        lock.lock();
        try {
            long took = trace.tookNanos();
            usual.learn(unit, took);
            long fastest = usual.fastestBut(Set.of(unit));
            boolean slow =
                    fastest > 0
                            && took
                                    > Patience.soon(fastest, Duration.ofNanos(Long.MAX_VALUE))
                                            .toNanos();
            if (slow && trace.haveOthersWaited()) {
                restUntilNanos.put(unit, clock.nanoTime() + (SHARE - 1) * took);
            } else {
                restUntilNanos.remove(unit);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Has a thread leave as {@link Line#release} does. */
    void release(Thread owner) {
        if (side != null && side.isUsedBy(owner)) {
            side.release(owner);
        } else {
            main.release(owner);
        }
    }

    /** Closes the connections; the next exchange opens new ones. */
    void reset() {
        main.reset();
        if (side != null) {
            side.reset();
        }
    }

    /** Closes the connections for ever. */
    void shutdown() {
        main.shutdown();
        if (side != null) {
            side.shutdown();
        }
    }
}
