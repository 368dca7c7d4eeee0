package io.drme.sim.line;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A line on loopback between real programs that can be cut, turned into a black hole, held up, or
 * made narrow: a TCP proxy. Its methods may be called from any thread.
 *
 * <p>A narrow line is as a modem with a large buffer is: what all connections send up stands in one
 * queue, first in, first out, that empties at a rate and is never full. What comes down passes at
 * once.
 */
public final class TcpLine implements AutoCloseable {
    private static final int BUFFER_BYTES = 16 << 10;

    /** A narrow line takes turns in such pieces. */
    private static final int PIECE_BYTES = 4 << 10;

    private static final int CLOSE_SECONDS = 2;

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
    private final AtomicLong bytesUp = new AtomicLong();
    private final NarrowQueue queue = new NarrowQueue();
    private Mode mode = Mode.OPEN;
    private long delayNanos;

    /** Opens a line to a port of this machine, as wide as that. */
    public TcpLine(int targetPort) throws IOException {
        this(targetPort, 0, "");
    }

    /**
     * Opens a line to a port of this machine.
     *
     * @param bytesPerSecond how much passes upwards; 0 is without limit
     * @param watched a connection whose first bytes hold this text is the one that {@link
     *     #deepestAhead} tells of; none where it is empty
     */
    public TcpLine(int targetPort, long bytesPerSecond, String watched) throws IOException {
        this.targetPort = targetPort;
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        threads.execute(() -> accept(bytesPerSecond, watched));
        if (bytesPerSecond > 0) {
            threads.execute(() -> queue.drain(bytesPerSecond));
        }
    }

    /** The port to connect to instead of the target's. */
    public int port() {
        return server.getLocalPort();
    }

    /** Bytes that passed, both ways. */
    public long bytes() {
        return bytes.get();
    }

    /** Bytes that passed upwards. */
    public long bytesUp() {
        return bytesUp.get();
    }

    /** The most bytes that stood in the queue when something of the watched connection came. */
    public long deepestAhead() {
        return queue.deepestAhead();
    }

    /** Forgets what was the most so far. */
    public void watchFromNow() {
        queue.watchFromNow();
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

    private void accept(long bytesPerSecond, String watched) {
        while (!server.isClosed()) {
            try {
                var from = server.accept();
                sockets.add(from);
                threads.execute(() -> connect(from, bytesPerSecond > 0, watched));
            } catch (IOException _) {
                // It was closed.
            }
        }
    }

    private void connect(Socket from, boolean isNarrow, String watched) {
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
            threads.execute(() -> up(from, to, isNarrow, watched));
            pump(
                    from,
                    to,
                    to,
                    BUFFER_BYTES,
                    (piece, length) -> {
                        from.getOutputStream().write(piece, 0, length);
                        bytes.addAndGet(length);
                    });
        } catch (IOException _) {
            close(from);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void up(Socket from, Socket to, boolean isNarrow, String watched) {
        if (!isNarrow) {
            pump(from, to, from, BUFFER_BYTES, (piece, length) -> pass(to, piece, length));
            return;
        }
        var isWatched = new boolean[1];
        var isFirst = new boolean[] {true};
        pump(
                from,
                to,
                from,
                PIECE_BYTES,
                (piece, length) -> {
                    if (isFirst[0]) {
                        isFirst[0] = false;
                        var text = new String(piece, 0, length, StandardCharsets.ISO_8859_1);
                        isWatched[0] = !watched.isEmpty() && text.contains(watched);
                    }
                    var copy = Arrays.copyOf(piece, length);
                    queue.add(
                            length,
                            isWatched[0],
                            () -> {
                                try {
                                    pass(to, copy, length);
                                } catch (IOException _) {
                                    close(to);
                                }
                            });
                });
    }

    private void pass(Socket to, byte[] piece, int length) throws IOException {
        to.getOutputStream().write(piece, 0, length);
        bytes.addAndGet(length);
        bytesUp.addAndGet(length);
    }

    private interface Sink {
        void take(byte[] piece, int length) throws IOException;
    }

    private void pump(Socket one, Socket other, Socket from, int pieceBytes, Sink sink) {
        var buffer = new byte[pieceBytes];
        try {
            for (int n = from.getInputStream().read(buffer);
                    n >= 0 && passes();
                    n = from.getInputStream().read(buffer)) {
                sink.take(buffer, n);
            }
        } catch (IOException _) {
            // One side ended; so does the other.
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            close(one);
            close(other);
            sockets.remove(one);
            sockets.remove(other);
        }
    }

    /** Waits while the line is a black hole or held up; false when it is cut. */
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
            threads.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
