package io.drme.driver.opcua;

import io.drme.config.Section;
import io.drme.driver.Commissioning;
import io.drme.driver.DeviceSpec;
import io.drme.driver.Driver;
import io.drme.driver.DriverFactory;
import io.drme.driver.DriverSettings;
import io.drme.driver.PollGroup;
import io.drme.model.ValueType;
import io.drme.time.Clock;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Makes OPC UA drivers. Names no class of Milo, so that finding it costs nothing. */
public final class OpcUaDriverFactory implements DriverFactory {
    /** Where the file says nothing: half a second is what HMIs refresh at. */
    public static final Duration DEFAULT_SAMPLING = Duration.ofMillis(500);

    private static final Duration MOST_SAMPLING = Duration.ofHours(1);

    private static final Map<String, ValueType> TYPES =
            Map.of(
                    "bool", ValueType.BOOLEAN,
                    "int64", ValueType.INT64,
                    "float64", ValueType.FLOAT64,
                    "text", ValueType.TEXT);

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
        var text = tag.requiredText("address");
        var node = NodeAddress.parse(text);
        if (node.isEmpty() && !text.isBlank()) {
            tag.problem(
                    "address",
                    ("'%s' is no OPC UA node; expected nsu=URI;s=Name or ns=2;s=Name,"
                                    + " with s= text, i= number, g= UUID or b= base 64")
                            .formatted(text));
        }
        var type =
                tag.parsed(
                        "type",
                        "a type of OPC UA tags; allowed: bool, int64, float64, text",
                        word -> Optional.ofNullable(TYPES.get(word)));
        var sampling =
                tag.duration("sampling", DEFAULT_SAMPLING, Duration.ofMillis(1), MOST_SAMPLING);
        return node.map(
                n -> new Address(new OpcUaAddress(n, sampling), type.orElse(ValueType.FLOAT64)));
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
