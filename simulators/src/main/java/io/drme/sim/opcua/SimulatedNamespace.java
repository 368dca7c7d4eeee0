package io.drme.sim.opcua;

import io.drme.sim.DeviceContext;
import io.drme.sim.fault.Fault;
import io.drme.sim.fault.FaultKind;
import io.drme.sim.fault.Faults;
import io.drme.sim.fault.Moment;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.milo.opcua.sdk.core.AccessLevel;
import org.eclipse.milo.opcua.sdk.core.QualifiedProperty;
import org.eclipse.milo.opcua.sdk.core.Reference;
import org.eclipse.milo.opcua.sdk.core.ValueRanks;
import org.eclipse.milo.opcua.sdk.server.ManagedNamespaceWithLifecycle;
import org.eclipse.milo.opcua.sdk.server.OpcUaServer;
import org.eclipse.milo.opcua.sdk.server.items.DataItem;
import org.eclipse.milo.opcua.sdk.server.items.MonitoredItem;
import org.eclipse.milo.opcua.sdk.server.nodes.UaVariableNode;
import org.eclipse.milo.opcua.sdk.server.util.SubscriptionModel;
import org.eclipse.milo.opcua.stack.core.NodeIds;
import org.eclipse.milo.opcua.stack.core.StatusCodes;
import org.eclipse.milo.opcua.stack.core.types.builtin.ByteString;
import org.eclipse.milo.opcua.stack.core.types.builtin.DataValue;
import org.eclipse.milo.opcua.stack.core.types.builtin.DateTime;
import org.eclipse.milo.opcua.stack.core.types.builtin.LocalizedText;
import org.eclipse.milo.opcua.stack.core.types.builtin.NodeId;
import org.eclipse.milo.opcua.stack.core.types.builtin.StatusCode;
import org.eclipse.milo.opcua.stack.core.types.builtin.Variant;
import org.eclipse.milo.opcua.stack.core.types.builtin.unsigned.UByte;
import org.eclipse.milo.opcua.stack.core.types.builtin.unsigned.UInteger;
import org.eclipse.milo.opcua.stack.core.types.enumerated.TimestampsToReturn;
import org.eclipse.milo.opcua.stack.core.types.structured.HistoryReadDetails;
import org.eclipse.milo.opcua.stack.core.types.structured.HistoryReadResult;
import org.eclipse.milo.opcua.stack.core.types.structured.HistoryReadValueId;
import org.eclipse.milo.opcua.stack.core.types.structured.Range;
import org.eclipse.milo.opcua.stack.core.util.Namespaces;

/** The nodes of one namespace; {@link #tick} gives them their present values. */
final class SimulatedNamespace extends ManagedNamespaceWithLifecycle {
    /** 1970 in the time of OPC UA, which counts 100 ns since 1601. */
    private static final long EPOCH_TICKS = 116_444_736_000_000_000L;

    private static final int NANOS_PER_TICK = 100;

    private static final UByte READ_BOTH =
            AccessLevel.toValue(AccessLevel.CurrentRead, AccessLevel.HistoryRead);

    private static final QualifiedProperty<Range> EU_RANGE =
            new QualifiedProperty<>(
                    Namespaces.OPC_UA,
                    "EURange",
                    NodeIds.Range.expanded(),
                    ValueRanks.Scalar,
                    Range.class);

    private final Map<SimulatedNode, UaVariableNode> variables = new LinkedHashMap<>();
    private final SubscriptionModel subscriptions;
    private final SimulatedTypes types;
    private final Set<DataItem> frozen = ConcurrentHashMap.newKeySet();
    private final boolean byName;
    private final Map<SimulatedNode, NodeHistory> histories;
    private final HistoryService history;
    private long frozenNanos = Long.MIN_VALUE;

    /**
     * The nodes of a namespace.
     *
     * @param histories of those that keep one
     * @param byName whether each may fail on its own
     */
    SimulatedNamespace(
            OpcUaServer server,
            String uri,
            List<SimulatedNode> nodes,
            Map<SimulatedNode, NodeHistory> histories,
            boolean byName) {
        super(server, uri);
        this.byName = byName;
        this.histories = histories;
        subscriptions = new SubscriptionModel(server, this);
        getLifecycleManager().addLifecycle(subscriptions);
        types =
                new SimulatedTypes(
                        server,
                        getNodeContext(),
                        id -> newNodeId(String.valueOf(id.getIdentifier())));
        nodes.forEach(n -> variables.put(n, variable(n)));
        var byId = new HashMap<NodeId, NodeHistory>();
        variables.forEach((node, variable) -> {
            var history = histories.get(node);
            if (history != null) {
                byId.put(variable.getNodeId(), history);
            }
        });
        history = new HistoryService(server.getStaticEncodingContext(), byId);
    }

    private UaVariableNode variable(SimulatedNode node) {
        var variable =
                new UaVariableNode.UaVariableNodeBuilder(getNodeContext())
                        .setNodeId(nodeId(node.identifier()))
                        .setBrowseName(newQualifiedName(node.name()))
                        .setDisplayName(LocalizedText.english(node.name()))
                        .setDataType(types.typeOf(node.shape(), node.name()))
                        .setTypeDefinition(
                                node.range().isPresent()
                                        ? NodeIds.AnalogItemType
                                        : NodeIds.BaseDataVariableType)
                        .setAccessLevel(AccessLevel.READ_ONLY)
                        .setUserAccessLevel(AccessLevel.READ_ONLY)
                        .setMinimumSamplingInterval(0.0)
                        .build();
        if (node.shape() instanceof Shape.Many many) {
            variable.setValueRank(many.dimensions().size());
            variable.setArrayDimensions(SimulatedTypes.dimensions(many));
        }
        if (node.history() > 0) {
            variable.setHistorizing(true);
            variable.setAccessLevel(READ_BOTH);
            variable.setUserAccessLevel(READ_BOTH);
        }
        node.range().ifPresent(range -> variable.setProperty(EU_RANGE, range));
        variable.addReference(
                new Reference(
                        variable.getNodeId(),
                        NodeIds.Organizes,
                        NodeIds.ObjectsFolder.expanded(),
                        Reference.Direction.INVERSE));
        getNodeManager().addNode(variable);
        return variable;
    }

    private NodeId nodeId(Object identifier) {
        return switch (identifier) {
            case String s -> newNodeId(s);
            case UInteger i -> newNodeId(i);
            case UUID u -> newNodeId(u);
            case ByteString b -> newNodeId(b);
            default -> throw new IllegalStateException("no identifier: " + identifier);
        };
    }

    /** Sets all values to those of now. */
    void tick(DeviceContext context) {
        var faults = context.faults();
        var whole = faults.standing(Faults.WHOLE);
        freeze(whole);
        variables.forEach((node, variable) -> {
            var standing = byName ? faults.standing(node.name()) : whole;
            var value = value(node, context, standing);
            variable.setValue(value);
            var kept = histories.get(node);
            if (kept != null) {
                kept.add(value);
            }
        });
    }

    private DataValue value(SimulatedNode node, DeviceContext context, Faults.Standing standing) {
        var fault = standing.fault();
        long behind = fault.kind() == FaultKind.WRONG_CLOCK ? fault.delay().toNanos() : 0;
        var now =
                new DateTime(
                        EPOCH_TICKS + (context.clock().epochNanos() - behind) / NANOS_PER_TICK);
        var status = fault.kind() == FaultKind.EXCEPTION ? code(fault) : node.status();
        var moment =
                Moment.of(
                        context.elapsedNanos(),
                        fault,
                        context.clock().nanoTime() - standing.sinceNanos());
        var value =
                status.isBad()
                        ? Variant.NULL_VALUE
                        : new Variant(types.value(node.shape(), moment));
        return new DataValue(value, status, node.stamped() ? now : null, now);
    }

    /** What is subscribed when it freezes is not looked at any more; what comes later is. */
    private void freeze(Faults.Standing standing) {
        boolean isFrozen = standing.fault().kind() == FaultKind.FROZEN;
        if (isFrozen && standing.sinceNanos() != frozenNanos) {
            frozenNanos = standing.sinceNanos();
            frozen.addAll(subscriptions.getDataItems());
            subscriptions.onDataItemsDeleted(List.copyOf(frozen));
        } else if (!isFrozen && !frozen.isEmpty()) {
            subscriptions.onDataItemsCreated(List.copyOf(frozen));
            frozen.clear();
        }
    }

    private static StatusCode code(Fault fault) {
        return new StatusCode(
                fault.code() == 0
                        ? StatusCodes.Bad_DeviceFailure
                        : Integer.toUnsignedLong(fault.code()));
    }

    @Override
    public List<HistoryReadResult> historyRead(
            HistoryReadContext context,
            HistoryReadDetails details,
            TimestampsToReturn timestamps,
            List<HistoryReadValueId> asked) {
        return asked.stream().map(node -> history.read(details, node)).toList();
    }

    @Override
    public void onDataItemsCreated(List<DataItem> items) {
        subscriptions.onDataItemsCreated(items);
    }

    @Override
    public void onDataItemsModified(List<DataItem> items) {
        subscriptions.onDataItemsModified(items);
    }

    @Override
    public void onDataItemsDeleted(List<DataItem> items) {
        frozen.removeAll(items);
        subscriptions.onDataItemsDeleted(items);
    }

    @Override
    public void onMonitoringModeChanged(List<MonitoredItem> items) {
        subscriptions.onMonitoringModeChanged(items);
    }
}
