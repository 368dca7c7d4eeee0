package io.drme.driver.mqtt;

import io.drme.time.Clock;
import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.SocketFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * The one socket of one connection of Paho's client, which the uplink uses, too: does TCP and TLS
 * within a time limit, knows which step it is at, when the broker was last heard from, and can be
 * closed from outside, which ends whatever the library waits for.
 *
 * <p><b>Threads.</b> The library's threads connect, read and write; everything else is for any.
 */
public final class BrokerSocket extends Socket {
    private static final int BUFFER_BYTES = 8_192;
    private static final int MOST_UNSPOKEN_SECONDS = 10;

    /** What a connection waits for. */
    enum Step {
        /** The name server, and the broker's machine. */
        TCP,
        /** The broker's half of the handshake. */
        TLS,
        /** The broker's answers. */
        MQTT
    }

    /**
     * How the line is secured.
     *
     * @param context our certificate and whom we trust
     * @param host whom the certificate has to name
     * @param port of the broker
     */
    public record Secure(SSLContext context, String host, int port) {}

    private record Progress(Step step, long sinceNanos) {}

    private final Optional<Secure> secure;
    private final int timeoutMillis;
    private final Clock clock;
    private final Socket raw = new Socket();
    private final AtomicReference<@Nullable Socket> top = new AtomicReference<>();
    private final AtomicReference<Progress> progress;
    private final AtomicLong heardNanos;

    /** Down once the library has begun to send. */
    private final CountDownLatch spoken = new CountDownLatch(1);

    /**
     * Connects nothing yet.
     *
     * @param timeoutMillis for TCP, and again for the handshake; above 0
     */
    public BrokerSocket(Optional<Secure> secure, int timeoutMillis, Clock clock) {
        this.secure = secure;
        this.timeoutMillis = timeoutMillis;
        this.clock = clock;
        this.progress = new AtomicReference<>(new Progress(Step.TCP, clock.nanoTime()));
        this.heardNanos = new AtomicLong(clock.nanoTime());
    }

    /** A factory that gives this socket, once; for the library under a {@code tcp://} URI. */
    public SocketFactory factory() {
        return new SocketFactory() {
            @Override
            public Socket createSocket() {
                return BrokerSocket.this;
            }

            @Override
            public Socket createSocket(String host, int port) throws IOException {
                throw new SocketException("not used");
            }

            @Override
            public Socket createSocket(String host, int port, InetAddress local, int localPort)
                    throws IOException {
                throw new SocketException("not used");
            }

            @Override
            public Socket createSocket(InetAddress host, int port) throws IOException {
                throw new SocketException("not used");
            }

            @Override
            public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort)
                    throws IOException {
                throw new SocketException("not used");
            }
        };
    }

    Step step() {
        return progress.get().step();
    }

    /** When the present step began. */
    long stepSinceNanos() {
        return progress.get().sinceNanos();
    }

    /** When the last byte came. */
    long heardNanos() {
        return heardNanos.get();
    }

    private void at(Step step) {
        progress.set(new Progress(step, clock.nanoTime()));
    }

    @Override
    public void connect(SocketAddress broker, int ignored) throws IOException {
        raw.connect(broker, timeoutMillis);
        // Pings and subscriptions are small and must not wait for each other.
        raw.setTcpNoDelay(true);
        if (secure.isPresent()) {
            at(Step.TLS);
            top.set(handshake(secure.get()));
        } else {
            top.set(raw);
        }
        at(Step.MQTT);
    }

    private Socket handshake(Secure with) throws IOException {
        raw.setSoTimeout(timeoutMillis);
        var sockets = with.context().getSocketFactory();
        var over = (SSLSocket) sockets.createSocket(raw, with.host(), with.port(), true);
        var parameters = over.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        over.setSSLParameters(parameters);
        over.startHandshake();
        return over;
    }

    private Socket connected() throws SocketException {
        var socket = top.get();
        if (socket == null) {
            throw new SocketException("not connected");
        }
        return socket;
    }

    @Override
    public InputStream getInputStream() throws IOException {
        return new Heard(connected().getInputStream());
    }

    @Override
    public OutputStream getOutputStream() throws IOException {
        return new Spoken(connected().getOutputStream());
    }

    @Override
    public void setSoTimeout(int millis) throws SocketException {
        connected().setSoTimeout(millis);
    }

    @Override
    public void shutdownInput() {
        // The library does so before it closes; of TLS it would wait for the other side.
    }

    @Override
    public boolean isClosed() {
        return raw.isClosed();
    }

    @Override
    public boolean isConnected() {
        return top.get() != null;
    }

    /** Ends it at once: no farewell, which a broker that hangs would not take. */
    @Override
    public void close() throws IOException {
        raw.close();
        super.close();
    }

    /** Notes when something came. */
    private final class Heard extends FilterInputStream {
        Heard(InputStream in) {
            super(new BufferedInputStream(in, BUFFER_BYTES));
        }

        /** The library asks this before it reads; that a socket is closed is told by the read. */
        @Override
        public int available() {
            try {
                return super.available();
            } catch (IOException _) {
                return 0;
            }
        }

        @Override
        public int read() throws IOException {
            try {
                int b = super.read();
                return noted(b, b >= 0);
            } catch (SocketTimeoutException e) {
                throw e; // of the library's own making; it looks whether it is to end
            } catch (IOException e) {
                awaitSpoken();
                throw e;
            }
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            try {
                int count = super.read(into, offset, length);
                return noted(count, count >= 0);
            } catch (SocketTimeoutException e) {
                throw e;
            } catch (IOException e) {
                awaitSpoken();
                throw e;
            }
        }

        private int noted(int result, boolean heard) {
            if (heard) {
                heardNanos.set(clock.nanoTime());
            } else {
                awaitSpoken();
            }
            return result;
        }

        /**
         * The library waits for ever, in a thread for each connection, where its receiver ends
         * before it was seen to run; so the end of the stream is not told before the first word.
         */
        private void awaitSpoken() {
            try {
                boolean _ = spoken.await(MOST_UNSPOKEN_SECONDS, TimeUnit.SECONDS);
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Notes that something is sent. */
    private final class Spoken extends FilterOutputStream {
        Spoken(OutputStream out) {
            super(out);
        }

        /** The broker's time runs from the first word; the library takes its own before. */
        private void begin() {
            if (spoken.getCount() > 0) {
                at(Step.MQTT);
                spoken.countDown();
            }
        }

        @Override
        public void write(int b) throws IOException {
            begin();
            out.write(b);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            begin();
            out.write(bytes, offset, length);
        }
    }
}
