package io.drme.driver.opcua;

import static org.eclipse.milo.opcua.stack.core.types.builtin.unsigned.Unsigned.uint;

import io.drme.driver.DriverException;
import io.drme.time.SystemClock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import org.eclipse.milo.opcua.sdk.client.OpcUaClient;
import org.eclipse.milo.opcua.stack.core.NamespaceTable;
import org.eclipse.milo.opcua.stack.core.NodeIds;
import org.eclipse.milo.opcua.stack.core.types.builtin.ByteString;
import org.eclipse.milo.opcua.stack.core.types.builtin.LocalizedText;
import org.eclipse.milo.opcua.stack.core.types.builtin.NodeId;
import org.eclipse.milo.opcua.stack.core.types.enumerated.BrowseDirection;
import org.eclipse.milo.opcua.stack.core.types.enumerated.BrowseResultMask;
import org.eclipse.milo.opcua.stack.core.types.enumerated.NodeClass;
import org.eclipse.milo.opcua.stack.core.types.enumerated.TimestampsToReturn;
import org.eclipse.milo.opcua.stack.core.types.structured.BrowseDescription;
import org.eclipse.milo.opcua.stack.core.types.structured.BrowseResult;
import org.eclipse.milo.opcua.stack.core.types.structured.ReferenceDescription;
import org.jspecify.annotations.Nullable;

/**
 * Walks a server's address space from its folder of objects, and finds the variables. Confined to
 * the thread that makes it.
 */
final class Browser {
    /** More than this is no machine but a historian; a person then begins elsewhere. */
    static final int MOST_NODES = 100_000;

    private static final int MOST_DEPTH = 32;

    /** Small controllers take no more in one call, and tell their limit late or never. */
    private static final int VALUES_A_READ = 100;

    private static final int MOST_NAME = 100;

    private final OpcUaClient client;
    private final Steps steps;
    private final Duration timeout;
    private final int mostNodes;
    private final BrowsedParts parts;
    private final Set<NodeId> seen = new HashSet<>();
    private final Set<String> names = new HashSet<>();

    Browser(OpcUaClient client, Steps steps, Duration timeout, int mostNodes) {
        this.client = client;
        this.steps = steps;
        this.timeout = timeout;
        this.mostNodes = mostNodes;
        this.parts = new BrowsedParts(new Structures(client, timeout, steps, new SystemClock()));
    }

    /**
     * A variable of the server.
     *
     * @param name a path of a tag, made of the display names on the way
     * @param keys of a tag that takes its value: {@code address} with the namespace's URI, which
     *     survives a change of the server, {@code element} and {@code field} where it is a part,
     *     and {@code type}
     */
    record Variable(String name, Map<String, String> keys, String value, String note) {}

    private record Place(NodeId node, String path, int depth) {}

    private record Found(NodeId node, String name) {}

    /**
     * Gives each variable to {@code found} in the order of the walk; the server's own are left out.
     *
     * @param progress is told how many nodes were seen, now and then
     * @return whether that was all; otherwise the walk ended at its limit
     */
    boolean walk(Consumer<Variable> found, IntConsumer progress)
            throws DriverException, InterruptedException {
        var namespaces =
                steps.await(
                        client.readNamespaceTableAsync(), timeout, "the request for namespaces");
        var waiting = new ArrayDeque<Place>();
        var variables = new ArrayList<Found>();
        waiting.add(new Place(NodeIds.ObjectsFolder, "", 0));
        seen.add(NodeIds.ObjectsFolder);
        seen.add(NodeIds.Server);
        boolean all = true;
        while (!waiting.isEmpty()) {
            var place = waiting.poll();
            for (var reference : references(place.node())) {
                var node = reference.getNodeId().toNodeId(namespaces).orElse(null);
                if (node == null || seen.contains(node)) {
                    continue; // on another server, or reached by another way already
                }
                if (seen.size() >= mostNodes) {
                    all = false;
                    break;
                }
                seen.add(node);
                var path = path(place.path(), reference.getDisplayName());
                if (reference.getNodeClass() == NodeClass.Variable) {
                    variables.add(new Found(node, unique(path)));
                }
                if (place.depth() < MOST_DEPTH) {
                    waiting.add(new Place(node, path, place.depth() + 1));
                }
            }
            if (!all) {
                waiting.clear();
            }
            if (variables.size() >= VALUES_A_READ || waiting.isEmpty()) {
                progress.accept(seen.size());
                for (var slice : slices(variables, VALUES_A_READ)) {
                    read(slice, namespaces, found);
                }
                variables.clear();
            }
        }
        return all;
    }

    /** The same in their order, at most so many in each. */
    static <T> List<List<T>> slices(List<T> all, int most) {
        var slices = new ArrayList<List<T>>();
        for (int from = 0; from < all.size(); from += most) {
            slices.add(all.subList(from, Math.min(from + most, all.size())));
        }
        return slices;
    }

    private List<ReferenceDescription> references(NodeId node)
            throws DriverException, InterruptedException {
        var all = new ArrayList<ReferenceDescription>();
        var result =
                steps.await(
                        client.browseAsync(
                                new BrowseDescription(
                                        node,
                                        BrowseDirection.Forward,
                                        NodeIds.HierarchicalReferences,
                                        true,
                                        uint(
                                                NodeClass.Object.getValue()
                                                        | NodeClass.Variable.getValue()),
                                        uint(BrowseResultMask.All.getValue()))),
                        timeout,
                        "the request to browse");
        add(result, all);
        var next = result.getContinuationPoint();
        while (next != null && next.isNotNull() && next.length() > 0 && all.size() <= mostNodes) {
            var more =
                    steps.await(
                            client.browseNextAsync(false, List.of(next)),
                            timeout,
                            "the request to browse on");
            var results = more.getResults();
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

    private void read(List<Found> variables, NamespaceTable namespaces, Consumer<Variable> found)
            throws DriverException, InterruptedException {
        var values =
                steps.await(
                        client.readValuesAsync(
                                0,
                                TimestampsToReturn.Neither,
                                variables.stream().map(Found::node).toList()),
                        timeout,
                        "the request for values");
        for (int i = 0; i < variables.size(); i++) {
            var value = i < values.size() ? values.get(i).value().value() : null;
            var variable = variables.get(i);
            var address = address(variable.node(), namespaces);
            parts.of(
                    variable.name(),
                    address,
                    value,
                    part -> found.accept(named(part, variable.name())));
        }
    }

    /** A part's name is made of its variable's, which alone is known to be the only one. */
    private Variable named(Variable part, String variable) {
        return part.name().equals(variable)
                ? part
                : new Variable(
                        unique(shortened(part.name())), part.keys(), part.value(), part.note());
    }

    /** Of the form that {@link NodeAddress} reads. */
    static String address(NodeId node, NamespaceTable namespaces) {
        int index = node.getNamespaceIndex().intValue();
        var uri = index == 0 ? null : namespaces.get(index);
        var namespace =
                index == 0
                        ? ""
                        : uri == null
                                ? "ns=" + index + ";"
                                : "nsu=" + uri.replace("%", "%25").replace(";", "%3B") + ";";
        return namespace
                + switch (node.getIdentifier()) {
                    case String text -> "s=" + text;
                    case ByteString bytes ->
                            "b=" + Base64.getEncoder().encodeToString(bytes.bytesOrEmpty());
                    case UUID uuid -> "g=" + uuid;
                    default -> "i=" + node.getIdentifier();
                };
    }

    /** Display names made to words of a tag's name. */
    private static String path(String before, @Nullable LocalizedText name) {
        var text = name == null || name.text() == null ? "" : String.valueOf(name.text());
        var word =
                text.toLowerCase(Locale.ROOT)
                        .replaceAll("[^a-z0-9_.-]+", "-")
                        .replaceAll("^-+|-+$", "");
        var path = (before.isEmpty() ? "" : before + "/") + (word.isEmpty() ? "node" : word);
        return shortened(path);
    }

    private static String shortened(String path) {
        return path.length() <= MOST_NAME
                ? path
                : path.substring(path.length() - MOST_NAME).replaceFirst("^[^/]*/", "");
    }

    private String unique(String path) {
        var name = path;
        for (int i = 2; !names.add(name); i++) {
            name = path + "-" + i;
        }
        return name;
    }
}
