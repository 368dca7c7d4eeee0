package io.drme.simulation;

import io.drme.config.Section;
import io.drme.driver.DeviceSpec;
import io.drme.driver.Driver;
import io.drme.driver.DriverException;
import io.drme.driver.DriverFactory;
import io.drme.driver.DriverSettings;
import io.drme.driver.Exchange;
import io.drme.driver.PollGroup;
import io.drme.driver.PolledDriver;
import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.model.Reason;
import io.drme.time.Clock;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;

/**
 * The devices of one machine, behind the driver seam. Values come from the seed; source times are
 * unique for each poll in the whole world, by their last six digits. A silent device can't be
 * reached.
 */
final class Plant implements DriverFactory {
    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final double MIDDLE = 72;
    private static final double SWING = 12;
    private static final double PERIOD_NANOS = 50e9;
    private static final int STATES = 4;
    private static final int ONE_IN_BAD = 60;

    private final RandomGenerator random;
    private final Clock clock;
    private final AtomicLong serials;
    private final Set<String> silent = new HashSet<>();

    /** Makes devices that work; {@code serials} is shared by all of a world. */
    Plant(RandomGenerator random, Clock clock, AtomicLong serials) {
        this.random = random;
        this.clock = clock;
        this.serials = serials;
    }

    /** Lets a device fall silent, or speak again. */
    void silent(String device, boolean isSilent) {
        if (isSilent) {
            silent.add(device);
        } else {
            silent.remove(device);
        }
    }

    /** All devices speak. */
    void heal() {
        silent.clear();
    }

    @Override
    public String name() {
        return "modbus";
    }

    @Override
    public DriverSettings settings(Section device, String url) {
        throw new IllegalStateException("the real factory reads the configuration");
    }

    @Override
    public Optional<Address> address(Section tag, DriverSettings settings) {
        throw new IllegalStateException("the real factory reads the configuration");
    }

    @Override
    public Driver create(
            DeviceSpec device, List<PollGroup> groups, Path directory, Clock deviceClock) {
        return new Device(device, groups);
    }

    @Override
    public boolean polled() {
        return true;
    }

    private final class Device implements PolledDriver {
        private final DeviceSpec spec;
        private final List<PollGroup> groups;

        Device(DeviceSpec spec, List<PollGroup> groups) {
            this.spec = spec;
            this.groups = groups;
        }

        private void reach() throws DriverException {
            if (silent.contains(spec.name())) {
                throw new DriverException.Unreachable(
                        spec.name() + " does not answer", new TimeoutException());
            }
        }

        @Override
        public void connect() throws DriverException {
            reach();
        }

        @Override
        public void disconnect() {
            // There is no socket.
        }

        @Override
        public Exchange lastExchange() {
            return Exchange.NONE;
        }

        @Override
        public void close() {
            // There is no socket.
        }

        @Override
        public void poll(int group, Batch out) throws DriverException {
            reach();
            long serial = serials.incrementAndGet();
            long now = clock.epochNanos();
            long time = now - Math.floorMod(now, NANOS_PER_MILLI) + serial % NANOS_PER_MILLI;
            var polled = groups.get(group);
            for (int i = 0; i < polled.tags().size(); i++) {
                add(polled, i, time, serial, out);
            }
        }

        private void add(PollGroup polled, int at, long time, long serial, Batch out) {
            int tag = polled.tableIndexes().get(at);
            var is = spec.tags().get(polled.tags().get(at));
            if (random.nextInt(ONE_IN_BAD) == 0) {
                out.addBad(tag, time, Reason.SENSOR_FAILURE);
                return;
            }
            switch (is.rawType()) {
                case BOOLEAN -> out.addBoolean(tag, time, random.nextInt(5) > 0, Quality.GOOD);
                case INT64 -> out.addInt(tag, time, serial, Quality.GOOD);
                case FLOAT64 -> out.addDouble(tag, time, level(), Quality.GOOD);
                case TEXT ->
                        out.addText(tag, time, "state " + random.nextInt(STATES), Quality.GOOD);
            }
        }

        /** A wave that goes beyond the limits of alarms, with one decimal. */
        private double level() {
            double wave = MIDDLE + SWING * Math.sin(clock.nanoTime() / PERIOD_NANOS * 2 * Math.PI);
            return Math.rint((wave + random.nextInt(20) / 10.0) * 10) / 10;
        }
    }
}
