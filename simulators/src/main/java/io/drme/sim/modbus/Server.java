package io.drme.sim.modbus;

import io.drme.sim.DeviceContext;
import io.drme.sim.fault.Fault;
import io.drme.sim.fault.FaultKind;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;

/** Serves one connection or one serial line, in the order of the requests. */
final class Server {
    private static final byte GARBAGE_BYTE = (byte) 0xA5;
    private static final int GARBAGE_BYTES = 20;

    private final DeviceContext context;
    private final Units units;
    private final Frames frames;

    /** Whether units that are not there say nothing, as on a line, or a gateway says so. */
    private final boolean bare;

    Server(DeviceContext context, Units units, Frames frames, boolean bare) {
        this.context = context;
        this.units = units;
        this.frames = frames;
        this.bare = bare;
    }

    /** What a connection can do beside sending; a serial line does nothing of it. */
    interface Connection {
        /** Whether it stands while the device is away. */
        default boolean outlastsRestart() {
            return true;
        }

        /** Makes its end a reset rather than an orderly close. */
        default void reset() throws IOException {}

        /** Ends its sending side. */
        default void halfClose() throws IOException {}
    }

    /** Serves until the client goes or a fault ends it. */
    void serve(Connection connection, DataInputStream in, OutputStream out)
            throws IOException, InterruptedException {
        while (serveOne(connection, in, out)) {
            // Everything is in the condition.
        }
    }

    /** Serves one request; false where the connection is to be closed. */
    private boolean serveOne(Connection connection, DataInputStream in, OutputStream out)
            throws IOException, InterruptedException {
        var next = frames.next(in);
        if (next.isEmpty()) {
            return false;
        }
        var request = next.get();
        if (units.isAway(request.unit())) {
            return connection.outlastsRestart();
        }
        if (bare && !units.has(request.unit())) {
            return true;
        }
        var fault = units.fault(request.unit());
        switch (fault.kind()) {
            case SILENT -> {
                return true;
            }
            case RESET -> {
                connection.reset();
                return false;
            }
            case HALF_OPEN -> {
                connection.halfClose();
                in.transferTo(OutputStream.nullOutputStream());
                return false;
            }
            case GARBAGE -> {
                var garbage = new byte[GARBAGE_BYTES];
                Arrays.fill(garbage, GARBAGE_BYTE);
                out.write(garbage);
                return true;
            }
            default -> units.delay(fault);
        }
        var answer = units.answer(request.unit(), request.pdu(), fault);
        send(out, frames.answer(request, answer, fault), fault);
        return true;
    }

    private void send(OutputStream out, byte[] answer, Fault fault)
            throws IOException, InterruptedException {
        if (fault.kind() != FaultKind.DRIP) {
            out.write(answer);
            return;
        }
        for (byte b : answer) {
            context.clock().sleep(fault.delay());
            out.write(b);
        }
    }
}
