package io.drme.driver.mqtt;

import io.drme.driver.Driver;
import io.drme.driver.SimulatorRig;
import io.drme.sim.mqtt.MqttProtocol;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** A simulated broker and drivers for it. */
final class MqttRig extends SimulatorRig {
    private static final String DEVICE = "hall";
    private static final String KEYS = "keep-alive: 1s";
    private static final Path UNUSED = Path.of("");

    MqttRig(String brokerYaml, List<String> tagYaml) throws IOException {
        super(DEVICE, UNUSED, new MqttProtocol(), brokerYaml, tagYaml);
    }

    @Override
    protected Driver driver(String url) {
        return built(new MqttDriverFactory(), KEYS, url).driver();
    }

    /** A driver with more keys of its own. */
    Driver driverWith(String keys) {
        return built(new MqttDriverFactory(), KEYS + "\n" + keys, url()).driver();
    }

    @Override
    protected String url(int port) {
        return "mqtt://127.0.0.1:" + port;
    }
}
