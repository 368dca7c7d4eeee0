package io.drme.sim.gpio;

import io.drme.sim.DeviceContext;
import io.drme.sim.SimulatedDevice;
import io.drme.sim.fault.FaultKind;
import io.drme.sim.fault.Faults;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One simulated GPIO chip on its control port. */
final class GpioSimulator implements SimulatedDevice {
    /** The most clients at a time. */
    static final int MAX_SESSIONS = 32;

    private static final Logger log = LoggerFactory.getLogger(GpioSimulator.class);

    private final DeviceContext context;
    private final LineBank bank;
    private final Duration tick;
    private final ReentrantLock lock = new ReentrantLock();
    private final List<Session> sessions = new ArrayList<>();
    private final AtomicLong backNanos;
    private long restartedSince = Long.MIN_VALUE;
    private @Nullable ServerSocket server;
    private @Nullable Thread ticker;

    GpioSimulator(DeviceContext context, LineBank bank, Duration tick) {
        this.context = context;
        this.bank = bank;
        this.tick = tick;
        this.backNanos = new AtomicLong(context.clock().nanoTime());
    }

    @Override
    public void start() throws IOException {
        var listening = new ServerSocket();
        try {
            listening.setReuseAddress(true);
            listening.bind(context.listen());
        } catch (IOException e) {
            listening.close();
            throw new IOException(
                    "can't listen on %s (%s); is another simulator running there?"
                            .formatted(context.listen(), e.getMessage()),
                    e);
        }
        server = listening;
        var name = "sim-gpio-" + context.name();
        Thread.ofVirtual().name(name).start(() -> accept(listening));
        ticker = Thread.ofPlatform().name(name + "-tick").daemon().start(this::ticks);
        log.info(
                "device={} protocol=gpio address={} lines={}",
                context.name(),
                listening.getLocalSocketAddress(),
                bank.count());
    }

    private void accept(ServerSocket listening) {
        while (!listening.isClosed()) {
            try {
                serve(listening.accept());
            } catch (IOException e) {
                if (!listening.isClosed()) {
                    log.warn("device={} accept: {}", context.name(), e.getMessage());
                }
            }
        }
    }

    private void serve(Socket socket) throws IOException {
        if (isAway() || isTakenByOne()) {
            socket.close();
            return;
        }
        var session = new Session(context, bank, socket);
        lock.lock();
        try {
            if (sessions.size() == MAX_SESSIONS) {
                socket.getOutputStream()
                        .write("error too many clients\n".getBytes(StandardCharsets.US_ASCII));
                socket.close();
                return;
            }
            sessions.add(session);
        } finally {
            lock.unlock();
        }
        Thread.ofVirtual()
                .name("gpio-session")
                .start(() -> {
                    session.run();
                    forget(session);
                });
    }

    private boolean isAway() {
        return context.clock().nanoTime() - backNanos.get() < 0;
    }

    private boolean isTakenByOne() {
        lock.lock();
        try {
            return context.faults().ofDevice().kind() == FaultKind.ONE_CONNECTION
                    && !sessions.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    private void forget(Session session) {
        lock.lock();
        try {
            sessions.remove(session);
        } finally {
            lock.unlock();
        }
    }

    private void ticks() {
        try {
            while (true) {
                context.clock().sleep(tick);
                restart();
                bank.tick();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** Is gone for a while, once for each time that the fault is set. */
    private void restart() {
        var standing = context.faults().standing(Faults.WHOLE);
        if (standing.fault().kind() != FaultKind.RESTART
                || standing.sinceNanos() == restartedSince) {
            return;
        }
        restartedSince = standing.sinceNanos();
        backNanos.set(context.clock().nanoTime() + standing.fault().delay().toNanos());
        bank.forgetAll();
        endSessions();
    }

    private void endSessions() {
        lock.lock();
        try {
            sessions.forEach(Session::close);
            sessions.clear();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public InetSocketAddress address() {
        var listening = server;
        if (listening == null) {
            throw new IllegalStateException("not started: " + context.name());
        }
        return (InetSocketAddress) listening.getLocalSocketAddress();
    }

    @Override
    public List<String> units() {
        return List.of();
    }

    @Override
    public Set<FaultKind> faultKinds() {
        return Set.of(
                FaultKind.SILENT,
                FaultKind.SLOW,
                FaultKind.JITTER,
                FaultKind.RESET,
                FaultKind.EXCEPTION,
                FaultKind.WRONG_UNIT,
                FaultKind.SHORT,
                FaultKind.GARBAGE,
                FaultKind.DRIP,
                FaultKind.HALF_OPEN,
                FaultKind.RESTART,
                FaultKind.ONE_CONNECTION,
                FaultKind.STUCK,
                FaultKind.SPIKES,
                FaultKind.CHATTER,
                FaultKind.LOST_EDGES,
                FaultKind.WRONG_CLOCK,
                FaultKind.FROZEN);
    }

    @Override
    public void close() {
        var listening = server;
        var thread = ticker;
        if (listening == null || thread == null) {
            return;
        }
        thread.interrupt();
        try {
            listening.close();
        } catch (IOException e) {
            log.warn("device={} close: {}", context.name(), e.getMessage());
        }
        endSessions();
    }
}
