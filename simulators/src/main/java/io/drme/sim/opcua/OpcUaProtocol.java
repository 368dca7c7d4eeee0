package io.drme.sim.opcua;

import io.drme.config.Section;
import io.drme.sim.DeviceContext;
import io.drme.sim.SimulatedDevice;
import io.drme.sim.SimulatedProtocol;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.eclipse.milo.opcua.stack.core.StatusCodes;
import org.eclipse.milo.opcua.stack.core.UaRuntimeException;
import org.eclipse.milo.opcua.stack.core.types.builtin.ExpandedNodeId;
import org.eclipse.milo.opcua.stack.core.types.builtin.StatusCode;
import org.eclipse.milo.opcua.stack.core.types.builtin.unsigned.UInteger;
import org.eclipse.milo.opcua.stack.core.types.structured.Range;

/** Reads simulated OPC UA servers from a scenario. */
public final class OpcUaProtocol implements SimulatedProtocol {
    /** The most nodes of one server. */
    static final int MAX_NODES = 50_000;

    private static final int DEFAULT_PORT = 4840;

    @Override
    public String name() {
        return "opcua";
    }

    @Override
    public int defaultPort() {
        return DEFAULT_PORT;
    }

    @Override
    public Optional<SimulatedDevice> device(Section device, DeviceContext context) {
        var options = ServerOptions.read(device, context.name(), context.directory());
        var nodes = new ArrayList<SimulatedNode>();
        var sections = device.sections("nodes");
        if (sections.isEmpty()) {
            device.problem(
                    "nodes",
                    "there are none; add for example 'nsu=urn:acme:boiler;s=Pressure': {value: 1.5}");
        }
        sections.forEach((address, keys) -> node(address, keys, context).ifPresent(nodes::add));
        if (nodes.size() > MAX_NODES) {
            device.problem("nodes", "%d are more than %d".formatted(nodes.size(), MAX_NODES));
        }
        return nodes.isEmpty() || nodes.size() != sections.size()
                ? Optional.empty()
                : Optional.of(new OpcUaSimulator(context, options, List.copyOf(nodes)));
    }

    private static Optional<SimulatedNode> node(
            String address, Section keys, DeviceContext context) {
        var id = parse(address);
        if (id.isEmpty()) {
            keys.problems()
                    .add(
                            keys.where(),
                            keys.path(),
                            "'%s' is no node; expected nsu=URI;s=Name (or i= number, g= UUID, b= base 64)"
                                    .formatted(address));
            return Optional.empty();
        }
        var uri = String.valueOf(id.get().getNamespaceUri());
        var identifier = id.get().getIdentifier();
        var number =
                identifier instanceof UInteger i
                        ? OptionalLong.of(i.longValue())
                        : OptionalLong.empty();
        var shape = new ShapeReader(context.values(), number).read(keys);
        var range =
                keys.parsed("range", "the range of a number, as in 0..100", OpcUaProtocol::range);
        var status =
                keys.parsed(
                        "status",
                        "a status; for example Uncertain_LastUsableValue",
                        OpcUaProtocol::status);
        int history = (int) keys.integer("history", 0, 0, NodeHistory.MOST_VALUES);
        boolean stamped = keys.bool("source-time", true);
        var name = keys.text("name", String.valueOf(identifier));
        keys.done();
        return shape.map(s ->
                new SimulatedNode(
                        uri,
                        identifier,
                        name,
                        s,
                        range,
                        status.orElse(StatusCode.GOOD),
                        history,
                        stamped));
    }

    private static Optional<Range> range(String text) {
        var ends = text.split("\\.\\.", -1);
        try {
            return ends.length == 2
                    ? Optional.of(
                            new Range(Double.parseDouble(ends[0]), Double.parseDouble(ends[1])))
                    : Optional.empty();
        } catch (NumberFormatException _) {
            return Optional.empty();
        }
    }

    private static Optional<ExpandedNodeId> parse(String address) {
        try {
            return Optional.of(ExpandedNodeId.parse(address))
                    .filter(id -> address.startsWith("nsu=") && id.getNamespaceUri() != null);
        } catch (UaRuntimeException _) {
            return Optional.empty();
        }
    }

    private static Optional<StatusCode> status(String name) {
        try {
            return Optional.of(new StatusCode(StatusCodes.class.getField(name).getLong(null)));
        } catch (ReflectiveOperationException _) {
            return "Good".equals(name) ? Optional.of(StatusCode.GOOD) : Optional.empty();
        }
    }
}
