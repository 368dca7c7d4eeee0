package io.drme.sim;

import io.drme.config.Section;
import java.util.Optional;
import java.util.Set;

/** Makes simulated devices of one protocol. Found by {@link java.util.ServiceLoader}. */
public interface SimulatedProtocol {

    /** The word in {@code protocol:} of the scenario, for example {@code modbus}. */
    String name();

    /**
     * Reads one device of a scenario.
     *
     * @param device its section; the caller reads {@code protocol} and {@code listen}, and calls
     *     {@code done} at the end; all else, points and values, is the protocol's
     * @return nothing where a problem was noted
     */
    Optional<SimulatedDevice> device(Section device, DeviceContext context);

    /** The schemes of URLs that {@code listen} may be beside a host and port. */
    default Set<String> schemes() {
        return Set.of();
    }

    /** The port where the scenario says nothing. */
    int defaultPort();
}
