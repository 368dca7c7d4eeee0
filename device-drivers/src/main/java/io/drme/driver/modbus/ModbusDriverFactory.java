package io.drme.driver.modbus;

import io.drme.config.Section;
import io.drme.driver.Commissioning;
import io.drme.driver.DeviceSpec;
import io.drme.driver.Driver;
import io.drme.driver.DriverFactory;
import io.drme.driver.DriverSettings;
import io.drme.driver.Explanation;
import io.drme.driver.PollGroup;
import io.drme.time.Clock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Makes Modbus drivers. Devices made by one factory whose URLs lead to the same host and port share
 * one connection.
 */
public final class ModbusDriverFactory implements DriverFactory {
    private static final Pattern URL =
            Pattern.compile("tcp://(\\[[0-9a-fA-F:.%]+]|[^:/?#\\s\\[\\]]+)(?::([0-9]{1,5}))?/?");
    private static final Duration MOST_GAP = Duration.ofSeconds(10);
    private static final int MOST_UNIT_ID = 255;
    private static final int MOST_PORT = 65_535;

    private final Lines lines = new Lines();

    /** For the service loader. */
    public ModbusDriverFactory() {}

    @Override
    public String name() {
        return "modbus";
    }

    @Override
    public boolean polled() {
        return true;
    }

    @Override
    public DriverSettings settings(Section device, String url) {
        var match = URL.matcher(url.strip());
        int port = ModbusSettings.DEFAULT_PORT;
        var host = "";
        if (match.matches()) {
            host = match.group(1).replaceAll("[\\[\\]]", "");
            port = match.group(2) == null ? port : Integer.parseInt(match.group(2));
        }
        boolean ok = match.matches() && port >= 1 && port <= MOST_PORT;
        if (!ok && !url.isBlank()) {
            device.problem("url", urlProblem(url));
        }
        return new ModbusSettings(
                host,
                port,
                (int) device.integer("unit-id", ModbusSettings.DEFAULT_UNIT_ID, 0, MOST_UNIT_ID),
                (int) device.integer("base", ModbusSettings.DEFAULT_BASE, 0, 1),
                (int)
                        device.integer(
                                "merge-gap",
                                ModbusSettings.DEFAULT_MERGE_GAP,
                                0,
                                Area.MOST_REGISTERS - 1),
                (int)
                        device.integer(
                                "max-registers",
                                ModbusSettings.DEFAULT_MAX_REGISTERS,
                                1,
                                Area.MOST_REGISTERS),
                device.duration("gap", ModbusSettings.DEFAULT_GAP, Duration.ZERO, MOST_GAP));
    }

    private static String urlProblem(String url) {
        if (url.startsWith("rtu:") || url.startsWith("rtu-tcp:")) {
            return ("'%s' is a serial line, which this release does not read yet; put a Modbus TCP"
                            + " gateway before it and write tcp://host:502 with the same unit-id")
                    .formatted(url);
        }
        return "'%s' is not a Modbus URL; expected tcp://host:502, port 1 to 65535".formatted(url);
    }

    @Override
    public Optional<Address> address(Section tag, DriverSettings settings) {
        return new AddressReader(tag, (ModbusSettings) settings)
                .read()
                .map(a -> new Address(a, a.valueType()));
    }

    @Override
    public Explanation explain(DeviceSpec device, List<PollGroup> groups) {
        return Explainer.explain(device, groups);
    }

    @Override
    public List<String> schemes() {
        return List.of("tcp", "rtu-tcp", "rtu");
    }

    @Override
    public Optional<Commissioning> commissioning() {
        return Optional.of(new ModbusCommissioning());
    }

    @Override
    public Driver create(DeviceSpec device, List<PollGroup> groups, Path directory, Clock clock) {
        return new ModbusDriver(device, groups, lines, clock);
    }
}
