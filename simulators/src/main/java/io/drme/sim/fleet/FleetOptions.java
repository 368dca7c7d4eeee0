package io.drme.sim.fleet;

import io.drme.time.Clock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * How a fleet is.
 *
 * @param gateways how many, from 1
 * @param tags of each
 * @param host of the centre
 * @param port of the centre
 * @param tls where keys lie; empty without TLS
 * @param prefix of the gateways' ids; a number follows
 * @param poll from one reading of all tags to the next
 * @param sealEvery from one block to the next
 * @param isLive whether each reading goes to pages too
 * @param ramp over what time the gateways start
 * @param outage the share of gateways whose line is cut at times, 0 to 1
 * @param seed all randomness comes from it
 */
record FleetOptions(
        int gateways,
        int tags,
        String host,
        int port,
        Optional<Tls> tls,
        String prefix,
        Duration poll,
        Duration sealEvery,
        boolean isLive,
        Duration ramp,
        double outage,
        long seed,
        Clock clock) {

    /**
     * Files in PEM.
     *
     * @param authority of the centre's certificate
     * @param folder holds {@code ID.crt} and {@code ID.key} of each gateway
     */
    record Tls(Path authority, Path folder) {}
}
