package io.drme.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A line on loopback between real programs that a test can cut, turn into a black hole, or slow
 * down: a TCP proxy. Its methods may be called from any thread.
 */
public final class TcpLine implements AutoCloseable {
    private static final int BUFFER_BYTES = 16 << 10;

    /** How the line is. */
    private enum Mode {
        OPEN,
        /** Connections end, and new ones too. */
        CUT,
        /** Connections stand, and nothing passes. */
        BLACK_HOLE
    }

    private final int targetPort;
    private final ServerSocket server;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final ExecutorService threads =
            Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("line-", 0).factory());
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final AtomicLong bytes = new AtomicLong();
    private Mode mode = Mode.OPEN;
    private long delayNanos;

    /** Opens a line to a port of this machine. */
    public TcpLine(int targetPort) throws IOException {
        this.targetPort = targetPort;
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        threads.execute(this::accept);
    }

    /** The port to connect to instead of the target's. */
    public int port() {
        return server.getLocalPort();
    }

    /** Bytes that passed, both ways. */
    public long bytes() {
        return bytes.get();
    }

    /** Lets everything pass. */
    public void mend() {
        set(Mode.OPEN);
    }

    /** Ends all connections, and those that come. */
    public void cut() {
        set(Mode.CUT);
        sockets.forEach(TcpLine::close);
    }

    /** Lets connections stand, but nothing pass any more. */
    public void blackHole() {
        set(Mode.BLACK_HOLE);
    }

    /** Holds every piece up for so long, each way. */
    public void delay(Duration time) {
        lock.lock();
        try {
            delayNanos = time.toNanos();
        } finally {
            lock.unlock();
        }
    }

    private void set(Mode now) {
        lock.lock();
        try {
            mode = now;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                var from = server.accept();
                sockets.add(from);
                threads.execute(() -> connect(from));
            } catch (IOException _) {
                // It was closed.
            }
        }
    }

    private void connect(Socket from) {
        try {
            if (!passes()) {
                close(from);
                return;
            }
            var to = new Socket();
            sockets.add(to);
            to.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), targetPort));
            from.setTcpNoDelay(true);
            to.setTcpNoDelay(true);
            threads.execute(() -> pump(from, to));
            pump(to, from);
        } catch (IOException _) {
            close(from);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void pump(Socket from, Socket to) {
        var buffer = new byte[BUFFER_BYTES];
        try {
            for (int n = from.getInputStream().read(buffer);
                    n >= 0 && passes();
                    n = from.getInputStream().read(buffer)) {
                to.getOutputStream().write(buffer, 0, n);
                bytes.addAndGet(n);
            }
        } catch (IOException _) {
            // One side ended; so does the other.
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            close(from);
            close(to);
            sockets.remove(from);
            sockets.remove(to);
        }
    }

    /** Waits while the line is a black hole or slow; false when it is cut. */
    private boolean passes() throws InterruptedException {
        lock.lock();
        try {
            long left = delayNanos;
            while (mode == Mode.BLACK_HOLE || (mode == Mode.OPEN && left > 0)) {
                if (mode == Mode.BLACK_HOLE) {
                    changed.await();
                } else {
                    left = changed.awaitNanos(left);
                }
            }
            return mode == Mode.OPEN;
        } finally {
            lock.unlock();
        }
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException _) {
            // It is of no use any more.
        }
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        cut();
        threads.shutdownNow();
        try {
            threads.awaitTermination(2, TimeUnit.SECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
