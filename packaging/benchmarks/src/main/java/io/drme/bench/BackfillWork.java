package io.drme.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The live traffic beside a backfill: 1,000 tags a second, and alarms that come and go. */
final class BackfillWork {
    static final int METERS = 10;
    static final int TAGS_OF_METER = 100;

    /** Each is high for two seconds and low for two: ten clear a second. */
    static final int ALARMS = 40;

    /** No divisor of the feed's 200 ms: in step with it, an alarm would wait always the same. */
    private static final String PANEL_POLL = "190ms";

    private BackfillWork() {}

    /** Writes the scenario of the simulators. */
    static Path plant(Path folder, int modbusPort) throws IOException {
        var text =
                new StringBuilder(
                        "seed: 1\ndevices:\n  meters:\n    protocol: modbus\n    listen: \"127.0.0.1:%d\"\n    units:\n"
                                .formatted(modbusPort));
        for (int unit = 1; unit <= METERS; unit++) {
            text.append("      %d:\n        points:\n".formatted(unit));
            for (int i = 0; i < TAGS_OF_METER; i++) {
                text.append(
                        "          p%d: {address: \"holding:%d\", type: float32, value: {sine: {mean: 70, amplitude: 14.142, period: %ds}}}\n"
                                .formatted(i, 2 * i, 60 + i));
            }
        }
        text.append("      %d:\n        points:\n".formatted(METERS + 1));
        for (int i = 0; i < ALARMS; i++) {
            text.append(
                    "          s%d: {address: \"holding:%d\", type: int16, value: {square: {period: 4s, duty: 0.5, phase: %dms, high: 100, low: 0}}}\n"
                            .formatted(i, i, 100 * i));
        }
        return Files.writeString(folder.resolve("backfill-plant.yaml"), text);
    }

    /** Writes the configuration of the agent. */
    static Path gateway(Path folder, String name, int modbusPort, int uplinkPort, String bandwidth)
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
        text.append("  panel:\n    driver: modbus\n    tags:\n");
        for (int i = 0; i < ALARMS; i++) {
            text.append("      s%d: {address: \"holding:%d\", type: int16}\n".formatted(i, i));
        }
        text.append("devices:\n");
        for (int unit = 1; unit <= METERS; unit++) {
            text.append(device("meter-" + unit, "meter", modbusPort, unit, "1s"));
        }
        text.append(device("panel", "panel", modbusPort, METERS + 1, PANEL_POLL));
        text.append("alarms:\n");
        for (int i = 0; i < ALARMS; i++) {
            text.append(
                    "  a%d: {tag: \"panel/s%d\", high: 50, priority: high, message: \"Too hot\", action: \"Look\"}\n"
                            .formatted(i, i));
        }
        text.append("uplink: {url: \"mqtt://127.0.0.1:%d\"%s}\n".formatted(uplinkPort, bandwidth));
        text.append("web: {listen: \"127.0.0.1:%d\"}\n".formatted(FootprintPlant.freePort()));
        return Files.writeString(folder.resolve(name + ".yaml"), text);
    }

    private static String device(String name, String profile, int port, int unit, String poll) {
        return "  %s: {profile: %s, url: \"tcp://127.0.0.1:%d\", unit-id: %d, poll: %s, timeout: 900ms}\n"
                .formatted(name, profile, port, unit, poll);
    }
}
