package io.drme.sim.modbus;

import io.drme.sim.Listen;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.time.Duration;

/** One end that bytes come from and go to: a TCP connection, or a serial port. */
interface Link extends AutoCloseable {
    /** Blocks until something comes. */
    InputStream in() throws IOException;

    OutputStream out() throws IOException;

    /** Ends the sending side; a serial port has none. */
    void halfClose() throws IOException;

    /** Closes it by a reset; a serial port just closes. */
    void reset();

    /** Never throws. */
    @Override
    void close();

    /** Of a TCP connection. */
    static Link of(Socket socket) throws IOException {
        socket.setTcpNoDelay(true);
        return new Link() {
            @Override
            public InputStream in() throws IOException {
                return socket.getInputStream();
            }

            @Override
            public OutputStream out() throws IOException {
                return socket.getOutputStream();
            }

            @Override
            public void halfClose() throws IOException {
                socket.shutdownOutput();
            }

            @Override
            public void reset() {
                try {
                    socket.setSoLinger(true, 0);
                } catch (IOException _) {
                    // It is closed already.
                }
                close();
            }

            @Override
            public void close() {
                quietly(socket);
            }
        };
    }

    /** Of a serial port. */
    static Link of(SerialPort port) {
        return new Link() {
            @Override
            public InputStream in() {
                return port.in();
            }

            @Override
            public OutputStream out() {
                return port.out();
            }

            @Override
            public void halfClose() {}

            @Override
            public void reset() {
                close();
            }

            @Override
            public void close() {
                quietly(port);
            }
        };
    }

    /** Closes what is of no more use either way where it can't be closed. */
    static void quietly(AutoCloseable closeable) {
        try {
            closeable.close();
        } catch (Exception _) {
            // Nothing can be done about it, and nothing depends on it.
        }
    }

    /** Connects to a device; blocks at most so long. */
    static Link connect(LinkUrl url, Duration most) throws IOException {
        if (url.serial().isPresent()) {
            return of(SerialPort.open(url.serial().get(), () -> false));
        }
        var address = url.address().orElseThrow();
        var socket = new Socket();
        try {
            socket.connect(address, (int) most.toMillis());
            return of(socket);
        } catch (IOException e) {
            socket.close();
            throw new IOException(
                    "%s is not reached: %s".formatted(Listen.text(address), e.getMessage()), e);
        }
    }
}
