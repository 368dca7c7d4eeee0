package io.drme.sim;

import io.drme.sim.fault.FaultKind;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Set;

/**
 * One device of a running scenario. Made by its {@link SimulatedProtocol}, which has checked
 * everything that the file says.
 *
 * <p><b>Threads.</b> {@link #start} and {@link #close} are called by one thread; the others from
 * any.
 */
public interface SimulatedDevice extends AutoCloseable {

    /**
     * Listens, and returns once connections are accepted.
     *
     * @throws IOException when the address can't be had; its message names the address
     */
    void start() throws IOException;

    /**
     * Where it really listens: of port 0, the one that the system chose; port 0 where it is on no
     * network. Only after start.
     */
    InetSocketAddress address();

    /** The same as a person writes it under {@code listen}. Only after start. */
    default String listening() {
        return Listen.text(address());
    }

    /** The parts that may fail each on its own; empty where there are none. */
    List<String> units();

    /** What it can do wrong when told so by the {@code Faults} it was made with. */
    Set<FaultKind> faultKinds();

    /** What one of its {@link #units} can do wrong on its own. */
    default Set<FaultKind> faultKindsOf(String unit) {
        return faultKinds();
    }

    /** Ends it and all its connections. Never throws, may be called twice. */
    @Override
    void close();
}
