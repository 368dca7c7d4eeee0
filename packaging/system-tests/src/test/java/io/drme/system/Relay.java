package io.drme.system;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/**
 * Takes connections at one place and carries them to another: a loopback port here, a socket file,
 * which networks apart from each other share. {@code Relay FROM TO [FROM TO …]}, each {@code
 * tcp:PORT} or {@code unix:FILE}.
 */
final class Relay implements AutoCloseable {
    private static final int BUFFER_BYTES = 64 * 1024;
    private final ServerSocketChannel server;
    private final SocketAddress to;

    private Relay(ServerSocketChannel server, SocketAddress to) {
        this.server = server;
        this.to = to;
    }

    static Relay start(String from, String to) throws IOException {
        var at = address(from);
        var server =
                at instanceof UnixDomainSocketAddress
                        ? ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                        : ServerSocketChannel.open();
        server.bind(at);
        var relay = new Relay(server, address(to));
        Thread.ofVirtual().name("relay-" + from).start(relay::accept);
        return relay;
    }

    private static SocketAddress address(String text) {
        return text.startsWith("unix:")
                ? UnixDomainSocketAddress.of(Path.of(text.substring(5)))
                : new InetSocketAddress(
                        InetAddress.getLoopbackAddress(), Integer.parseInt(text.substring(4)));
    }

    private void accept() {
        while (server.isOpen()) {
            try {
                var in = server.accept();
                Thread.ofVirtual().name("relay-connection").start(() -> carry(in));
            } catch (IOException _) {
                return;
            }
        }
    }

    private void carry(SocketChannel in) {
        try (in;
                var out = SocketChannel.open(to)) {
            var back = Thread.ofVirtual().name("relay-back").start(() -> pump(out, in));
            pump(in, out);
            back.join();
        } catch (IOException _) {
            // the other end is not there: neither is this one then
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** An end of either is the end of both. */
    private static void pump(SocketChannel from, SocketChannel to) {
        var buffer = ByteBuffer.allocate(BUFFER_BYTES);
        try (from;
                to) {
            while (from.read(buffer) >= 0) {
                buffer.flip();
                while (buffer.hasRemaining()) {
                    to.write(buffer);
                }
                buffer.clear();
            }
        } catch (IOException _) {
            // closed by the other direction
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
    }

    /** Carries until it is killed. */
    public static void main(String[] arguments) throws Exception {
        for (int i = 0; i < arguments.length; i += 2) {
            start(arguments[i], arguments[i + 1]);
        }
        new CountDownLatch(1).await();
    }
}
