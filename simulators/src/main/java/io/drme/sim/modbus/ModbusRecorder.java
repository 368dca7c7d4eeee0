package io.drme.sim.modbus;

import io.drme.sim.record.LineWriter;
import io.drme.sim.record.RecordingWriter;
import io.drme.sim.record.Running;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stands between gateways and one device: each connection of a gateway gets one to the device, and
 * every byte goes on as it came and when it came. What passes is recorded beside it.
 */
final class ModbusRecorder implements Running {
    private static final Logger log = LoggerFactory.getLogger(ModbusRecorder.class);
    private static final Duration MOST_CONNECTING = Duration.ofSeconds(10);

    /** Of a device that goes on though the gateway hung up. */
    private static final Duration MOST_ENDING = Duration.ofSeconds(5);

    private static final int BUFFER_BYTES = 4096;

    private final LinkUrl device;
    private final RecordingWriter out;
    private final LinkServer server;
    private final RecordCounts counts = new RecordCounts();
    private final AtomicInteger connections = new AtomicInteger();
    private volatile boolean closing;

    /** Listens, and returns once connections are accepted. */
    ModbusRecorder(LinkUrl device, LinkUrl listen, RecordingWriter out) throws IOException {
        this.device = device;
        this.out = out;
        this.server = new LinkServer(listen, this::serve);
    }

    private void serve(Link gateway) {
        int number = connections.incrementAndGet();
        try (var link = Link.connect(device, MOST_CONNECTING)) {
            counts.connection();
            pass(gateway, link, new ConnectionLog(out, device.frames(), number, counts));
        } catch (IOException e) {
            counts.refusedConnection();
            log.warn("connection={} {}", number, e.getMessage());
            out.write(
                    LineWriter.at(out.now(), "refused")
                            .number("conn", number)
                            .text("why", String.valueOf(e.getMessage())));
            gateway.reset();
        }
    }

    /** Passes bytes both ways until both directions are over, or one is broken. */
    private void pass(Link gateway, Link link, ConnectionLog into) {
        // A serial port's reads hold their thread; those of sockets do not.
        Thread.Builder threads =
                device.serial().isPresent() ? Thread.ofPlatform().daemon() : Thread.ofVirtual();
        var back = threads.name("modbus-answers").start(() -> pump(link, gateway, "device", into));
        pump(gateway, link, "gateway", into);
        if (device.serial().isPresent()) {
            link.close();
        }
        try {
            back.join(MOST_ENDING);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void pump(Link from, Link to, String side, ConnectionLog into) {
        boolean asks = side.equals("gateway");
        var buffer = new byte[BUFFER_BYTES];
        var failing = side;
        try {
            var in = from.in();
            for (int got = in.read(buffer); got >= 0; got = in.read(buffer)) {
                // Before it goes on: what follows from it must not be seen first.
                if (asks) {
                    into.fromGateway(buffer, got);
                } else {
                    into.fromDevice(buffer, got);
                }
                failing = asks ? "device" : "gateway";
                to.out().write(buffer, 0, got);
                failing = side;
            }
            ended(into, side, "closed");
            to.halfClose();
        } catch (IOException _) {
            ended(into, failing, "reset");
            to.reset();
            from.reset();
        }
    }

    /** The recorder's own end is nobody's. */
    private void ended(ConnectionLog into, String by, String how) {
        if (!closing) {
            into.ended(by, how);
        }
    }

    @Override
    public String listening() {
        return server.listening();
    }

    @Override
    public Map<String, Long> counts() {
        return counts.all();
    }

    @Override
    public boolean isOver() {
        return false;
    }

    @Override
    public void close() {
        closing = true;
        server.close();
        out.write(LineWriter.at(out.now(), "over"));
    }
}
