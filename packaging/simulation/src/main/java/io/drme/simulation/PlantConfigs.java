package io.drme.simulation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The configurations that gateways run and change between, as files that the real reader reads. */
final class PlantConfigs {
    private static final String HEAD =
            """
            gateway: {id: ${gateway}, site: acme/stuttgart/press-shop, labels: {line: "1"}}
            uplink: {url: "mqtt://127.0.0.1:1883"}
            store: {sync-every: 1s, seal-every: 10s}
            """;

    private static final List<String> VARIANTS =
            List.of(
                    """
                    devices:
                      press:
                        driver: modbus
                        url: "tcp://127.0.0.1:1502"
                        unit-id: 1
                        poll: 1s
                        tags:
                          serial: {address: "holding:0", type: int64}
                          temperature: {address: "holding:4", type: float64, deadband: 0.5, range: [0, 200]}
                          running: {address: "coil:0", type: bool, deadband: 0.5}
                          state: {address: "holding:20", type: text, length: 16}
                          operator: {address: "holding:40", type: text, length: 16, sync: local}
                      oven:
                        driver: modbus
                        url: "tcp://127.0.0.1:1503"
                        unit-id: 1
                        poll: 2s
                        tags:
                          level: {address: "holding:0", type: float64, deadband: 0.2}
                          batch: {address: "holding:8", type: int64}
                    pipelines:
                      smooth:
                        from: ["*/temperature"]
                        steps: [{aggregate: {window: 10s, functions: [avg, max]}}]
                        to: ["smooth/{tag}/{function}"]
                    alarms:
                      hot: {tag: "press/temperature", high: 80, deadband: 2, on-delay: 2s, off-delay: 2s, priority: high, message: "Too hot", action: "Look"}
                      low: {tag: "oven/level", low: 65, deadband: 1, priority: low, message: "Low", action: "Fill"}
                    """,
                    """
                    devices:
                      press:
                        driver: modbus
                        url: "tcp://127.0.0.1:1502"
                        unit-id: 1
                        poll: 1s
                        tags:
                          serial: {address: "holding:0", type: int64}
                          temperature: {address: "holding:4", type: float64, deadband: 1.5, range: [0, 200]}
                          running: {address: "coil:0", type: bool, deadband: 0.5, sync: local}
                          pressure: {address: "holding:60", type: float64}
                    alarms:
                      hot: {tag: "press/temperature", high: 76, deadband: 1, priority: high, message: "Too hot", action: "Look"}
                    """,
                    """
                    devices:
                      press:
                        driver: modbus
                        url: "tcp://127.0.0.1:1502"
                        unit-id: 1
                        poll: 1s
                        tags:
                          serial: {address: "holding:0", type: int64}
                          temperature: {address: "holding:4", type: float64, scale: 0.5, offset: 36, deadband: 0.2}
                          state: {address: "holding:20", type: text, length: 16}
                      oven:
                        driver: modbus
                        url: "tcp://127.0.0.1:1503"
                        unit-id: 1
                        poll: 500ms
                        tags:
                          level: {address: "holding:0", type: float64}
                    pipelines:
                      smooth:
                        from: ["*/temperature", "oven/level"]
                        steps: [{aggregate: {window: 5s, functions: [avg]}}]
                        to: ["smooth/{tag}/{function}"]
                    alarms:
                      hot: {tag: "press/temperature", high: 80, deadband: 2, on-delay: 1s, priority: medium, message: "Too hot", action: "Look"}
                      low: {tag: "oven/level", low: 65, deadband: 1, priority: low, message: "Low", action: "Fill"}
                    """);

    private PlantConfigs() {}

    /** How many there are. */
    static int variants() {
        return VARIANTS.size();
    }

    /** The file of a variant for a gateway; written where it is not there. */
    static Path file(Path directory, String gateway, int variant) {
        var file = directory.resolve("%s-%d.yaml".formatted(gateway, variant));
        try {
            if (!Files.exists(file)) {
                Files.createDirectories(directory);
                Files.writeString(
                        file, HEAD.replace("${gateway}", gateway) + VARIANTS.get(variant));
            }
            return file;
        } catch (IOException e) {
            throw new java.io.UncheckedIOException("writing " + file, e);
        }
    }
}
