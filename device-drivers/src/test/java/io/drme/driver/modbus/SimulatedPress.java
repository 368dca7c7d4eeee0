package io.drme.driver.modbus;

import io.drme.sim.Plant;
import io.drme.sim.fault.Fault;
import io.drme.sim.fault.FaultKind;
import io.drme.sim.fault.Faults;
import io.drme.time.SystemClock;
import java.time.Duration;
import java.util.Optional;

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

    /** A fault with a delay. */
    static Fault delayed(FaultKind kind, Duration delay) {
        return new Fault(kind, delay, 0);
    }

    @Override
    public void close() {
        plant.close();
    }
}
