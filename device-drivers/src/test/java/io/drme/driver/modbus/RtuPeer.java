package io.drme.driver.modbus;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Units on a serial line behind a device server, which a test lets misbehave at will. Every holding
 * register says its own unit and address: 1,000 × unit + address. Like a device server it keeps
 * what the line says while nobody is connected.
 */
final class RtuPeer implements AutoCloseable {
    /** What is sent for a request; {@code right} is what a good unit answers. */
    interface Manner {
        void answer(byte[] request, byte[] right, OutputStream out) throws Exception;
    }

    private static final int REQUEST_BYTES = 8;
    private static final Manner GOOD = (_, right, out) -> out.write(right);

    private final ServerSocket server;
    private final AtomicReference<Manner> manner = new AtomicReference<>(GOOD);
    private final AtomicReference<Socket> connection = new AtomicReference<>();
    private final AtomicInteger connects = new AtomicInteger();
    private final List<byte[]> held = new ArrayList<>();
    private final List<Integer> functions = new CopyOnWriteArrayList<>();
    private final Semaphore asked = new Semaphore(0);

    RtuPeer() throws IOException {
        server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().name("rtu-peer").start(this::run);
    }

    int port() {
        return server.getLocalPort();
    }

    int connects() {
        return connects.get();
    }

    /** The functions asked for so far. */
    List<Integer> functions() {
        return functions;
    }

    /** Waits until as many requests have been handled as were ever awaited, and one more. */
    void awaitRequest() throws InterruptedException {
        assertThat(asked.tryAcquire(10, TimeUnit.SECONDS)).as("a request came").isTrue();
    }

    /** Counts requests from here. */
    void forgetRequests() {
        asked.drainPermits();
    }

    void behave(Manner now) {
        manner.set(now);
    }

    void behave() {
        manner.set(GOOD);
    }

    /** Keeps answers back; those that are let go come first when the next request is there. */
    void holdAnswers() {
        manner.set((_, right, _) -> held.add(right));
    }

    /** Loses what was held. */
    void loseAnswers() {
        held.clear();
    }

    /** Sends what was held as soon as the next request is there, and then its own answer. */
    void answerLate() {
        manner.set((_, right, out) -> {
            var all = new ByteArrayOutputStream();
            for (var late : held) {
                all.writeBytes(late);
            }
            held.clear();
            all.writeBytes(right);
            out.write(all.toByteArray());
        });
    }

    private void run() {
        while (!server.isClosed()) {
            try (var socket = server.accept()) {
                connects.incrementAndGet();
                connection.set(socket);
                socket.setTcpNoDelay(true);
                var in = new DataInputStream(socket.getInputStream());
                while (true) {
                    var request = in.readNBytes(REQUEST_BYTES);
                    if (request.length < REQUEST_BYTES) {
                        break;
                    }
                    functions.add((int) request[1]);
                    manner.get().answer(request, right(request), socket.getOutputStream());
                    asked.release();
                }
            } catch (IOException _) {
                // The line hung up, or the test is over.
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private static byte[] right(byte[] request) {
        var in = ByteBuffer.wrap(request);
        if (request[1] == 8) {
            return request;
        }
        int count = in.getShort(4);
        var out = ByteBuffer.allocate(3 + 2 * count);
        out.put(request[0]).put(request[1]).put((byte) (2 * count));
        for (int i = 0; i < count; i++) {
            out.putShort((short) (1000 * request[0] + in.getShort(2) + i));
        }
        return sealed(out.array());
    }

    /** What a unit answers to a function that it does not know. */
    static byte[] refusal(byte[] request, int code) {
        return sealed(new byte[] {request[0], (byte) (request[1] | 0x80), (byte) code});
    }

    /**
     * A frame with its checksum, reckoned bit by bit from the polynomial as the manual draws it.
     */
    static byte[] sealed(byte[] frame) {
        int register = 0xFFFF;
        for (byte b : frame) {
            for (int bit = 0; bit < 8; bit++) {
                boolean carry = ((register ^ b >> bit) & 1) == 1;
                register >>>= 1;
                if (carry) {
                    register ^= 0b1010_0000_0000_0001;
                }
            }
        }
        var whole = ByteBuffer.allocate(frame.length + 2).put(frame);
        return whole.put((byte) register).put((byte) (register >> 8)).array();
    }

    @Override
    public void close() throws IOException {
        server.close();
        var last = connection.get();
        if (last != null) {
            last.close();
        }
    }
}
