package io.drme.sim.gpio;

import io.drme.config.Section;
import io.drme.sim.DeviceContext;
import io.drme.sim.SimulatedDevice;
import io.drme.sim.SimulatedProtocol;
import io.drme.sim.ValueSource;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** Reads simulated GPIO chips from a scenario. */
public final class GpioProtocol implements SimulatedProtocol {
    private static final int DEFAULT_PORT = 9300;
    private static final int DEFAULT_LINES = 32;
    private static final int MOST_LINES = 1_024;
    private static final Duration DEFAULT_TICK = Duration.ofMillis(5);
    private static final Duration LEAST_TICK = Duration.ofMillis(1);
    private static final Duration MOST_TICK = Duration.ofSeconds(1);

    @Override
    public String name() {
        return "gpio";
    }

    @Override
    public int defaultPort() {
        return DEFAULT_PORT;
    }

    @Override
    public Optional<SimulatedDevice> device(Section device, DeviceContext context) {
        int count = (int) device.integer("chip-lines", DEFAULT_LINES, 1, MOST_LINES);
        var tick = device.duration("tick", DEFAULT_TICK, LEAST_TICK, MOST_TICK);
        Map<Integer, ValueSource> sources = new HashMap<>();
        var lines = device.sections("lines");
        lines.forEach((number, keys) -> {
            if (!number.matches("[0-9]{1,4}") || Integer.parseInt(number) >= count) {
                keys.problems()
                        .add(
                                keys.where(),
                                keys.path(),
                                "'%s' is no line of the chip; expected 0 to %d"
                                        .formatted(number, count - 1));
                return;
            }
            context.values()
                    .read(keys, OptionalLong.empty())
                    .ifPresent(s -> sources.put(Integer.parseInt(number), s));
            keys.done();
        });
        return sources.size() == lines.size()
                ? Optional.of(
                        new GpioSimulator(
                                context, new LineBank(context, count, sources, tick), tick))
                : Optional.empty();
    }
}
