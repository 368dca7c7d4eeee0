package io.drme.sim.opcua;

import io.drme.sim.record.BadRecordingException;
import io.drme.sim.record.Line;
import io.drme.sim.record.RecordingReader;
import java.io.IOException;
import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.eclipse.milo.opcua.stack.core.UaRuntimeException;
import org.eclipse.milo.opcua.stack.core.types.builtin.ExpandedNodeId;
import org.eclipse.milo.opcua.stack.core.types.builtin.StatusCode;
import org.eclipse.milo.opcua.stack.core.types.builtin.Variant;

/**
 * A recorded server: what it is made of, and what happens to it in the order of time.
 *
 * @param uris its namespaces, at the places that they had
 * @param nodes by the number that steps name
 */
record Script(
        List<String> uris, Map<Integer, RecordedNode> nodes, List<Step> steps, long lengthNanos) {
    /** More changes than these are refused: they would not find room in memory. */
    static final int MOST_STEPS = 1_000_000;

    /** What happens at a time of the recording. */
    sealed interface Step {
        long atNanos();
    }

    /**
     * A variable changes.
     *
     * @param lagNanos how far its source time was behind; empty where it had none
     */
    record Change(long atNanos, int n, Variant value, StatusCode status, OptionalLong lagNanos)
            implements Step {}

    /** The server goes away, or comes back. */
    record Away(long atNanos, boolean begins) implements Step {}

    static Script read(RecordingReader recording) throws IOException {
        var reader = new Reader();
        for (var line = recording.next(); line.isPresent(); line = recording.next()) {
            reader.take(line.get());
        }
        if (reader.nodes.isEmpty()) {
            throw new BadRecordingException(
                    "%s names no node; expected lines with \"is\":\"node\""
                            .formatted(recording.name()));
        }
        reader.steps.sort(Comparator.comparingLong(Step::atNanos));
        return new Script(reader.uris, reader.nodes, reader.steps, reader.length);
    }

    private static final class Reader {
        final Map<Integer, RecordedNode> nodes = new HashMap<>();
        final List<Step> steps = new ArrayList<>();
        List<String> uris = List.of();
        long length;

        void take(Line line) throws BadRecordingException {
            long at = line.nanos("at");
            length = Math.max(length, at);
            if (steps.size() == MOST_STEPS) {
                throw new BadRecordingException(
                        "%s: more than %d changes; record for a shorter time, or cut the file"
                                .formatted(line.where(), MOST_STEPS));
            }
            switch (line.kind()) {
                case "namespaces" -> uris = List.copyOf(line.texts("uris"));
                case "node" -> node(line);
                case "value" -> steps.add(change(line, at));
                case "lost" -> steps.add(new Away(at, true));
                case "back" -> steps.add(new Away(at, false));
                default -> {
                    // "over" says how long it is; kinds of later versions are no matter here.
                }
            }
        }

        private static int number(Line line) throws BadRecordingException {
            return (int) line.number("n", 0, OpcUaProtocol.MAX_NODES);
        }

        private void node(Line line) throws BadRecordingException {
            var node = RecordedNode.of(line);
            if (!isNode(node.id()) || !(node.parent().isEmpty() || isNode(node.parent()))) {
                throw line.missing("node", "a node such as nsu=urn:acme:boiler;s=Pressure");
            }
            nodes.put(number(line), node);
        }

        private static boolean isNode(String id) {
            try {
                return ExpandedNodeId.parse(id).getNamespaceUri() != null;
            } catch (UaRuntimeException _) {
                return false;
            }
        }

        private Change change(Line line, long at) throws BadRecordingException {
            int n = number(line);
            var node = nodes.get(n);
            if (node == null || node.type().isEmpty()) {
                throw line.missing("n", "the number of a variable above");
            }
            return new Change(at, n, value(line, node), status(line), line.signedNanos("lag"));
        }

        private static Variant value(Line line, RecordedNode node) throws BadRecordingException {
            if (!line.has("value")) {
                return Variant.NULL_VALUE;
            }
            var type = node.type().orElseThrow();
            try {
                if (!node.isArray()) {
                    return new Variant(type.value(line.text("value")));
                }
                var texts = line.texts("value");
                var array = Array.newInstance(type.form(), texts.size());
                for (int i = 0; i < texts.size(); i++) {
                    Array.set(array, i, type.value(texts.get(i)));
                }
                return new Variant(array);
            } catch (IllegalArgumentException _) {
                throw line.missing("value", "a value of type " + type.word());
            }
        }

        private static StatusCode status(Line line) throws BadRecordingException {
            var text = line.optionalText("status").orElse("0");
            try {
                return new StatusCode(Long.parseLong(text, 16));
            } catch (NumberFormatException _) {
                throw line.missing("status", "a status code in hexadecimal");
            }
        }
    }
}
