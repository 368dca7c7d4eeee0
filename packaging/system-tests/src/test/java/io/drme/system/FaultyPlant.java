package io.drme.system;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A plant in which each device has a fault of its own, and the gateway that reads it. All devices
 * change with each poll, so that no sample is left out by a deadband.
 */
final class FaultyPlant {
    static final String GATEWAY = "fault-line";

    /** The tag that each device has. */
    static final String TAG = "value";

    /** A device without a fault, with tags that configurations leave out or keep on the site. */
    static final String CALM = "calm";

    /** Only in the usual configuration. */
    static final String COMING = CALM + "/coming";

    /** Stays on the site in the other configuration. */
    static final String KEPT = CALM + "/kept";

    /** What a fault does to a tag that does not show it. */
    static final String NONE = "";

    /**
     * One device and its fault.
     *
     * @param fault the body of the request that makes it
     * @param reason what it must be in a series; {@link #NONE} where there must be no gap
     */
    record Case(String device, String protocol, JsonObject fault, String reason) {
        String tag() {
            return device + "/" + TAG;
        }

        boolean leavesAGap() {
            return !reason.equals(NONE);
        }

        @Override
        public String toString() {
            return "%s, %s".formatted(device, fault.encode());
        }
    }

    private static Case of(String protocol, String name, String fault, String reason) {
        return new Case(
                protocol + "-" + name, protocol, new JsonObject().put("fault", fault), reason);
    }

    private static Case slow(String protocol, String name, String delay, String reason) {
        var slow = of(protocol, name, "slow", reason);
        slow.fault.put("delay", delay);
        return slow;
    }

    private static Case exception(int code, String reason) {
        var exception = of("modbus", "exception-" + code, "exception", reason);
        exception.fault.put("code", code);
        return exception;
    }

    /**
     * Faults of every protocol that leave one reason from their begin to their end; reasons as
     * docs/drivers gives them. Where a connection breaks first and then can't be made anew in
     * another way (a silent broker, a server that is half open), each part has its own.
     */
    static final List<Case> CASES =
            List.of(
                    of("modbus", "silent", "silent", "timeout"),
                    slow("modbus", "slow", "20s", "timeout"),
                    slow("modbus", "slow-in-time", "100ms", NONE),
                    of("modbus", "reset", "reset", "comms-lost"),
                    exception(1, "refused"),
                    exception(2, "unknown-address"),
                    exception(4, "device-bad"),
                    exception(6, "refused"),
                    exception(11, "timeout"),
                    of("modbus", "wrong-transaction", "wrong-transaction", "comms-lost"),
                    of("modbus", "wrong-unit", "wrong-unit", "comms-lost"),
                    of("modbus", "short", "short", "comms-lost"),
                    of("modbus", "garbage", "garbage", "comms-lost"),
                    of("modbus", "drip", "drip", "timeout"),
                    of("modbus", "half-open", "half-open", "comms-lost"),
                    of("opcua", "silent", "silent", "timeout"),
                    slow("opcua", "slow", "20s", "timeout"),
                    slow("opcua", "slow-in-time", "500ms", NONE),
                    of("opcua", "reset", "reset", "comms-lost"),
                    of("opcua", "exception", "exception", "sensor-failure"),
                    of("opcua", "garbage", "garbage", "comms-lost"),
                    of("opcua", "drip", "drip", "timeout"),
                    slow("mqtt", "slow-in-time", "500ms", NONE),
                    of("mqtt", "reset", "reset", "comms-lost"),
                    of("mqtt", "garbage", "garbage", "comms-lost"),
                    of("mqtt", "half-open", "half-open", "comms-lost"),
                    of("gpio", "silent", "silent", "timeout"),
                    slow("gpio", "slow", "20s", "timeout"),
                    slow("gpio", "slow-in-time", "500ms", NONE),
                    of("gpio", "reset", "reset", "comms-lost"),
                    of("gpio", "exception", "exception", "comms-lost"));

    private final Path folder;
    private final Map<String, Integer> ports = new TreeMap<>();

    FaultyPlant(Path folder) throws IOException {
        this.folder = folder;
        ports.put(CALM, Programs.freePort());
        for (var one : CASES) {
            ports.put(one.device, Programs.freePort());
        }
    }

    /** Writes what {@code drme-sim run} takes. */
    Path scenario() throws IOException {
        var devices = new ArrayList<String>();
        devices.add(modbusDevice(CALM));
        for (var one : CASES) {
            devices.add(
                    switch (one.protocol) {
                        case "modbus" -> modbusDevice(one.device);
                        case "opcua" -> opcuaDevice(one.device);
                        case "mqtt" -> mqttDevice(one.device);
                        default -> gpioDevice(one.device);
                    });
        }
        return written("plant.yaml", "devices:\n" + String.join("", devices));
    }

    private String modbusDevice(String name) {
        return """
          %s:
            protocol: modbus
            listen: "127.0.0.1:%d"
            units: {1: {points: {value: {address: "holding:0", value: {counter: {every: 100ms}}}}}}
        """
                .formatted(name, ports.get(name));
    }

    private String opcuaDevice(String name) {
        return """
          %s:
            protocol: opcua
            listen: "127.0.0.1:%d"
            security: [none]
            pki: pki/%s
            nodes: {"nsu=urn:acme:plant;s=Value": {type: int32, value: {counter: {every: 500ms}}}}
        """
                .formatted(name, ports.get(name), name);
    }

    private String mqttDevice(String name) {
        return """
          %s:
            protocol: mqtt
            listen: "127.0.0.1:%d"
            topics: {plant/value: {value: {counter: {every: 500ms}}, every: 500ms}}
        """
                .formatted(name, ports.get(name));
    }

    private String gpioDevice(String name) {
        return """
          %s:
            protocol: gpio
            listen: "127.0.0.1:%d"
            lines: {3: {value: {square: {period: 1s}}}}
        """
                .formatted(name, ports.get(name));
    }

    /**
     * Writes the gateway's configuration.
     *
     * @param usual whether all tags are there and none stays on the site
     */
    Path configuration(int uplinkPort, int webPort, boolean usual) throws IOException {
        var devices =
                CASES.stream()
                        .map(one ->
                                switch (one.protocol) {
                                    case "modbus" -> modbusReader(one.device, "");
                                    case "opcua" -> opcuaReader(one.device);
                                    case "mqtt" -> mqttReader(one.device);
                                    default -> gpioReader(one.device);
                                })
                        .collect(Collectors.joining());
        var calm =
                usual
                        ? "coming: {address: \"holding:0\", type: uint16}, kept: {address: \"holding:0\", type: uint16}, "
                        : "kept: {address: \"holding:0\", type: uint16, sync: local}, ";
        return written(
                "gateway.yaml",
                """
                gateway: {id: %s, site: acme/test}
                devices:
                %s%sstore: {max-size: 64MiB, sync-every: 1s, seal-every: 2s}
                uplink: {url: "mqtt://127.0.0.1:%d"}
                web: {listen: "127.0.0.1:%d"}
                """
                        .formatted(
                                GATEWAY, modbusReader(CALM, calm), devices, uplinkPort, webPort));
    }

    private String modbusReader(String name, String more) {
        return """
          %s: {driver: modbus, url: "tcp://127.0.0.1:%d", poll: 1s, timeout: 3s, tags: {%svalue: {address: "holding:0", type: uint16}}}
        """
                .formatted(name, ports.get(name), more);
    }

    private String opcuaReader(String name) {
        return """
          %s: {driver: opcua, url: "opc.tcp://127.0.0.1:%d", poll: 1s, timeout: 3s, tags: {value: {address: "nsu=urn:acme:plant;s=Value", type: int64, sampling: 100ms}}}
        """
                .formatted(name, ports.get(name));
    }

    private String mqttReader(String name) {
        return """
          %s: {driver: mqtt, url: "mqtt://127.0.0.1:%d", poll: 1s, timeout: 3s, keep-alive: 2s, tags: {value: {address: "plant/value", type: int64}}}
        """
                .formatted(name, ports.get(name));
    }

    private String gpioReader(String name) {
        return """
          %s: {driver: gpio, url: "sim://127.0.0.1:%d", poll: 1s, timeout: 3s, tags: {value: {address: "line:3"}}}
        """
                .formatted(name, ports.get(name));
    }

    private Path written(String name, String text) throws IOException {
        var file = folder.resolve(name);
        Files.writeString(file, text);
        return file;
    }
}
