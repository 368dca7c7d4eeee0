package io.drme.sim.modbus;

import io.drme.sim.DeviceContext;
import io.drme.sim.Ports;
import io.drme.sim.SimulatedDevice;
import io.drme.sim.fault.FaultKind;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A Modbus server of several units over TCP, with its own frames or those of a serial line: one
 * virtual thread accepts, one serves each connection, in the order of the requests. Faults are
 * looked up at each request.
 */
final class ModbusServer implements SimulatedDevice {
    /** The most connections at a time; real devices have 1 to 32. */
    static final int MAX_CONNECTIONS = 256;

    private static final Duration MOST_CLOSING = Duration.ofSeconds(2);

    private final DeviceContext context;
    private final Units units;
    private final Frames frames;
    private final ReentrantLock lock = new ReentrantLock();
    private final Set<Socket> connections = new HashSet<>();
    private @Nullable ServerSocket server;
    private @Nullable Thread acceptor;

    ModbusServer(DeviceContext context, Map<Integer, Unit> units, Frames frames) {
        this.context = context;
        this.units = new Units(context, units);
        this.frames = frames;
    }

    @Override
    public void start() throws IOException {
        var listening = Ports.listen(context.listen());
        var thread =
                Thread.ofVirtual()
                        .name("modbus-" + context.name())
                        .unstarted(() -> accept(listening));
        lock.lock();
        try {
            server = listening;
            acceptor = thread;
        } finally {
            lock.unlock();
        }
        thread.start();
    }

    @Override
    public InetSocketAddress address() {
        lock.lock();
        try {
            if (server == null) {
                throw new IllegalStateException(context.name() + " is not started");
            }
            return (InetSocketAddress) server.getLocalSocketAddress();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public List<String> units() {
        return units.names();
    }

    @Override
    public Set<FaultKind> faultKinds() {
        return EnumSet.complementOf(
                EnumSet.of(
                        frames == Frames.TCP ? FaultKind.CRC : FaultKind.WRONG_TRANSACTION,
                        FaultKind.WRONG_CLOCK,
                        FaultKind.FROZEN,
                        FaultKind.CHATTER,
                        FaultKind.LOST_EDGES));
    }

    @Override
    public String listening() {
        var at = SimulatedDevice.super.listening();
        return frames == Frames.TCP ? at : "rtu-tcp://" + at;
    }

    /** Waits for the accepting thread too: until it has woken up, the system keeps the port. */
    @Override
    public void close() {
        Thread accepting;
        lock.lock();
        try {
            closeQuietly(server);
            connections.forEach(ModbusServer::closeQuietly);
            connections.clear();
            accepting = acceptor;
        } finally {
            lock.unlock();
        }
        if (accepting != null) {
            try {
                accepting.join(MOST_CLOSING);
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static void closeQuietly(@Nullable AutoCloseable closeable) {
        if (closeable != null) {
            try {
                closeable.close();
            } catch (Exception _) {
                // A socket that can't even be closed is of no more use either way.
            }
        }
    }

    private void accept(ServerSocket listening) {
        while (!listening.isClosed()) {
            try {
                var connection = listening.accept();
                if (enter(listening, connection)) {
                    Thread.ofVirtual()
                            .name("modbus-" + context.name() + "-" + connection.getPort())
                            .start(() -> serve(connection));
                } else {
                    connection.close();
                }
            } catch (IOException _) {
                // The server was closed, or one client failed to arrive: the loop decides.
            }
        }
    }

    private boolean enter(ServerSocket listening, Socket connection) {
        lock.lock();
        try {
            int most =
                    context.faults().ofDevice().kind() == FaultKind.ONE_CONNECTION
                            ? 1
                            : MAX_CONNECTIONS;
            return !listening.isClosed()
                    && !units.isAway()
                    && connections.size() < most
                    && connections.add(connection);
        } finally {
            lock.unlock();
        }
    }

    private static Server.Connection ofSocket(Socket socket) {
        return new Server.Connection() {
            @Override
            public boolean outlastsRestart() {
                return false;
            }

            @Override
            public void reset() throws IOException {
                socket.setSoLinger(true, 0);
            }

            @Override
            public void halfClose() throws IOException {
                socket.shutdownOutput();
            }
        };
    }

    private void serve(Socket connection) {
        try (connection) {
            connection.setTcpNoDelay(true);
            var in = new DataInputStream(connection.getInputStream());
            var out = connection.getOutputStream();
            new Server(context, units, frames, frames == Frames.RTU)
                    .serve(ofSocket(connection), in, out);
        } catch (IOException _) {
            // The client went away.
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            lock.lock();
            try {
                connections.remove(connection);
            } finally {
                lock.unlock();
            }
        }
    }
}
