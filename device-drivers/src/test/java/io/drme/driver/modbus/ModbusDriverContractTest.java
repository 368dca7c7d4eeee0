package io.drme.driver.modbus;

import io.drme.driver.DeviceFixture;
import io.drme.driver.Driver;
import io.drme.driver.DriverContract;
import io.drme.sim.fault.FaultKind;
import io.drme.time.SystemClock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

class ModbusDriverContractTest implements DriverContract {
    private static final String PLANT =
            """
            devices:
              press:
                protocol: modbus
                listen: "LISTEN127.0.0.1:PORT"
                units: {3: {points: {level: {address: "input:7", value: 670}}}}
            """;
    private static final String DEVICE =
            """
            url: "SCHEME://127.0.0.1:PORT"
            unit-id: 3
            timeout: LIMITms
            tags:
              level: {address: "input:7", type: uint16}
              beyond: {address: "input:8", type: uint16}
              elsewhere: {address: "holding:7", type: uint16}
            """;

    /** The scheme of the device's URL. */
    String scheme() {
        return "tcp";
    }

    @Override
    public Rig rig() throws Exception {
        return new ModbusRig(scheme());
    }

    private static final class ModbusRig implements Rig {
        private final ModbusDriverFactory factory = new ModbusDriverFactory();
        private final String scheme;
        private final int port;
        private SimulatedPress press;

        ModbusRig(String scheme) throws Exception {
            this.scheme = scheme;
            port = SimulatedPress.quietPort();
            press = SimulatedPress.start(plant());
        }

        private String plant() {
            return PLANT.replace("LISTEN", scheme.equals("tcp") ? "" : scheme + "://")
                    .replace("PORT", String.valueOf(port));
        }

        private DeviceFixture fixture(int to) {
            return DeviceFixture.of(
                    "press-3",
                    new ModbusDriverFactory(),
                    DEVICE.replace("SCHEME", scheme)
                            .replace("LIMIT", scheme.equals("tcp") ? "100" : "500")
                            .replace("PORT", String.valueOf(to)));
        }

        private Driver driver(int to) {
            var fixture = fixture(to);
            return factory.create(
                    fixture.spec(), fixture.groups(), Path.of("unused"), new SystemClock());
        }

        @Override
        public Driver driver() {
            return driver(port);
        }

        @Override
        public Driver driverToNowhere() {
            try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                return driver(free.getLocalPort());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public String device() {
            return "press-3";
        }

        @Override
        public Set<Integer> tags() {
            return new HashSet<>(fixture(port).groups().getFirst().tableIndexes());
        }

        @Override
        public int known() {
            return fixture(port).index("level");
        }

        @Override
        public int unknown() {
            return fixture(port).index("beyond");
        }

        @Override
        public void unplug() {
            press.fault(FaultKind.SILENT);
        }

        @Override
        public void replug() {
            press.fault(FaultKind.NONE);
        }

        @Override
        public void kill() {
            press.close();
        }

        @Override
        public void restart() throws Exception {
            press = SimulatedPress.start(plant());
        }

        @Override
        public void close() {
            press.close();
        }
    }
}
