package io.drme.sim.modbus;

import io.drme.sim.DeviceContext;
import io.drme.sim.SimulatedDevice;
import io.drme.sim.fault.FaultKind;
import io.drme.time.Clock;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Units on a serial line: a port, or one end of a pair of pseudo terminals. The port is a file that
 * stty has prepared, so that no serial library is shared with the driver. One platform thread reads
 * it, for a read holds its thread for up to a tenth of a second.
 */
final class SerialServer implements SimulatedDevice {
    private static final Logger log = LoggerFactory.getLogger(SerialServer.class);
    private static final Duration MOST_CLOSING = Duration.ofSeconds(2);

    private final DeviceContext context;
    private final Units units;
    private final SerialPath port;
    private @Nullable Thread thread;
    private volatile boolean stopped;

    SerialServer(DeviceContext context, Map<Integer, Unit> units, SerialPath port) {
        this.context = context;
        this.units = new Units(context, units);
        this.port = port;
    }

    @Override
    public void start() throws IOException {
        var line = SerialPort.open(port, () -> stopped);
        stopped = false;
        thread =
                Thread.ofPlatform()
                        .daemon()
                        .name("modbus-" + context.name())
                        .start(() -> serve(line));
    }

    private void serve(SerialPort line) {
        try (line;
                var in = new DataInputStream(line.in())) {
            new Server(context, units, Frames.RTU, true)
                    .serve(new Server.Connection() {}, in, line.out());
        } catch (IOException e) {
            if (stopped) {
                return;
            }
            log.warn("device={} the serial line broke: {}", context.name(), e.getMessage());
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** Where a read that gives nothing means that nothing came yet, unless it ends too soon. */
    static final class Waiting extends InputStream {
        /** A read that gives nothing takes a tenth of a second while the line stands. */
        static final Duration HASTE = Duration.ofMillis(20);

        /** So many in a row that end at once are no chance: the other end is gone. */
        static final int MOST_HASTY = 5;

        private final InputStream line;
        private final Clock clock;
        private final BooleanSupplier stopped;

        /**
         * Reads a line.
         *
         * @param clock of the real time, which the line goes by whatever the scenario does
         */
        Waiting(InputStream line, Clock clock, BooleanSupplier stopped) {
            this.line = line;
            this.clock = clock;
            this.stopped = stopped;
        }

        @Override
        public int read() throws IOException {
            var one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] into, int at, int most) throws IOException {
            int hasty = 0;
            while (!stopped.getAsBoolean()) {
                long from = clock.nanoTime();
                int got = line.read(into, at, most);
                if (got > 0) {
                    return got;
                }
                hasty = clock.nanoTime() - from < HASTE.toNanos() ? hasty + 1 : 0;
                if (hasty == MOST_HASTY) {
                    throw new EOFException(
                            "the port or its other end is gone; start the simulator again");
                }
            }
            return -1;
        }

        @Override
        public int available() throws IOException {
            return line.available();
        }

        @Override
        public void close() throws IOException {
            line.close();
        }
    }

    @Override
    public InetSocketAddress address() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    @Override
    public String listening() {
        return port.url();
    }

    @Override
    public List<String> units() {
        return units.names();
    }

    @Override
    public Set<FaultKind> faultKinds() {
        var kinds = EnumSet.allOf(FaultKind.class);
        kinds.removeAll(
                Set.of(
                        FaultKind.RESET,
                        FaultKind.HALF_OPEN,
                        FaultKind.WRONG_TRANSACTION,
                        FaultKind.ONE_CONNECTION,
                        FaultKind.WRONG_CLOCK,
                        FaultKind.FROZEN,
                        FaultKind.CHATTER,
                        FaultKind.LOST_EDGES));
        return kinds;
    }

    @Override
    public void close() {
        stopped = true;
        var serving = thread;
        if (serving != null) {
            try {
                serving.join(MOST_CLOSING);
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
