package io.drme.driver.modbus;

import com.fazecast.jSerialComm.SerialPort;
import com.fazecast.jSerialComm.SerialPortInvalidPortException;
import io.drme.time.Clock;
import java.io.IOException;
import java.io.Serial;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Over a serial port, by jSerialComm, whose class and native library are loaded when the first port
 * is opened.
 *
 * <p>A blocking read in native code would hold the carrier of a virtual thread for as long as a
 * device is silent. So it is asked for what is there, and the waiting between is done by the clock:
 * after {@link #STEP}, when an answer is likely soon, and {@link #LATER_STEP} once it lets wait.
 *
 * <p>The port is locked against other programs, and against a second line of ours with other
 * parameters.
 */
final class SerialTransport implements Transport {
    private static final Duration STEP = Duration.ofMillis(1);
    private static final Duration LATER_STEP = Duration.ofMillis(5);
    private static final long SOON_NANOS = Duration.ofMillis(50).toNanos();
    private static final int DATA_BITS = 8;

    /**
     * EAGAIN of Linux. A read that does not wait gives it now and then where nothing is there, and
     * the library takes that for a failure.
     */
    private static final int NOTHING_NOW = 11;

    private static final String GONE =
            "the serial port is gone; check that the adapter is plugged in";

    private static final String NO_LIBRARY =
            "the native library for serial ports can't be loaded; as a rule no folder that it may be"
                    + " unpacked to allows execution: start the agent (DRME_JVM_FLAGS) with -Djava.io.tmpdir= and a"
                    + " folder that does, or with -DjSerialComm.library.path= and the folder of the"
                    + " unpacked library";

    private final Endpoint.Serial endpoint;
    private final Clock clock;
    private final Library library;

    /** Held for each call into the library, which is short, so that close comes between. */
    private final ReentrantLock lock = new ReentrantLock();

    private @Nullable SerialPort port;

    /** Where ports come from: jSerialComm, which loads its native library at the first call. */
    interface Library {
        /** A port by its path, not opened yet. */
        SerialPort port(String path);
    }

    SerialTransport(Endpoint.Serial endpoint, Clock clock) {
        this(endpoint, clock, path -> SerialPort.getCommPort(path));
    }

    /** Takes ports from elsewhere, for tests. */
    SerialTransport(Endpoint.Serial endpoint, Clock clock, Library library) {
        this.endpoint = endpoint;
        this.clock = clock;
        this.library = library;
    }

    /** The port can't be had; the message says what to do. */
    static final class PortException extends IOException {
        @Serial private static final long serialVersionUID = 1;

        PortException(String message) {
            super(message);
        }

        PortException(String message, Throwable cause) {
            super(message, cause);
        }
    }

    @Override
    public boolean isOpen() {
        lock.lock();
        try {
            return port != null;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void open(Duration timeout) throws IOException {
        close();
        lock.lock();
        try {
            port = opened();
        } finally {
            lock.unlock();
        }
    }

    private SerialPort opened() throws PortException {
        var path = Path.of(endpoint.path());
        if (!Files.exists(path)) {
            throw new PortException(
                    "there is no serial port %s; check that the adapter is plugged in, and the path"
                            .formatted(path));
        }
        if (!Files.isReadable(path) || !Files.isWritable(path)) {
            throw new PortException(
                    "the agent has no right to open %s; add its user to the port's group, dialout as a rule"
                            .formatted(path));
        }
        try {
            return openedByLibrary();
        } catch (SerialPortInvalidPortException _) {
            throw new PortException("%s is no serial port; check the path".formatted(path));
        } catch (LinkageError e) {
            // An Error would end the device's thread without a word.
            throw new PortException(NO_LIBRARY, e);
        }
    }

    private SerialPort openedByLibrary() throws PortException {
        var fresh = library.port(endpoint.path());
        fresh.setComPortParameters(
                endpoint.baud(),
                DATA_BITS,
                endpoint.stopBits() == 1 ? SerialPort.ONE_STOP_BIT : SerialPort.TWO_STOP_BITS,
                switch (endpoint.parity()) {
                    case EVEN -> SerialPort.EVEN_PARITY;
                    case ODD -> SerialPort.ODD_PARITY;
                    case NONE -> SerialPort.NO_PARITY;
                });
        fresh.setComPortTimeouts(SerialPort.TIMEOUT_NONBLOCKING, 0, 0);
        if (!fresh.openPort(0)) {
            throw new PortException(
                    ("%s can't be opened with these settings; another program may hold it, or a device"
                                    + " here names it with another path, baud, parity or stop-bits"
                                    + " (one line has one set)")
                            .formatted(endpoint.path()));
        }
        return fresh;
    }

    private SerialPort port() throws SocketException {
        if (port == null) {
            throw new SocketException("closed");
        }
        return port;
    }

    @Override
    public void write(byte[] bytes) throws IOException {
        lock.lock();
        try {
            if (port().writeBytes(bytes, bytes.length) != bytes.length) {
                throw new IOException(GONE);
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public int read(byte[] into, int at, int most, Duration wait)
            throws IOException, InterruptedException {
        long from = clock.nanoTime();
        while (true) {
            int got = readNow(into, at, most);
            long waited = clock.nanoTime() - from;
            if (got > 0 || waited >= wait.toNanos()) {
                return got;
            }
            clock.sleep(waited < SOON_NANOS ? STEP : LATER_STEP);
        }
    }

    private int readNow(byte[] into, int at, int most) throws IOException {
        lock.lock();
        try {
            int got = port().readBytes(into, most, at);
            if (got < 0 && port().getLastErrorCode() == NOTHING_NOW) {
                return 0;
            }
            if (got < 0) {
                throw new IOException(GONE);
            }
            return got;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public int available() throws IOException {
        lock.lock();
        try {
            int bytes = port().bytesAvailable();
            if (bytes < 0) {
                throw new IOException(GONE);
            }
            return bytes;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            if (port != null) {
                port.closePort();
                port = null;
            }
        } finally {
            lock.unlock();
        }
    }
}
