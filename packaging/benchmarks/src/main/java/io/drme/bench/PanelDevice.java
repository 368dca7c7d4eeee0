package io.drme.bench;

import io.drme.time.Clock;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.CountDownLatch;

/**
 * A Modbus TCP device with one register, which notes when it first answered with a new value. One
 * client at a time.
 */
final class PanelDevice implements AutoCloseable {
    private static final int REQUEST = 12;

    private final ServerSocket listener;
    private final Clock clock;
    private volatile Change change = new Change(0);

    /** A value, and when the client was told of it. */
    private static final class Change {
        private final int value;
        private final CountDownLatch told = new CountDownLatch(1);
        private volatile long toldNanos;

        Change(int value) {
            this.value = value;
        }
    }

    private PanelDevice(ServerSocket listener, Clock clock) {
        this.listener = listener;
        this.clock = clock;
    }

    static PanelDevice start(Clock clock) throws IOException {
        var device =
                new PanelDevice(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()), clock);
        Thread.ofPlatform().daemon().name("panel").start(device::serve);
        return device;
    }

    int port() {
        return listener.getLocalPort();
    }

    /** Changes the register; gives when an answer had the new value, in nanoseconds since 1970. */
    long change(int value) throws InterruptedException {
        var next = new Change(value);
        change = next;
        next.told.await();
        return next.toldNanos;
    }

    private void serve() {
        while (!listener.isClosed()) {
            try (var socket = listener.accept()) {
                socket.setTcpNoDelay(true);
                answer(socket);
            } catch (IOException _) {
                // the client went, or the benchmark is over
            }
        }
    }

    private void answer(Socket socket) throws IOException {
        var in = new DataInputStream(socket.getInputStream());
        var request = new byte[REQUEST];
        while (true) {
            in.readFully(request);
            var told = change;
            var answer =
                    new byte[] {
                        request[0],
                        request[1],
                        0,
                        0,
                        0,
                        5,
                        request[6],
                        request[7],
                        2,
                        (byte) (told.value >> 8),
                        (byte) told.value
                    };
            if (told.told.getCount() > 0) {
                told.toldNanos = clock.epochNanos();
            }
            socket.getOutputStream().write(answer);
            told.told.countDown();
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
