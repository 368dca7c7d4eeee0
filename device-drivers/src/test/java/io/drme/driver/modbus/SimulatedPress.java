package io.drme.driver.modbus;

import io.drme.sim.Plant;
import io.drme.sim.fault.Fault;
import io.drme.sim.fault.FaultKind;
import io.drme.sim.fault.Faults;
import io.drme.time.SystemClock;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

/** A running scenario with one device, {@code press}. */
final class SimulatedPress implements AutoCloseable {
    private final Plant plant;

    private SimulatedPress(Plant plant) {
        this.plant = plant;
    }

    static SimulatedPress start(String yaml) throws Exception {
        var plant = Plant.parse("plant.yaml", yaml, Plant.Overrides.NONE, new SystemClock());
        plant.start();
        return new SimulatedPress(plant);
    }

    /**
     * A port that is free, and stays so while a device is away: it lies below the range from which
     * the system takes the local ports of other connections.
     */
    static int quietPort() throws IOException {
        var random = new Random();
        for (int i = 0; ; i++) {
            int port = random.nextInt(20_000, 32_000);
            try (var probe = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return probe.getLocalPort();
            } catch (BindException e) {
                if (i == 100) {
                    throw e;
                }
            }
        }
    }

    int port() {
        return plant.address("press").getPort();
    }

    /** Lets the whole device fail. */
    void fault(FaultKind kind) {
        fault(Faults.WHOLE, Fault.of(kind));
    }

    void fault(String unit, Fault fault) {
        plant.member("press").orElseThrow().faults().set(unit, fault, Optional.empty());
    }

    /** What it can do wrong. */
    Set<FaultKind> faultKinds() {
        return plant.member("press").orElseThrow().device().faultKinds();
    }

    /** A fault with a delay. */
    static Fault delayed(FaultKind kind, Duration delay) {
        return new Fault(kind, delay, 0);
    }

    @Override
    public void close() {
        plant.close();
    }
}
