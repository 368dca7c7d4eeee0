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
        tag.parsed(
                "type",
                "the type of a GPIO line; only bool is possible",
                word -> Optional.of(word).filter("bool"::equals));
        var edge = tag.choice("edge", GpioAddress.Edge.BOTH);
        var debounce = tag.duration("debounce", Duration.ZERO, Duration.ZERO, MOST_DEBOUNCE);
        boolean low = tag.choice("active", Active.HIGH) == Active.LOW;
        var bias = tag.choice("bias", GpioAddress.Bias.AS_IS);
        return line.map(
                n -> new Address(new GpioAddress(n, edge, debounce, low, bias), ValueType.BOOLEAN));
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
        return Optional.of(new GpioCommissioning());
    }

    @Override
    public Driver create(DeviceSpec device, List<PollGroup> groups, Path directory, Clock clock) {
        return new GpioDriver(device, groups.getFirst(), clock);
    }
}
