package io.drme.driver.modbus;

import com.ghgande.j2mod.modbus.msg.ModbusRequest;
import com.ghgande.j2mod.modbus.msg.ReadCoilsRequest;
import com.ghgande.j2mod.modbus.msg.ReadInputDiscretesRequest;
import com.ghgande.j2mod.modbus.msg.ReadInputRegistersRequest;
import com.ghgande.j2mod.modbus.msg.ReadMultipleRegistersRequest;
import io.drme.time.Clock;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serial;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One connection, on which requests follow one another, of one device or of several units behind a
 * gateway. It opens itself when it is needed.
 *
 * <p><b>No stale answers.</b> After any failure, a time-out included, the connection is closed: an
 * answer that comes late finds nobody. Transaction ids go on over connections, and every answer
 * must have the request's transaction, unit, function and length; bytes that nobody asked for close
 * the connection before a request is sent.
 *
 * <p><b>Threads.</b> Any thread may call; one exchange at a time, first come first served. {@link
 * #reset} and {@link #shutdown} end a blocked exchange.
 */
final class Line {
    /** After so much idleness it is looked whether the device has closed the connection. */
    static final Duration IDLE_CHECK = Duration.ofSeconds(5);

    private static final int HEADER_BYTES = 7;
    private static final int LEAST_LENGTH = 3;
    private static final int MOST_LENGTH = 254;
    private static final int EXCEPTION_BIT = 0x80;
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final String host;
    private final int port;
    private final Clock clock;
    private final ReentrantLock lock = new ReentrantLock(true);
    private final AtomicReference<Socket> connection = new AtomicReference<>(new Socket());
    private volatile boolean shut;
    private int transaction;
    private long lastEndNanos;

    Line(String host, int port, Clock clock) {
        this.host = host;
        this.port = port;
        this.clock = clock;
        this.lastEndNanos = clock.nanoTime() - Duration.ofDays(1).toNanos();
    }

    /** What one read is about. */
    record Read(int unitId, Area area, int start, int count) {}

    /** The bytes that passed last, kept by the device that asked. */
    static final class Trace {
        private byte[] request = new byte[0];
        private byte[] answer = new byte[0];

        byte[] request() {
            return request;
        }

        byte[] answer() {
            return answer;
        }
    }

    /** An answer that does not belong to its request, or is none. */
    static final class WrongAnswerException extends IOException {
        @Serial private static final long serialVersionUID = 1;

        WrongAnswerException(String message) {
            super(message);
        }
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
     * @param timeout for all of it, from the first byte sent to the last received
     * @param gap pause since the last exchange
     * @return the values of the answer, exactly as many bytes as were asked for
     * @throws RefusalException when the device answers by an exception code
     * @throws IOException when the answer did not come, not in time, or was wrong; the connection
     *     is closed
     */
    byte[] read(Read read, Duration timeout, Duration gap, Trace trace)
            throws IOException, RefusalException, InterruptedException {
        lock.lockInterruptibly();
        try {
            clock.sleep(gap.minusNanos(clock.nanoTime() - lastEndNanos));
            boolean whole = false;
            try {
                var values = exchange(read, timeout, trace);
                whole = true;
                return values;
            } catch (RefusalException e) {
                whole = true;
                throw e;
            } finally {
                lastEndNanos = clock.nanoTime();
                if (!whole) {
                    reset();
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** Closes the connection; the next exchange opens a new one. */
    void reset() {
        closeQuietly(connection.get());
    }

    /** Closes the connection for ever. */
    void shutdown() {
        shut = true;
        reset();
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException _) {
            // It is dropped either way.
        }
    }

    private Socket opened(Duration timeout) throws IOException {
        var present = connection.get();
        if (present.isConnected() && !present.isClosed()) {
            return present;
        }
        closeQuietly(present);
        var socket = new Socket();
        connection.set(socket);
        if (shut) {
            throw new SocketException("closed");
        }
        try {
            var address = new InetSocketAddress(host, port);
            if (address.isUnresolved()) {
                throw new UnknownHostException(host);
            }
            socket.setTcpNoDelay(true);
            socket.setKeepAlive(true);
            socket.connect(address, Math.max(1, (int) timeout.toMillis()));
            return socket;
        } catch (IOException e) {
            closeQuietly(socket);
            throw e;
        }
    }

    private byte[] exchange(Read read, Duration timeout, Trace trace)
            throws IOException, RefusalException {
        long deadline = clock.nanoTime() + timeout.toNanos();
        var socket = opened(timeout);
        if (isSpoilt(socket)) {
            reset();
            socket = opened(timeout);
        }
        var in = socket.getInputStream();
        transaction = (transaction + 1) & 0xFFFF;
        var request = encode(read, transaction);
        trace.request = request;
        trace.answer = new byte[0];
        socket.getOutputStream().write(request);

        var answer = new byte[HEADER_BYTES + MOST_LENGTH];
        var reader = new BoundedReader(socket, in, deadline);
        reader.fill(answer, 0, HEADER_BYTES, trace);
        int pduBytes = pduBytes(read, answer, transaction);
        reader.fill(answer, HEADER_BYTES, pduBytes, trace);
        return values(read, answer, pduBytes);
    }

    /**
     * Whether a connection can't be used for a request: bytes lie there that nobody asked for, or
     * the device closed it while nothing was to be asked, as many do after some seconds.
     */
    private boolean isSpoilt(Socket socket) throws IOException {
        var in = socket.getInputStream();
        if (in.available() > 0) {
            return true;
        }
        if (clock.nanoTime() - lastEndNanos < IDLE_CHECK.toNanos()) {
            return false;
        }
        try {
            socket.setSoTimeout(1);
            in.read();
            return true;
        } catch (SocketTimeoutException _) {
            return false;
        } catch (SocketException _) {
            return true;
        }
    }

    /** The frame of a read request, by j2mod. */
    static byte[] encode(Read read, int transaction) throws IOException {
        ModbusRequest request =
                switch (read.area()) {
                    case COIL -> new ReadCoilsRequest(read.start(), read.count());
                    case DISCRETE -> new ReadInputDiscretesRequest(read.start(), read.count());
                    case INPUT -> new ReadInputRegistersRequest(read.start(), read.count());
                    case HOLDING -> new ReadMultipleRegistersRequest(read.start(), read.count());
                };
        request.setUnitID(read.unitId());
        request.setTransactionID(transaction);
        var bytes = new ByteArrayOutputStream(12);
        request.writeTo(new DataOutputStream(bytes));
        return bytes.toByteArray();
    }

    /** How many bytes follow the header of an answer, which must belong to the request. */
    static int pduBytes(Read read, byte[] answer, int transaction) throws WrongAnswerException {
        int length = word(answer, 4);
        check("protocol", word(answer, 2), 0);
        check("length", length, Math.clamp(length, LEAST_LENGTH, MOST_LENGTH));
        check("transaction", word(answer, 0), transaction);
        check("unit", answer[6] & 0xFF, read.unitId());
        return length - 1;
    }

    /** The values in an answer whose header was found good and whose PDU is there. */
    static byte[] values(Read read, byte[] answer, int pduBytes)
            throws RefusalException, WrongAnswerException {
        int function = answer[HEADER_BYTES] & 0xFF;
        int asked = read.area().function();
        if (function == (asked | EXCEPTION_BIT)) {
            check("length of refusal", pduBytes, 2);
            throw new RefusalException(answer[HEADER_BYTES + 1] & 0xFF);
        }
        check("function", function, asked);
        int expected = read.area().answerBytes(read.count());
        check("count of bytes", answer[HEADER_BYTES + 1] & 0xFF, expected);
        check("length", pduBytes, expected + 2);
        int from = HEADER_BYTES + 2;
        return Arrays.copyOfRange(answer, from, from + expected);
    }

    private static void check(String field, int found, int expected) throws WrongAnswerException {
        if (found != expected) {
            throw new WrongAnswerException(
                    "the answer's %s is %d, not %d".formatted(field, found, expected));
        }
    }

    private static int word(byte[] bytes, int at) {
        return (bytes[at] & 0xFF) << 8 | (bytes[at + 1] & 0xFF);
    }

    /** Reads against one deadline, so that a device which drips bytes does not hold us. */
    private final class BoundedReader {
        private final Socket socket;
        private final InputStream in;
        private final long deadlineNanos;

        BoundedReader(Socket socket, InputStream in, long deadlineNanos) {
            this.socket = socket;
            this.in = in;
            this.deadlineNanos = deadlineNanos;
        }

        void fill(byte[] into, int at, int count, Trace trace) throws IOException {
            int end = at + count;
            for (int got = at; got < end; ) {
                long left = deadlineNanos - clock.nanoTime();
                if (left <= 0) {
                    throw new SocketTimeoutException("only part of the answer came in time");
                }
                socket.setSoTimeout((int) Math.max(1, left / NANOS_PER_MILLI));
                int more = in.read(into, got, end - got);
                if (more < 0) {
                    throw new EOFException("the device closed the connection");
                }
                got += more;
                trace.answer = Arrays.copyOf(into, got);
            }
        }
    }
}
