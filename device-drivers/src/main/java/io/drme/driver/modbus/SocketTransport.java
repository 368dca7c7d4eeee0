package io.drme.driver.modbus;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;

/** Over TCP. */
final class SocketTransport implements Transport {
    private final String host;
    private final int port;
    private final AtomicReference<Socket> connection = new AtomicReference<>(new Socket());

    SocketTransport(String host, int port) {
        this.host = host;
        this.port = port;
    }

    @Override
    public boolean isOpen() {
        var socket = connection.get();
        return socket.isConnected() && !socket.isClosed();
    }

    @Override
    public void open(Duration timeout) throws IOException {
        close();
        var socket = new Socket();
        connection.set(socket);
        try {
            var address = new InetSocketAddress(host, port);
            if (address.isUnresolved()) {
                throw new UnknownHostException(host);
            }
            socket.setTcpNoDelay(true);
            socket.setKeepAlive(true);
            socket.connect(address, millis(timeout));
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    /** A time limit of sockets, for which 0 would mean none. */
    private static int millis(Duration time) {
        return Math.clamp(time.toMillis(), 1, Integer.MAX_VALUE);
    }

    @Override
    public void write(byte[] bytes) throws IOException {
        connection.get().getOutputStream().write(bytes);
    }

    @Override
    public int read(byte[] into, int at, int most, Duration wait) throws IOException {
        var socket = connection.get();
        socket.setSoTimeout(millis(wait));
        try {
            int got = socket.getInputStream().read(into, at, most);
            if (got < 0) {
                throw new EOFException("the device closed the connection");
            }
            return got;
        } catch (SocketTimeoutException _) {
            return 0;
        }
    }

    @Override
    public boolean leavesBehind() {
        return true;
    }

    @Override
    public int available() throws IOException {
        return connection.get().getInputStream().available();
    }

    @Override
    public void close() {
        try {
            connection.get().close();
        } catch (IOException _) {
            // It is dropped either way.
        }
    }
}
