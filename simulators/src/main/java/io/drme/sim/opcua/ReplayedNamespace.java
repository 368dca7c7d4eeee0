package io.drme.sim.opcua;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.eclipse.milo.opcua.sdk.core.AccessLevel;
import org.eclipse.milo.opcua.sdk.core.Reference;
import org.eclipse.milo.opcua.sdk.core.ValueRanks;
import org.eclipse.milo.opcua.sdk.server.ManagedNamespaceWithLifecycle;
import org.eclipse.milo.opcua.sdk.server.OpcUaServer;
import org.eclipse.milo.opcua.sdk.server.items.DataItem;
import org.eclipse.milo.opcua.sdk.server.items.MonitoredItem;
import org.eclipse.milo.opcua.sdk.server.nodes.UaFolderNode;
import org.eclipse.milo.opcua.sdk.server.nodes.UaNode;
import org.eclipse.milo.opcua.sdk.server.nodes.UaVariableNode;
import org.eclipse.milo.opcua.sdk.server.util.SubscriptionModel;
import org.eclipse.milo.opcua.stack.core.NodeIds;
import org.eclipse.milo.opcua.stack.core.StatusCodes;
import org.eclipse.milo.opcua.stack.core.types.builtin.DataValue;
import org.eclipse.milo.opcua.stack.core.types.builtin.ExpandedNodeId;
import org.eclipse.milo.opcua.stack.core.types.builtin.LocalizedText;
import org.eclipse.milo.opcua.stack.core.types.builtin.NodeId;
import org.eclipse.milo.opcua.stack.core.types.builtin.QualifiedName;

/** The recorded nodes of one namespace. Values are set by the player's thread. */
final class ReplayedNamespace extends ManagedNamespaceWithLifecycle {
    private final Map<Integer, UaVariableNode> variables = new HashMap<>();
    private final SubscriptionModel subscriptions;

    private final Runnable sampled;

    /**
     * Makes the nodes.
     *
     * @param sampled told each time that somebody subscribes to values
     */
    ReplayedNamespace(
            OpcUaServer server, String uri, Map<Integer, RecordedNode> nodes, Runnable sampled) {
        super(server, uri);
        this.sampled = sampled;
        subscriptions = new SubscriptionModel(server, this);
        getLifecycleManager().addLifecycle(subscriptions);
        nodes.forEach(this::add);
    }

    private void add(int n, RecordedNode recorded) {
        var id = id(recorded.id());
        var namespace = getServer().getNamespaceTable().getIndex(recorded.nameUri());
        var name =
                new QualifiedName(
                        namespace == null ? getNamespaceIndex() : namespace, recorded.name());
        var shown = LocalizedText.english(recorded.name());
        UaNode node;
        if (recorded.type().isEmpty()) {
            node = new UaFolderNode(getNodeContext(), id, name, shown);
        } else {
            var variable =
                    new UaVariableNode.UaVariableNodeBuilder(getNodeContext())
                            .setNodeId(id)
                            .setBrowseName(name)
                            .setDisplayName(shown)
                            .setDataType(recorded.type().get().dataType())
                            .setValueRank(
                                    recorded.isArray()
                                            ? ValueRanks.OneDimension
                                            : ValueRanks.Scalar)
                            .setTypeDefinition(NodeIds.BaseDataVariableType)
                            .setAccessLevel(AccessLevel.READ_ONLY)
                            .setUserAccessLevel(AccessLevel.READ_ONLY)
                            .setMinimumSamplingInterval(0.0)
                            .build();
            variable.setValue(new DataValue(StatusCodes.Bad_WaitingForInitialData));
            variables.put(n, variable);
            node = variable;
        }
        var parent = recorded.parent().isEmpty() ? NodeIds.ObjectsFolder : id(recorded.parent());
        node.addReference(
                new Reference(
                        id,
                        recorded.parent().isEmpty() ? NodeIds.Organizes : NodeIds.HasComponent,
                        parent.expanded(),
                        Reference.Direction.INVERSE));
        getNodeManager().addNode(node);
    }

    private NodeId id(String text) {
        return ExpandedNodeId.parse(text)
                .toNodeId(getServer().getNamespaceTable())
                .orElseThrow(() -> new IllegalStateException("no namespace of " + text));
    }

    /** Gives a variable of this namespace a value; nothing where it is not here. */
    void set(int n, DataValue value) {
        var variable = variables.get(n);
        if (variable != null) {
            variable.setValue(value);
        }
    }

    @Override
    public void onDataItemsCreated(List<DataItem> items) {
        subscriptions.onDataItemsCreated(items);
        sampled.run();
    }

    @Override
    public void onDataItemsModified(List<DataItem> items) {
        subscriptions.onDataItemsModified(items);
    }

    @Override
    public void onDataItemsDeleted(List<DataItem> items) {
        subscriptions.onDataItemsDeleted(items);
    }

    @Override
    public void onMonitoringModeChanged(List<MonitoredItem> items) {
        subscriptions.onMonitoringModeChanged(items);
    }
}
