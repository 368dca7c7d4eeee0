package io.drme.driver.opcua;

import io.drme.driver.DriverException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.eclipse.milo.opcua.sdk.client.OpcUaClient;
import org.eclipse.milo.opcua.stack.core.AttributeId;
import org.eclipse.milo.opcua.stack.core.NodeIds;
import org.eclipse.milo.opcua.stack.core.UaSerializationException;
import org.eclipse.milo.opcua.stack.core.types.builtin.DataValue;
import org.eclipse.milo.opcua.stack.core.types.builtin.ExtensionObject;
import org.eclipse.milo.opcua.stack.core.types.builtin.LocalizedText;
import org.eclipse.milo.opcua.stack.core.types.builtin.NodeId;
import org.eclipse.milo.opcua.stack.core.types.builtin.QualifiedName;
import org.eclipse.milo.opcua.stack.core.types.enumerated.TimestampsToReturn;
import org.eclipse.milo.opcua.stack.core.types.structured.BrowsePath;
import org.eclipse.milo.opcua.stack.core.types.structured.BrowsePathResult;
import org.eclipse.milo.opcua.stack.core.types.structured.EnumDefinition;
import org.eclipse.milo.opcua.stack.core.types.structured.EnumField;
import org.eclipse.milo.opcua.stack.core.types.structured.EnumValueType;
import org.eclipse.milo.opcua.stack.core.types.structured.ReadValueId;
import org.eclipse.milo.opcua.stack.core.types.structured.RelativePath;
import org.eclipse.milo.opcua.stack.core.types.structured.RelativePathElement;
import org.jspecify.annotations.Nullable;

/**
 * Asks a server for the names of the codes that nodes hold. They stand in one of four places: as
 * {@code EnumStrings} or {@code EnumValues} at the variable (Part 8, 5.3.3), as the definition of
 * its data type (Part 3, 8.49), or as these two properties of the type.
 *
 * <p>A server that does not know these is no trouble: its codes then have no names.
 */
final class EnumNames {
    private static final int NODES_A_CALL = 100;
    private static final List<String> PROPERTIES = List.of("EnumStrings", "EnumValues");

    /** Types whose values are no codes. */
    private static final Set<NodeId> NO_CODES =
            Set.of(
                    NodeIds.Boolean,
                    NodeIds.Float,
                    NodeIds.Double,
                    NodeIds.String,
                    NodeIds.DateTime,
                    NodeIds.UtcTime,
                    NodeIds.Guid,
                    NodeIds.LocalizedText,
                    NodeIds.QualifiedName);

    private final OpcUaClient client;
    private final Steps steps;
    private final Duration timeout;

    EnumNames(OpcUaClient client, Steps steps, Duration timeout) {
        this.client = client;
        this.steps = steps;
        this.timeout = timeout;
    }

    /** The names of each node's codes; nodes without any are left out. */
    Map<NodeId, Map<Long, String>> read(List<NodeId> nodes)
            throws DriverException, InterruptedException {
        var types = new LinkedHashMap<NodeId, NodeId>();
        var found = attributes(nodes, AttributeId.DataType);
        for (int i = 0; i < nodes.size(); i++) {
            if (found.get(i) instanceof NodeId type && !NO_CODES.contains(type)) {
                types.put(nodes.get(i), type);
            }
        }
        var places = Stream.concat(types.keySet().stream(), types.values().stream()).toList();
        var names = properties(places.stream().distinct().toList());
        definitions(types.values().stream().distinct().toList()).forEach(names::putIfAbsent);
        var byNode = new HashMap<NodeId, Map<Long, String>>();
        types.forEach((node, type) -> {
            var own = names.getOrDefault(node, names.get(type));
            if (own != null) {
                byNode.put(node, own);
            }
        });
        return byNode;
    }

    private Map<NodeId, Map<Long, String>> definitions(List<NodeId> types)
            throws DriverException, InterruptedException {
        var names = new HashMap<NodeId, Map<Long, String>>();
        var definitions = attributes(types, AttributeId.DataTypeDefinition);
        for (int i = 0; i < types.size(); i++) {
            if (decoded(definitions.get(i)) instanceof EnumDefinition definition
                    && definition.getFields() != null) {
                names.put(types.get(i), values(definition.getFields()));
            }
        }
        return names;
    }

    private Map<NodeId, Map<Long, String>> properties(List<NodeId> owners)
            throws DriverException, InterruptedException {
        var ownerOf = new LinkedHashMap<NodeId, NodeId>();
        for (var slice : Browser.slices(owners, NODES_A_CALL / PROPERTIES.size())) {
            var paths =
                    slice.stream()
                            .flatMap(owner -> PROPERTIES.stream().map(p -> property(owner, p)))
                            .toList();
            var results =
                    steps.await(
                            client.translateBrowsePathsAsync(paths)
                                    .thenApply(r -> r.getResults())
                                    .exceptionally(e -> Steps.orElse(e, new BrowsePathResult[0])),
                            timeout,
                            "the request for names of codes");
            for (int i = 0; results != null && i < results.length; i++) {
                var owner = slice.get(i / PROPERTIES.size());
                target(results[i]).forEach(node -> ownerOf.put(node, owner));
            }
        }
        var names = new HashMap<NodeId, Map<Long, String>>();
        var properties = List.copyOf(ownerOf.keySet());
        var values = attributes(properties, AttributeId.Value);
        for (int i = 0; i < properties.size(); i++) {
            var read = names(values.get(i));
            var owner = ownerOf.get(properties.get(i));
            if (owner != null && !read.isEmpty()) {
                names.putIfAbsent(owner, read);
            }
        }
        return names;
    }

    private static BrowsePath property(NodeId owner, String name) {
        return new BrowsePath(
                owner,
                new RelativePath(
                        new RelativePathElement[] {
                            new RelativePathElement(
                                    NodeIds.HasProperty, false, true, new QualifiedName(0, name))
                        }));
    }

    private List<NodeId> target(BrowsePathResult result) {
        var targets = result.getTargets();
        return targets == null || !result.getStatusCode().isGood()
                ? List.of()
                : Stream.of(targets)
                        .flatMap(t -> t.getTargetId().toNodeId(client.getNamespaceTable()).stream())
                        .toList();
    }

    /** One attribute of each node; null where there is none. */
    private List<@Nullable Object> attributes(List<NodeId> nodes, AttributeId attribute)
            throws DriverException, InterruptedException {
        var values = new ArrayList<@Nullable Object>();
        for (var slice : Browser.slices(nodes, NODES_A_CALL)) {
            var asked =
                    slice.stream()
                            .map(n ->
                                    new ReadValueId(
                                            n, attribute.uid(), null, QualifiedName.NULL_VALUE))
                            .toList();
            var results =
                    steps.await(
                            client.readAsync(0, TimestampsToReturn.Neither, asked)
                                    .thenApply(r -> r.getResults())
                                    .exceptionally(e -> Steps.orElse(e, new DataValue[0])),
                            timeout,
                            "the request for types of nodes");
            for (int i = 0; i < slice.size(); i++) {
                values.add(results == null || i >= results.length ? null : value(results[i]));
            }
        }
        return values;
    }

    private static @Nullable Object value(DataValue read) {
        return read.statusCode().isBad() ? null : read.value().value();
    }

    private Map<Long, String> names(@Nullable Object value) {
        if (value instanceof LocalizedText[] texts) {
            var names = new HashMap<Long, String>();
            for (int i = 0; i < texts.length; i++) {
                var text = texts[i].text();
                if (text != null && !text.isBlank()) {
                    names.put((long) i, text);
                }
            }
            return names;
        }
        if (value instanceof ExtensionObject[] objects) {
            return values(
                    Stream.of(objects)
                            .map(this::decoded)
                            .filter(EnumValueType.class::isInstance)
                            .map(EnumValueType.class::cast)
                            .toArray(EnumValueType[]::new));
        }
        return Map.of();
    }

    private @Nullable Object decoded(@Nullable Object value) {
        try {
            return value instanceof ExtensionObject object && !object.isNull()
                    ? object.decode(client.getStaticEncodingContext())
                    : null;
        } catch (UaSerializationException _) {
            return null; // what can't be read gives no names
        }
    }

    private static Map<Long, String> values(EnumValueType[] fields) {
        return Stream.of(fields)
                .filter(f -> !name(f).isBlank())
                .collect(
                        Collectors.toMap(
                                f -> f.getValue() == null ? 0 : f.getValue(),
                                EnumNames::name,
                                (first, _) -> first));
    }

    private static String name(EnumValueType value) {
        var shown = value.getDisplayName() == null ? null : value.getDisplayName().text();
        if (shown != null && !shown.isBlank()) {
            return shown;
        }
        return value instanceof EnumField field && field.getName() != null ? field.getName() : "";
    }
}
