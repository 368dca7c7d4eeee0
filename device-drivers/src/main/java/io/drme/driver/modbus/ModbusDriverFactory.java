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

/**
 * Makes Modbus drivers. Devices made by one factory whose URLs lead to the same endpoint share one
 * connection.
 */
public final class ModbusDriverFactory implements DriverFactory {
    private static final Duration MOST_GAP = Duration.ofSeconds(10);
    private static final Duration MOST_WARM_UP = Duration.ofMinutes(1);
    private static final int MOST_UNIT_ID = 255;

    /** Beyond it addresses are reserved (Serial Line 1.02, 2.2); 0 would be a broadcast. */
    private static final int MOST_SERIAL_UNIT_ID = 247;

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
        var parsed = Endpoint.parse(url);
        if (!parsed.problem().isEmpty() && !url.isBlank()) {
            device.problem("url", parsed.problem());
        }
        // What is returned beside a problem is not used.
        var endpoint = parsed.endpoint().orElse(new Endpoint.Tcp("", Endpoint.DEFAULT_PORT));
        boolean tcp = endpoint instanceof Endpoint.Tcp;
        return new ModbusSettings(
                endpoint,
                (int)
                        device.integer(
                                "unit-id",
                                ModbusSettings.DEFAULT_UNIT_ID,
                                tcp ? 0 : 1,
                                tcp ? MOST_UNIT_ID : MOST_SERIAL_UNIT_ID),
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
                device.duration("gap", ModbusSettings.DEFAULT_GAP, Duration.ZERO, MOST_GAP),
                device.duration(
                        "warm-up", ModbusSettings.DEFAULT_WARM_UP, Duration.ZERO, MOST_WARM_UP));
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
    public String place(String url) {
        // A port takes one connection, in whatever frames and at whatever speed.
        return Endpoint.parse(url)
                .endpoint()
                .map(endpoint ->
                        switch (endpoint) {
                            case Endpoint.Serial serial -> "rtu://" + serial.path();
                            case Endpoint.RtuTcp tcp ->
                                    new Endpoint.Tcp(tcp.host(), tcp.port()).url();
                            case Endpoint.Tcp tcp -> tcp.url();
                        })
                .orElse(url);
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
