package io.drme.demo;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The line between agent and centre, on loopback, that the outage story can cut. Cut means: open
 * connections are closed and new ones end at once.
 *
 * <p>Safe for use from any thread.
 */
final class Line implements AutoCloseable {
    private static final int COPY_BYTES = 16 << 10;

    private final ServerSocket server;
    private final InetSocketAddress target;
    private final ExecutorService threads =
            Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("line-", 0).factory());
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean cut = new AtomicBoolean();

    /** Begins to listen on a free port and to pass on to {@code targetPort}. */
    Line(int targetPort) throws IOException {
        target = new InetSocketAddress(InetAddress.getLoopbackAddress(), targetPort);
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        threads.execute(this::accept);
    }

    int port() {
        return server.getLocalPort();
    }

    void cut() {
        cut.set(true);
        open.forEach(Line::closeQuietly);
    }

    void mend() {
        cut.set(false);
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                var near = server.accept();
                open.add(near);
                threads.execute(() -> connect(near));
            } catch (IOException _) {
                return; // closed
            }
        }
    }

    private void connect(Socket near) {
        try (near;
                var far = new Socket()) {
            if (cut.get()) {
                return;
            }
            open.add(far);
            far.connect(target);
            far.setTcpNoDelay(true);
            near.setTcpNoDelay(true);
            var back = threads.submit(() -> copy(far, near));
            copy(near, far);
            back.cancel(true);
        } catch (IOException _) {
            // either end is gone; the other is closed by try
        } finally {
            open.remove(near);
        }
    }

    private void copy(Socket from, Socket to) {
        var buffer = new byte[COPY_BYTES];
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                out.write(buffer, 0, n);
            }
        } catch (IOException _) {
            // as when it ended
        }
        closeQuietly(from);
        closeQuietly(to);
        open.remove(from);
        open.remove(to);
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException _) {
            // it is closed then
        }
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        open.forEach(Line::closeQuietly);
        threads.shutdownNow();
    }
}
