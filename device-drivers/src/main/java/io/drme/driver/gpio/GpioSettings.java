package io.drme.driver.gpio;

import io.drme.config.Section;
import io.drme.driver.DriverSettings;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;

/** What GPIO adds to a device: where its lines are. */
public sealed interface GpioSettings extends DriverSettings {

    /**
     * A chip of this machine.
     *
     * @param device for example {@code /dev/gpiochip0}
     */
    record Chip(Path device) implements GpioSettings {}

    /** The GPIO simulator. */
    record Simulator(String host, int port) implements GpioSettings {}

    /** The simulator's port where a URL names none. */
    int DEFAULT_SIMULATOR_PORT = 9300;

    /** Reads the URL; what is wrong with it is noted. */
    static GpioSettings read(Section device, String url) {
        try {
            var uri = new URI(url);
            if ("chip".equals(uri.getScheme())
                    && uri.getPath() != null
                    && uri.getPath().startsWith("/dev/")) {
                return new Chip(Path.of(uri.getPath()));
            }
            if ("sim".equals(uri.getScheme()) && uri.getHost() != null) {
                int port = uri.getPort() < 0 ? DEFAULT_SIMULATOR_PORT : uri.getPort();
                return new Simulator(uri.getHost(), port);
            }
        } catch (URISyntaxException _) {
            // Falls through to the one message for all that is wrong.
        }
        if (!url.isBlank()) {
            device.problem(
                    "url",
                    "'%s' is no GPIO address; expected chip:///dev/gpiochip0 or sim://host:port"
                            .formatted(url));
        }
        return new Chip(Path.of("/dev/gpiochip0"));
    }
}
