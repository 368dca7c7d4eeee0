package io.drme.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * What is read in {@link AcquireBench}: Modbus devices with 500 registers each, once a second, and
 * an OPC UA server with 5,000 changes a second. Values tell where they come from, so that one which
 * landed elsewhere is seen.
 */
public final class AcquireWork {
    /** Registers of a device, read once a second. */
    public static final int REGISTERS = 500;

    /** Registers that one request may ask for (Modbus Application Protocol 1.1b3, 6.3). */
    public static final int MOST_REGISTERS = 125;

    /** Nodes of the OPC UA server; each changes every {@link #CHANGE_MILLIS}. */
    public static final int NODES = 5_000;

    /** How long a node keeps its value. */
    public static final int CHANGE_MILLIS = 1_000;

    static final int DEVICES = 20;

    /** What a process reads. */
    enum Protocol {
        MODBUS(DEVICES * REGISTERS),
        OPCUA(NODES * 1_000 / CHANGE_MILLIS);

        private final int valuesPerSecond;

        Protocol(int valuesPerSecond) {
            this.valuesPerSecond = valuesPerSecond;
        }

        /** What the processes are told. */
        String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        int valuesPerSecond() {
            return valuesPerSecond;
        }
    }

    private static final long NODE_STEP = 1_000_000_000;
    private static final int UNIT = 1_000;

    private AcquireWork() {}

    /** The ports in the arguments of a candidate's process, behind the protocol. */
    public static List<Integer> ports(String... arguments) {
        return Arrays.stream(arguments).skip(1).map(Integer::valueOf).toList();
    }

    /** What a register holds: it tells its address. */
    public static int register(int address) {
        return UNIT + address;
    }

    /** Whether a value can be one of this node. */
    public static boolean isOfNode(int node, long value) {
        return value / NODE_STEP == node + 1;
    }

    /** Writes the scenario of the simulators. */
    static Path plant(Path folder, List<Integer> modbus, int opcUa) throws IOException {
        var text = new StringBuilder("seed: 1\ndevices:\n");
        for (int i = 0; i < modbus.size(); i++) {
            text.append(
                    "  press-%d: {protocol: modbus, listen: \"127.0.0.1:%d\", units: {1: {fill: {\"holding:0-%d\": {value: address}}}}}\n"
                            .formatted(i, modbus.get(i), REGISTERS - 1));
        }
        text.append(
                "  boiler:\n    protocol: opcua\n    listen: \"127.0.0.1:%d\"\n    path: /bench\n    security: [none]\n    tick: %dms\n    nodes:\n"
                        .formatted(opcUa, CHANGE_MILLIS));
        for (int node = 0; node < NODES; node++) {
            text.append(
                    "      \"nsu=urn:drme:bench;s=N%d\": {type: int64, value: {counter: {start: %d, step: 1, every: %dms}}}\n"
                            .formatted(node, (node + 1) * NODE_STEP, CHANGE_MILLIS));
        }
        return Files.writeString(folder.resolve("acquire-plant.yaml"), text);
    }

    /** Writes the devices of one protocol as a gateway's file. */
    static Path gateway(Path folder, Protocol protocol, List<Integer> ports) throws IOException {
        var text =
                new StringBuilder(
                        "gateway: {id: acquire-%s, site: acme/bench}\n".formatted(protocol.word()));
        if (protocol == Protocol.MODBUS) {
            text.append("profiles:\n  press:\n    driver: modbus\n    tags:\n");
            for (int i = 0; i < REGISTERS; i++) {
                text.append("      r%d: {address: \"holding:%d\", type: uint16}\n".formatted(i, i));
            }
            text.append("devices:\n");
            for (int i = 0; i < ports.size(); i++) {
                text.append(
                        "  press-%d: {profile: press, url: \"tcp://127.0.0.1:%d\", unit-id: 1, poll: 1s, timeout: 900ms}\n"
                                .formatted(i, ports.get(i)));
            }
        } else {
            text.append(
                    "devices:\n  boiler:\n    driver: opcua\n    url: \"opc.tcp://127.0.0.1:%d/bench\"\n    tags:\n"
                            .formatted(ports.getFirst()));
            for (int node = 0; node < NODES; node++) {
                text.append(
                        "      n%d: {address: \"nsu=urn:drme:bench;s=N%d\", type: int64, sampling: %dms}\n"
                                .formatted(node, node, CHANGE_MILLIS));
            }
        }
        text.append("web: {listen: \"127.0.0.1:%d\"}\n".formatted(FootprintPlant.freePort()));
        return Files.writeString(folder.resolve("acquire-" + protocol.word() + ".yaml"), text);
    }
}
