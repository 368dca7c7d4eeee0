package io.drme.driver.opcua;

import io.drme.config.Section;
import io.drme.driver.Commissioning;
import io.drme.driver.DeviceSpec;
import io.drme.driver.Driver;
import io.drme.driver.DriverFactory;
import io.drme.driver.DriverSettings;
import io.drme.driver.PollGroup;
import io.drme.time.Clock;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Makes OPC UA drivers. Names no class of Milo, so that finding it costs nothing. */
public final class OpcUaDriverFactory implements DriverFactory {
    /** Where the file says nothing: half a second is what HMIs refresh at. */
    public static final Duration DEFAULT_SAMPLING = Duration.ofMillis(500);

    @Override
    public String name() {
        return "opcua";
    }

    @Override
    public boolean polled() {
        return false;
    }

    @Override
    public DriverSettings settings(Section device, String url) {
        return OpcUaSettings.read(device, url);
    }

    @Override
    public Optional<Address> address(Section tag, DriverSettings settings) {
        return AddressReader.read(tag);
    }

    @Override
    public List<String> schemes() {
        return List.of("opc.tcp");
    }

    @Override
    public String place(String url) {
        try {
            var uri = URI.create(url.strip());
            int port = uri.getPort() < 0 ? OpcUaSettings.DEFAULT_PORT : uri.getPort();
            return uri.getHost() == null ? url : "opc.tcp://%s:%d".formatted(uri.getHost(), port);
        } catch (IllegalArgumentException _) {
            return url;
        }
    }

    @Override
    public Optional<Commissioning> commissioning() {
        return Optional.of(new OpcUaCommissioning());
    }

    @Override
    public Driver create(DeviceSpec device, List<PollGroup> groups, Path directory, Clock clock) {
        return new OpcUaDriver(device, groups.getFirst(), directory, clock);
    }
}
