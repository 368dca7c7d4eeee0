package io.drme.driver.gpio;

import io.drme.config.Section;
import io.drme.driver.Commissioning;
import io.drme.driver.DeviceSpec;
import io.drme.driver.Driver;
import io.drme.driver.DriverFactory;
import io.drme.driver.DriverSettings;
import io.drme.driver.PollGroup;
import io.drme.model.ValueType;
import io.drme.time.Clock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Makes GPIO drivers. Names no class of Pi4J, so that finding it costs nothing. */
public final class GpioDriverFactory implements DriverFactory {
    private static final Duration MOST_DEBOUNCE = Duration.ofSeconds(10);

    private enum Active {
        HIGH,
        LOW
    }

    private enum Access {
        READ,
        WRITE
    }

    private enum OnStop {
        SAFE,
        KEEP
    }

    private enum Type {
        BOOL,
        INT64,
        UINT64
    }

    @Override
    public String name() {
        return "gpio";
    }

    @Override
    public boolean polled() {
        return false;
    }

    @Override
    public DriverSettings settings(Section device, String url) {
        return GpioSettings.read(device, url);
    }

    @Override
    public Optional<Address> address(Section tag, DriverSettings settings) {
        var text = tag.requiredText("address");
        var line = line(text);
        if (line.isEmpty() && !text.isBlank()) {
            tag.problem(
                    "address",
                    "'%s' is no GPIO line; expected line:N with N from 0 to %d"
                            .formatted(text, GpioAddress.MAX_LINE));
        }
        var use = use(tag);
        boolean low = tag.choice("active", Active.HIGH) == Active.LOW;
        var bias = tag.choice("bias", GpioAddress.Bias.AS_IS);
        return line.map(n -> new Address(new GpioAddress(n, use, low, bias), rawType(use)));
    }

    private static ValueType rawType(GpioAddress.Use use) {
        return switch (use) {
            case GpioAddress.Use.Watch _, GpioAddress.Use.Output _ -> ValueType.BOOLEAN;
            case GpioAddress.Use.Count _ -> ValueType.INT64;
        };
    }

    private static GpioAddress.Use use(Section tag) {
        boolean counts = tag.has("count");
        var type = tag.choice("type", counts ? Type.INT64 : Type.BOOL);
        var count = tag.choice("count", GpioAddress.Edge.RISING);
        var edge = tag.choice("edge", GpioAddress.Edge.BOTH);
        var debounce = tag.duration("debounce", Duration.ZERO, Duration.ZERO, MOST_DEBOUNCE);
        var access = tag.choice("access", Access.READ);
        boolean safe = tag.integer("safe", 0, 0, 1) == 1;
        boolean keep = tag.choice("on-stop", OnStop.SAFE) == OnStop.KEEP;
        if (access == Access.WRITE) {
            checkOutput(tag, type);
            return new GpioAddress.Use.Output(safe, keep);
        }
        if (tag.has("safe")) {
            tag.problem("safe", "is for outputs; add 'access: write', or leave it out");
        }
        if (type == Type.BOOL) {
            if (counts) {
                tag.problem("type", "a count is a number; take int64, or leave 'type' out");
            }
            return new GpioAddress.Use.Watch(edge, debounce);
        }
        if (tag.has("edge")) {
            tag.problem("edge", "a counter says by 'count' which edges it counts; leave it out");
        }
        return new GpioAddress.Use.Count(count, debounce);
    }

    private static void checkOutput(Section tag, Type type) {
        if (!tag.has("safe")) {
            tag.missing(
                    "safe",
                    "give the value, 0 or 1, that the output has at the start, at the end, and when nobody holds it");
        }
        for (var key : List.of("edge", "debounce", "count")) {
            if (tag.has(key)) {
                tag.problem(
                        key, "is for inputs, and 'access: write' makes an output; leave one out");
            }
        }
        if (type != Type.BOOL && !tag.has("count")) {
            tag.problem("type", "an output is a bool; leave 'type' out");
        }
    }

    private static Optional<Integer> line(String text) {
        if (!text.matches("line:[0-9]{1,4}")) {
            return Optional.empty();
        }
        int line = Integer.parseInt(text.substring("line:".length()));
        return line > GpioAddress.MAX_LINE ? Optional.empty() : Optional.of(line);
    }

    @Override
    public List<String> schemes() {
        return List.of("chip", "sim");
    }

    @Override
    public Optional<Commissioning> commissioning() {
        return Optional.of(new GpioCommissioning(Libc.INSTANCE));
    }

    @Override
    public Driver create(DeviceSpec device, List<PollGroup> groups, Path directory, Clock clock) {
        return new GpioDriver(device, groups.getFirst(), directory, clock, Libc.INSTANCE);
    }
}
