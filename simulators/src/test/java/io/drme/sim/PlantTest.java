package io.drme.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.drme.config.InvalidConfigException;
import io.drme.testing.ManualClock;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class PlantTest {
    private static final String ONE_PRESS =
            """
            devices:
              press:
                protocol: modbus
                listen: "127.0.0.1:0"
                units: {1: {points: {level: {address: "input:7", value: 42}}}}
            """;

    private static Plant parse(String yaml) throws InvalidConfigException {
        return Plant.parse("plant.yaml", yaml, Plant.Overrides.NONE, new ManualClock());
    }

    @Test
    void aStartedDeviceTellsThePortThatItReallyHas() throws Exception {
        try (var plant = parse(ONE_PRESS)) {
            plant.start();
            assertThat(plant.address("press").getPort()).isPositive();
        }
    }

    @Test
    void theCommandLineMayMoveADevice() throws Exception {
        int free;
        try (var probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            free = probe.getLocalPort();
        }
        var overrides =
                new Plant.Overrides(
                        OptionalLong.empty(),
                        Map.of("press", Listen.loopback(free)),
                        Optional.empty());
        try (var plant = Plant.parse("p", ONE_PRESS, overrides, new ManualClock())) {
            plant.start();
            assertThat(plant.address("press").getPort()).isEqualTo(free);
        }
    }

    @Test
    void aPortInUseIsNamedTogetherWithTheDeviceAndTheRemedy() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var yaml = ONE_PRESS.replace(":0\"", ":" + taken.getLocalPort() + "\"");
            try (var plant = parse(yaml)) {
                assertThatThrownBy(plant::start)
                        .isInstanceOf(IOException.class)
                        .hasMessageContaining("device 'press'")
                        .hasMessageContaining("127.0.0.1:" + taken.getLocalPort())
                        .hasMessageContaining("choose another");
            }
        }
    }

    @Test
    void allProblemsAreListedWithLineKeyAndRemedy() {
        var thrown =
                catchThrowable(() ->
                        parse(
                                """
                                sead: 1
                                devices:
                                  a: {protocol: modbuss}
                                  b: {protocol: modbus, listen: here, units: {1: {points: {x: {address: "holding:70000", value: 1}}}}}
                                  c: {protocol: modbus, units: {300: {points: {x: {address: "coil:1", value: {sine: {mean: 1}}}}}}}
                                  d: {protocol: modbus, units: {1: {points: {x: {address: "holding:1", type: float32, value: 1}, y: {address: "holding:2", value: 1}}}}}
                                """));
        assertThat(thrown)
                .isInstanceOf(InvalidConfigException.class)
                .hasMessageContaining(
                        "plant.yaml:1: sead: is not a known key (did you mean 'seed'?)")
                .hasMessageContaining(
                        "plant.yaml:3: devices.a.protocol: 'modbuss' is not known (did you mean 'modbus'?)")
                .hasMessageContaining("devices.b.listen: 'here' is not an address to listen on")
                .hasMessageContaining("devices.b.units.1.points.x.address: 'holding:70000' is not")
                .hasMessageContaining("'300' is not a unit id; expected 0 to 255")
                .hasMessageContaining("devices.d.units.1.points.y.address: holding:2 is taken");
    }

    @Test
    void everyShippedScenarioIsValid() throws Exception {
        var text = Cli.builtIn("press-line").orElseThrow();
        try (var plant = Plant.parse("press-line", text, Plant.Overrides.NONE, new ManualClock())) {
            assertThat(plant.members())
                    .extracting(Plant.Member::protocol)
                    .containsExactly("modbus", "opcua", "gpio");
        }
    }
}
