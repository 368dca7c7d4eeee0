package io.drme.sim.opcua;

import static org.eclipse.milo.opcua.stack.core.types.builtin.unsigned.Unsigned.uint;

import io.drme.model.Glob;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.eclipse.milo.opcua.sdk.client.OpcUaClient;
import org.eclipse.milo.opcua.stack.core.AttributeId;
import org.eclipse.milo.opcua.stack.core.NamespaceTable;
import org.eclipse.milo.opcua.stack.core.NodeIds;
import org.eclipse.milo.opcua.stack.core.UaException;
import org.eclipse.milo.opcua.stack.core.types.builtin.DataValue;
import org.eclipse.milo.opcua.stack.core.types.builtin.NodeId;
import org.eclipse.milo.opcua.stack.core.types.builtin.QualifiedName;
import org.eclipse.milo.opcua.stack.core.types.enumerated.BrowseDirection;
import org.eclipse.milo.opcua.stack.core.types.enumerated.BrowseResultMask;
import org.eclipse.milo.opcua.stack.core.types.enumerated.NodeClass;
import org.eclipse.milo.opcua.stack.core.types.enumerated.TimestampsToReturn;
import org.eclipse.milo.opcua.stack.core.types.structured.BrowseDescription;
import org.eclipse.milo.opcua.stack.core.types.structured.BrowseResult;
import org.eclipse.milo.opcua.stack.core.types.structured.ReadValueId;
import org.eclipse.milo.opcua.stack.core.types.structured.ReferenceDescription;

/**
 * Walks a server's address space from its folder of objects and tells what a replay needs of it:
 * the variables, and the objects on the way to them. Blocks; confined to one thread.
 */
final class Crawler {
    /** More nodes than these are not looked at; a person then narrows the search. */
    static final int MOST_NODES = 100_000;

    private static final int MOST_DEPTH = 32;

    /** Small controllers take no more in one call; two attributes of each variable are read. */
    private static final int VARIABLES_A_READ = 50;

    private final OpcUaClient client;
    private final NamespaceTable namespaces;
    private final int limit;
    private final Optional<Glob> match;
    private final Map<NodeId, Place> places = new LinkedHashMap<>();
    private final Set<NodeId> wanted = new HashSet<>();
    private int unlike;
    private boolean isAll = true;

    /** A node of the server and where it was found first. */
    private record Place(
            NodeId node,
            NodeId parent,
            String path,
            QualifiedName name,
            NodeClass kind,
            int depth) {}

    /**
     * What was found.
     *
     * @param nodes objects and variables, parents before children
     * @param unlike variables of types that a recording does not hold
     * @param isAll whether no limit ended the search
     */
    record Found(List<RecordedNode> nodes, int unlike, boolean isAll) {}

    Crawler(OpcUaClient client, NamespaceTable namespaces, int limit, Optional<Glob> match) {
        this.client = client;
        this.namespaces = namespaces;
        this.limit = limit;
        this.match = match;
    }

    Found walk() throws UaException {
        var waiting = new ArrayDeque<Place>();
        var variables = new ArrayList<Place>();
        var root =
                new Place(
                        NodeIds.ObjectsFolder,
                        NodeId.NULL_VALUE,
                        "",
                        QualifiedName.NULL_VALUE,
                        NodeClass.Object,
                        0);
        places.put(root.node(), root);
        waiting.add(root);
        while (!waiting.isEmpty() && isAll) {
            var place = waiting.poll();
            for (var reference : references(place.node())) {
                var child = child(place, reference);
                if (child.isEmpty()) {
                    continue;
                }
                if (places.size() > MOST_NODES || variables.size() >= limit) {
                    isAll = false;
                    break;
                }
                places.put(child.get().node(), child.get());
                if (child.get().kind() == NodeClass.Variable && isMatch(child.get().path())) {
                    variables.add(child.get());
                }
                if (child.get().depth() < MOST_DEPTH) {
                    waiting.add(child.get());
                }
            }
        }
        var types = types(variables);
        types.keySet().forEach(this::want);
        var nodes = new ArrayList<RecordedNode>();
        for (var place : places.values()) {
            if (wanted.contains(place.node())) {
                nodes.add(node(place, Optional.ofNullable(types.get(place.node()))));
            }
        }
        return new Found(nodes, unlike, isAll);
    }

    private boolean isMatch(String path) {
        return match.isEmpty() || match.get().matches(path);
    }

    /** A child that is new; those of the standard itself, as the server's state, are left out. */
    private Optional<Place> child(Place parent, ReferenceDescription reference) {
        return reference
                .getNodeId()
                .toNodeId(namespaces)
                .filter(n -> n.getNamespaceIndex().intValue() > 0 && !places.containsKey(n))
                .map(n -> {
                    var name = String.valueOf(reference.getBrowseName().getName());
                    var path = parent.path().isEmpty() ? name : parent.path() + "/" + name;
                    return new Place(
                            n,
                            parent.node(),
                            path,
                            reference.getBrowseName(),
                            reference.getNodeClass(),
                            parent.depth() + 1);
                });
    }

    private void want(NodeId node) {
        for (var place = places.get(node);
                place != null && place.depth() > 0 && wanted.add(place.node());
                place = places.get(place.parent())) {
            // Its parents are wanted too.
        }
    }

    private RecordedNode node(Place place, Optional<Typed> typed) {
        return new RecordedNode(
                place.node().expanded(namespaces).toParseableString(),
                place.parent().equals(NodeIds.ObjectsFolder)
                        ? ""
                        : place.parent().expanded(namespaces).toParseableString(),
                place.path(),
                String.valueOf(place.name().getName()),
                String.valueOf(namespaces.get(place.name().getNamespaceIndex().intValue())),
                typed.map(Typed::type),
                typed.map(Typed::isArray).orElse(false));
    }

    private record Typed(RecordedType type, boolean isArray) {}

    private Map<NodeId, Typed> types(List<Place> variables) throws UaException {
        var types = new HashMap<NodeId, Typed>();
        for (int from = 0; from < variables.size(); from += VARIABLES_A_READ) {
            var some = variables.subList(from, Math.min(variables.size(), from + VARIABLES_A_READ));
            var reads = new ArrayList<ReadValueId>();
            for (var place : some) {
                reads.add(read(place.node(), AttributeId.Value));
                reads.add(read(place.node(), AttributeId.DataType));
            }
            var results = client.read(0, TimestampsToReturn.Neither, reads).getResults();
            for (int i = 0; results != null && 2 * i + 1 < results.length; i++) {
                var typed = typed(results[2 * i], results[2 * i + 1]);
                if (typed.isPresent()) {
                    types.put(some.get(i).node(), typed.get());
                } else {
                    unlike++;
                }
            }
        }
        return types;
    }

    private static ReadValueId read(NodeId node, AttributeId attribute) {
        return new ReadValueId(node, attribute.uid(), null, QualifiedName.NULL_VALUE);
    }

    private static Optional<Typed> typed(DataValue value, DataValue dataType) {
        var held = value.getValue().getValue();
        if (held != null) {
            return RecordedType.ofForm(held.getClass())
                    .map(t -> new Typed(t, held.getClass().isArray()));
        }
        return dataType.getValue().getValue() instanceof NodeId id
                ? RecordedType.ofDataType(id).map(t -> new Typed(t, false))
                : Optional.empty();
    }

    private List<ReferenceDescription> references(NodeId node) throws UaException {
        var all = new ArrayList<ReferenceDescription>();
        var result =
                client.browse(
                        new BrowseDescription(
                                node,
                                BrowseDirection.Forward,
                                NodeIds.HierarchicalReferences,
                                true,
                                uint(NodeClass.Object.getValue() | NodeClass.Variable.getValue()),
                                uint(BrowseResultMask.All.getValue())));
        add(result, all);
        var next = result.getContinuationPoint();
        while (next != null && next.isNotNull() && next.length() > 0 && all.size() <= MOST_NODES) {
            var results = client.browseNext(false, List.of(next)).getResults();
            if (results == null || results.length == 0) {
                break;
            }
            add(results[0], all);
            next = results[0].getContinuationPoint();
        }
        return all;
    }

    private static void add(BrowseResult result, List<ReferenceDescription> all) {
        var references = result.getReferences();
        if (references != null) {
            all.addAll(List.of(references));
        }
    }
}
