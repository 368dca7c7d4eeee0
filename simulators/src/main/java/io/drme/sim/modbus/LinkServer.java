package io.drme.sim.modbus;

import io.drme.sim.Ports;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Takes connections, each on a virtual thread, until it is closed. A serial port is one connection
 * from the beginning, on a platform thread, which its reads hold. Safe for use from any thread.
 */
final class LinkServer implements AutoCloseable {
    /** The most connections at a time; what comes beyond is closed at once. */
    static final int MAX_CONNECTIONS = 256;

    private static final Duration MOST_CLOSING = Duration.ofSeconds(2);

    private final LinkUrl url;
    private final Consumer<Link> serve;
    private final ReentrantLock lock = new ReentrantLock();
    private final Set<Link> links = new HashSet<>();
    private final @Nullable ServerSocket server;
    private final Thread first;
    private volatile boolean closed;

    /** Listens, and returns once connections are accepted. */
    LinkServer(LinkUrl url, Consumer<Link> serve) throws IOException {
        this.url = url;
        this.serve = serve;
        var serial = url.serial();
        if (serial.isPresent()) {
            server = null;
            var port = SerialPort.open(serial.get(), () -> closed);
            first =
                    Thread.ofPlatform()
                            .daemon()
                            .name("modbus-serial")
                            .start(() -> serve(Link.of(port)));
        } else {
            var listening = Ports.listen(url.address().orElseThrow());
            server = listening;
            first = Thread.ofVirtual().name("modbus-accept").start(() -> accept(listening));
        }
    }

    /** Where it listens, as a person writes it. */
    String listening() {
        var socket = server;
        return url.text(
                socket == null
                        ? new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)
                        : (InetSocketAddress) socket.getLocalSocketAddress());
    }

    private void accept(ServerSocket listening) {
        while (!closed) {
            try {
                var socket = listening.accept();
                var link = Link.of(socket);
                Thread.ofVirtual().name("modbus-" + socket.getPort()).start(() -> serve(link));
            } catch (IOException _) {
                // The server was closed, or one client failed to arrive: the loop decides.
            }
        }
    }

    private void serve(Link link) {
        try (link) {
            if (enter(link)) {
                serve.accept(link);
            }
        } finally {
            lock.lock();
            try {
                links.remove(link);
            } finally {
                lock.unlock();
            }
        }
    }

    private boolean enter(Link link) {
        lock.lock();
        try {
            return !closed && links.size() < MAX_CONNECTIONS && links.add(link);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        closed = true;
        Optional.ofNullable(server).ifPresent(Link::quietly);
        lock.lock();
        try {
            links.forEach(Link::close);
        } finally {
            lock.unlock();
        }
        try {
            first.join(MOST_CLOSING);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
