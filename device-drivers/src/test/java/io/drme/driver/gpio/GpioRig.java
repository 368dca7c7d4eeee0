package io.drme.driver.gpio;

import io.drme.driver.Driver;
import io.drme.driver.SimulatorRig;
import io.drme.sim.gpio.GpioProtocol;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** A simulated chip and drivers for it. */
final class GpioRig extends SimulatorRig {
    private static final String DEVICE = "cabinet";
    private static final Path UNUSED = Path.of("");

    GpioRig(String chipYaml, List<String> tagYaml) throws IOException {
        super(DEVICE, UNUSED, new GpioProtocol(), chipYaml, tagYaml);
    }

    @Override
    protected Driver driver(String url) {
        return built(new GpioDriverFactory(), "driver: gpio", url).driver();
    }

    /** A driver for what is at a URL, which need not be a simulator. */
    static Driver driver(String url, List<String> tagYaml) {
        return built(new GpioDriverFactory(), DEVICE, "driver: gpio", url, tagYaml, UNUSED)
                .driver();
    }

    /**
     * A driver of other tags for the rig's chip.
     *
     * @param own where it keeps what is its own
     */
    Driver driverOf(Path own, String... tagYaml) {
        return built(new GpioDriverFactory(), DEVICE, "driver: gpio", url(), List.of(tagYaml), own)
                .driver();
    }

    /** What a driver for a URL is made of. */
    static Built built(String url, List<String> tagYaml, Path directory) {
        return built(new GpioDriverFactory(), DEVICE, "driver: gpio", url, tagYaml, directory);
    }

    @Override
    protected String url(int port) {
        return "sim://127.0.0.1:" + port;
    }
}
