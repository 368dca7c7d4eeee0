package io.drme.sim;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/** Opens listening sockets, with messages that say what to do. */
public final class Ports {
    private static final int BACKLOG = 100;

    private Ports() {}

    /**
     * Listens on an address; port 0 takes a free one.
     *
     * @throws IOException naming the address and the remedy
     */
    public static ServerSocket listen(InetSocketAddress address) throws IOException {
        var socket = new ServerSocket();
        try {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(address.getHostString(), address.getPort()), BACKLOG);
            return socket;
        } catch (IOException e) {
            socket.close();
            throw explained(address, e);
        }
    }

    /** The same failure with the address and the remedy in its message. */
    public static IOException explained(InetSocketAddress address, IOException e) {
        var text = Listen.text(address);
        if (address.getPort() > 0 && address.getPort() < 1024 && e instanceof BindException) {
            return new IOException(
                    "can't listen on %s: %s; ports below 1024 often need rights: choose a higher one"
                            .formatted(text, e.getMessage()),
                    e);
        }
        return new IOException(
                "can't listen on %s: %s; stop what uses the port, or choose another (0 takes a free one)"
                        .formatted(text, e.getMessage()),
                e);
    }
}
