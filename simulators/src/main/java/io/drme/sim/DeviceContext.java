package io.drme.sim;

import io.drme.sim.fault.Faults;
import io.drme.time.Clock;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What a simulated device gets from the scenario.
 *
 * @param name its name
 * @param listen where to listen; port 0 takes any free one
 * @param url what the scenario says of it where that is a URL of the protocol's own; otherwise
 *     empty
 * @param values reads the values of points
 * @param faults what goes wrong; asked at each request
 * @param clock the only clock
 * @param startNanos the scenario's beginning on that clock; values are functions of the time since
 * @param directory what paths in the scenario are relative to
 */
public record DeviceContext(
        String name,
        InetSocketAddress listen,
        Optional<String> url,
        ValueSources values,
        Faults faults,
        Clock clock,
        long startNanos,
        Path directory) {

    /** Time since the scenario began. */
    public long elapsedNanos() {
        return clock.nanoTime() - startNanos;
    }
}
