package io.drme.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A slow line on loopback as a modem with a large buffer is: a TCP proxy in which what all
 * connections send up stands in one queue, first in, first out, that empties at a rate and is never
 * full. What comes down passes at once. Its methods may be called from any thread.
 */
public final class NarrowLine implements AutoCloseable {
    private static final int PIECE_BYTES = 4 << 10;
    private static final long NANOS_PER_SECOND = 1_000_000_000;

    private final int targetPort;
    private final long bytesPerSecond;
    private final String marked;
    private final ServerSocket server;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final ExecutorService threads =
            Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("narrow-", 0).factory());
    private final BlockingQueue<Piece> queue = new LinkedBlockingQueue<>();
    private final AtomicLong queuedBytes = new AtomicLong();
    private final AtomicLong deepest = new AtomicLong();
    private final AtomicLong passed = new AtomicLong();

    @SuppressWarnings("ArrayRecordComponent") // bytes are handed on, never compared
    private record Piece(Socket to, byte[] bytes) {}

    /**
     * Opens a line to a port of this machine.
     *
     * @param marked a connection whose first bytes hold this text is the one that is watched
     */
    public NarrowLine(int targetPort, long bytesPerSecond, String marked) throws IOException {
        this.targetPort = targetPort;
        this.bytesPerSecond = bytesPerSecond;
        this.marked = marked;
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        threads.execute(this::accept);
        threads.execute(this::drain);
    }

    /** The port to connect to instead of the target's. */
    public int port() {
        return server.getLocalPort();
    }

    /** Bytes that passed upwards. */
    public long passed() {
        return passed.get();
    }

    /** The most bytes that stood in the queue when something of the watched connection came. */
    public long deepestAhead() {
        return deepest.get();
    }

    /** Forgets what was the most so far. */
    public void watchFromNow() {
        deepest.set(0);
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
            var to = new Socket();
            sockets.add(to);
            to.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), targetPort));
            from.setTcpNoDelay(true);
            to.setTcpNoDelay(true);
            threads.execute(() -> up(from, to));
            to.getInputStream().transferTo(from.getOutputStream());
        } catch (IOException _) {
            // One side ended; so does the other.
        } finally {
            close(from);
        }
    }

    private void up(Socket from, Socket to) {
        var buffer = new byte[PIECE_BYTES];
        boolean first = true;
        boolean watched = false;
        try {
            for (int n = from.getInputStream().read(buffer);
                    n >= 0;
                    n = from.getInputStream().read(buffer)) {
                if (first) {
                    watched =
                            new String(buffer, 0, n, StandardCharsets.ISO_8859_1).contains(marked);
                    first = false;
                }
                var bytes = new byte[n];
                System.arraycopy(buffer, 0, bytes, 0, n);
                long ahead = queuedBytes.getAndAdd(n);
                if (watched) {
                    deepest.accumulateAndGet(ahead, Math::max);
                }
                queue.add(new Piece(to, bytes));
            }
        } catch (IOException _) {
            // One side ended; so does the other.
        } finally {
            close(from);
            close(to);
        }
    }

    private void drain() {
        var pace = new ReentrantLock();
        var due = pace.newCondition();
        pace.lock();
        try {
            while (true) {
                var piece = queue.take();
                long left = piece.bytes().length * NANOS_PER_SECOND / bytesPerSecond;
                while (left > 0) {
                    left = due.awaitNanos(left);
                }
                queuedBytes.addAndGet(-piece.bytes().length);
                passed.addAndGet(piece.bytes().length);
                write(piece);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            pace.unlock();
        }
    }

    private static void write(Piece piece) {
        try {
            piece.to().getOutputStream().write(piece.bytes());
        } catch (IOException _) {
            close(piece.to());
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
        sockets.forEach(NarrowLine::close);
        threads.shutdownNow();
        try {
            threads.awaitTermination(2, TimeUnit.SECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
