package io.drme.sim.modbus;

import io.drme.sim.DeviceContext;
import io.drme.sim.Ports;
import io.drme.sim.SimulatedDevice;
import io.drme.sim.fault.Fault;
import io.drme.sim.fault.FaultKind;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A Modbus TCP server of several units: one virtual thread accepts, one serves each connection, in
 * the order of the requests. Faults are looked up at each request.
 */
final class ModbusServer implements SimulatedDevice {
    /** The most connections at a time; real devices have 1 to 32. */
    static final int MAX_CONNECTIONS = 256;

    /** Exception of a gateway behind which a unit does not answer. */
    static final int TARGET_FAILED = 0x0B;

    private static final Duration MOST_CLOSING = Duration.ofSeconds(2);
    private static final int HEADER_BYTES = 7;
    private static final int MOST_LENGTH = 254;
    private static final byte GARBAGE_BYTE = (byte) 0xA5;
    private static final int GARBAGE_BYTES = 20;

    private final DeviceContext context;
    private final Map<Integer, Unit> units;
    private final ReentrantLock lock = new ReentrantLock();
    private final Set<Socket> connections = new HashSet<>();
    private @Nullable ServerSocket server;
    private @Nullable Thread acceptor;

    ModbusServer(DeviceContext context, Map<Integer, Unit> units) {
        this.context = context;
        this.units = new TreeMap<>(units);
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
        return units.keySet().stream().map(String::valueOf).toList();
    }

    @Override
    public Set<FaultKind> faultKinds() {
        return Set.of(FaultKind.values());
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
            return !listening.isClosed()
                    && connections.size() < MAX_CONNECTIONS
                    && connections.add(connection);
        } finally {
            lock.unlock();
        }
    }

    private void serve(Socket connection) {
        try (connection) {
            connection.setTcpNoDelay(true);
            var in = new DataInputStream(connection.getInputStream());
            var out = connection.getOutputStream();
            while (serveOne(connection, in, out)) {
                // Everything is in the condition.
            }
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

    /** Serves one request; false where the connection is to be closed. */
    private boolean serveOne(Socket connection, DataInputStream in, OutputStream out)
            throws IOException, InterruptedException {
        var header = new byte[HEADER_BYTES];
        in.readFully(header);
        var fields = ByteBuffer.wrap(header);
        int length = fields.getShort(4) & 0xFFFF;
        if (fields.getShort(2) != 0 || length < 2 || length > MOST_LENGTH) {
            return false;
        }
        var request = new byte[length - 1];
        in.readFully(request);
        int unit = header[6] & 0xFF;
        var fault = context.faults().of(String.valueOf(unit));
        switch (fault.kind()) {
            case SILENT -> {
                return true;
            }
            case SLOW -> context.clock().sleep(fault.delay());
            case RESET -> {
                connection.setSoLinger(true, 0);
                return false;
            }
            case HALF_OPEN -> {
                connection.shutdownOutput();
                in.transferTo(OutputStream.nullOutputStream());
                return false;
            }
            case GARBAGE -> {
                var garbage = new byte[GARBAGE_BYTES];
                Arrays.fill(garbage, GARBAGE_BYTE);
                out.write(garbage);
                return true;
            }
            default -> {}
        }
        var answer = framed(header, answer(unit, request, fault), fault);
        send(out, answer, fault);
        return true;
    }

    private byte[] answer(int unitId, byte[] request, Fault fault) {
        int function = request[0] & 0xFF;
        if (fault.kind() == FaultKind.EXCEPTION) {
            return Pdu.exception(function, fault.code() == 0 ? Pdu.DEVICE_FAILURE : fault.code());
        }
        var unit = units.get(unitId);
        if (unit == null) {
            return Pdu.exception(function, TARGET_FAILED);
        }
        lock.lock();
        try {
            var answer = Pdu.answer(unit, request, context.elapsedNanos());
            return fault.kind() == FaultKind.SHORT ? shortened(answer) : answer;
        } finally {
            lock.unlock();
        }
    }

    /** Leaves out the last register, or the last byte of bits, and says so in the byte count. */
    private static byte[] shortened(byte[] answer) {
        int less = (answer[0] & 0xFF) == 3 || answer[0] == 4 ? 2 : 1;
        if (answer[0] < 1 || answer[0] > 4 || answer.length - less < 2) {
            return answer;
        }
        var shorter = Arrays.copyOf(answer, answer.length - less);
        shorter[1] = (byte) (shorter.length - 2);
        return shorter;
    }

    private static byte[] framed(byte[] header, byte[] pdu, Fault fault) {
        var frame = ByteBuffer.allocate(HEADER_BYTES + pdu.length);
        int transaction = (header[0] & 0xFF) << 8 | (header[1] & 0xFF);
        int unit = header[6] & 0xFF;
        frame.putShort(
                (short)
                        (fault.kind() == FaultKind.WRONG_TRANSACTION
                                ? transaction - 1
                                : transaction));
        frame.putShort((short) 0);
        frame.putShort((short) (pdu.length + 1));
        frame.put((byte) (fault.kind() == FaultKind.WRONG_UNIT ? unit + 1 : unit));
        frame.put(pdu);
        return frame.array();
    }

    private void send(OutputStream out, byte[] answer, Fault fault)
            throws IOException, InterruptedException {
        if (fault.kind() != FaultKind.DRIP) {
            out.write(answer);
            return;
        }
        for (byte b : answer) {
            context.clock().sleep(fault.delay());
            out.write(b);
        }
    }
}
