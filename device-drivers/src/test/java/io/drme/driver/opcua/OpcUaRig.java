package io.drme.driver.opcua;

import io.drme.driver.Driver;
import io.drme.driver.SimulatorRig;
import io.drme.sim.opcua.OpcUaProtocol;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** A simulated server and drivers for it. */
final class OpcUaRig extends SimulatorRig {
    private static final String DEVICE = "boiler";
    private static final String PKI = "pki: pki/boiler-sim\n";

    private final String security;

    /**
     * Starts a server.
     *
     * @param serverYaml keys of the simulated device
     * @param security the driver's {@code security:} mapping, or empty, or after a line break other
     *     keys of the device
     * @param tagYaml each tag's mapping
     */
    OpcUaRig(Path directory, String serverYaml, String security, List<String> tagYaml)
            throws IOException {
        super(DEVICE, directory, new OpcUaProtocol(), PKI + serverYaml, tagYaml);
        this.security = security;
    }

    /** The same server with another configuration, at once. */
    @Override
    public void restartAs(String yaml) throws IOException {
        super.restartAs(PKI + yaml);
    }

    @Override
    protected Driver driver(String url) {
        return built(new OpcUaDriverFactory(), keys(security), url).driver();
    }

    /** A driver with what it was made of. */
    Built built() {
        return built(new OpcUaDriverFactory(), keys(security), url());
    }

    /** A driver for what is at a URL, which need not be a simulator. */
    static Driver driver(String url, String security, List<String> tagYaml, Path directory) {
        return built(url, security, tagYaml, directory).driver();
    }

    /** The same, with what the driver was made of. */
    static Built built(String url, String security, List<String> tagYaml, Path directory) {
        return built(new OpcUaDriverFactory(), DEVICE, keys(security), url, tagYaml, directory);
    }

    private static String keys(String security) {
        if (security.startsWith("\n")) {
            return security.strip(); // other keys
        }
        return security.isEmpty() ? "driver: opcua" : "security: " + security;
    }

    @Override
    protected String url(int port) {
        return "opc.tcp://127.0.0.1:%d/boiler".formatted(port);
    }
}
