package io.drme.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A plant of meters with 100 float32 tags each, read once a second, and where it is asked for an
 * OPC UA server beside them; as files of the simulators and of the agent.
 *
 * @param name of the gateway and of the files
 * @param meters Modbus units, all behind one address
 * @param opcUaTags nodes that change between two samplings
 */
record FootprintWork(String name, int meters, int opcUaTags) {
    /** Tags of a meter; two requests of 100 registers read them. */
    static final int TAGS_OF_METER = 100;

    static final int PIPELINES = 5;
    static final int ALARMS = 20;

    /** Tags read from devices. */
    int tags() {
        return meters * TAGS_OF_METER + opcUaTags;
    }

    /** Writes the scenario of the simulators. */
    Path plant(Path folder, int modbusPort, int opcUaPort) throws IOException {
        var text = new StringBuilder("seed: 1\ndevices:\n");
        text.append(
                "  meters:\n    protocol: modbus\n    listen: \"127.0.0.1:%d\"\n    units:\n"
                        .formatted(modbusPort));
        for (int unit = 1; unit <= meters; unit++) {
            text.append("      %d:\n        points:\n".formatted(unit));
            for (int i = 0; i < TAGS_OF_METER; i++) {
                text.append(
                        "          p%d: {address: \"holding:%d\", type: float32, value: {sine: {mean: 70, amplitude: 14.142, period: %ds}}}\n"
                                .formatted(i, 2 * i, 60 + i));
            }
        }
        if (opcUaTags > 0) {
            text.append(
                    "  boiler:\n    protocol: opcua\n    listen: \"127.0.0.1:%d\"\n    path: /boiler\n    security: [none]\n    tick: 250ms\n    nodes:\n"
                            .formatted(opcUaPort));
            for (int i = 0; i < opcUaTags; i++) {
                text.append(
                        "      \"nsu=urn:drme:bench;s=N%d\": {type: double, value: {sine: {mean: 70, amplitude: 14.142, period: %ds}}}\n"
                                .formatted(i, 60 + i));
            }
        }
        return Files.writeString(folder.resolve(name + "-plant.yaml"), text);
    }

    /** Writes the configuration of the agent. */
    Path gateway(Path folder, int modbusPort, int opcUaPort, int uplinkPort, int webPort)
            throws IOException {
        var text =
                new StringBuilder(
                        "gateway: {id: %s, site: acme/bench}\nprofiles:\n  meter:\n    driver: modbus\n    tags:\n"
                                .formatted(name));
        for (int i = 0; i < TAGS_OF_METER; i++) {
            text.append(
                    "      v%d: {address: \"holding:%d\", type: float32, unit: Cel}\n"
                            .formatted(i, 2 * i));
        }
        text.append("devices:\n");
        for (int unit = 1; unit <= meters; unit++) {
            text.append(
                    "  meter-%d: {profile: meter, url: \"tcp://127.0.0.1:%d\", unit-id: %d, poll: 1s, timeout: 900ms}\n"
                            .formatted(unit, modbusPort, unit));
        }
        if (opcUaTags > 0) {
            text.append(
                    "  boiler:\n    driver: opcua\n    url: \"opc.tcp://127.0.0.1:%d/boiler\"\n    tags:\n"
                            .formatted(opcUaPort));
            for (int i = 0; i < opcUaTags; i++) {
                text.append(
                        "      n%d: {address: \"nsu=urn:drme:bench;s=N%d\", sampling: 1s}\n"
                                .formatted(i, i));
            }
        }
        text.append("pipelines:\n");
        for (int i = 0; i < PIPELINES; i++) {
            text.append(
                    "  p%d: {from: [\"meter-*/v%d\"], steps: [{filter: \"quality == 'good'\"}, {aggregate: {window: 10s, every: 1s, functions: [avg, max]}}], to: [\"p%d/{tag}/{function}\"]}\n"
                            .formatted(i, i, i));
        }
        text.append("alarms:\n");
        for (int i = 0; i < ALARMS; i++) {
            text.append(
                    "  a%d: {tag: \"meter-1/v%d\", high: 80, deadband: 2, on-delay: 2s, off-delay: 5s, priority: low, message: \"Too hot\", action: \"Look\"}\n"
                            .formatted(i, PIPELINES + i));
        }
        text.append("uplink: {url: \"mqtt://127.0.0.1:%d\"}\n".formatted(uplinkPort));
        text.append("web: {listen: \"127.0.0.1:%d\"}\n".formatted(webPort));
        return Files.writeString(folder.resolve(name + ".yaml"), text);
    }
}
