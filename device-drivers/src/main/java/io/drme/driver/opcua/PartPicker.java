package io.drme.driver.opcua;

import io.drme.driver.DriverException;
import io.drme.model.Reason;
import java.lang.reflect.Array;
import java.util.Map;
import org.eclipse.milo.opcua.stack.core.types.builtin.ByteString;
import org.eclipse.milo.opcua.stack.core.types.builtin.ExtensionObject;
import org.eclipse.milo.opcua.stack.core.types.builtin.Matrix;
import org.eclipse.milo.opcua.stack.core.types.builtin.Variant;
import org.eclipse.milo.opcua.stack.core.types.builtin.unsigned.Unsigned;
import org.jspecify.annotations.Nullable;

/**
 * Takes out of a node's value what a tag is. A server was asked for the one element already, by an
 * index range; the fields of structures are taken here. Confined to the driver's owner.
 */
final class PartPicker {
    private static final int MOST_NAMES_SHOWN = 20;

    private final Structures structures;

    PartPicker(Structures structures) {
        this.structures = structures;
    }

    /**
     * The part of a value.
     *
     * @param value as the server sent it
     */
    Picked pick(@Nullable Object value, ValuePart part)
            throws DriverException, InterruptedException {
        var at = part.element().isEmpty() ? Picked.of(value) : only(value, part.element());
        for (var step : part.fields()) {
            if (at.reason() != null) {
                return at;
            }
            at = step(at.value(), step);
        }
        return at.reason() == null ? single(at.value(), part) : at;
    }

    /** What a range of one element gave. */
    private static Picked only(@Nullable Object value, String element) {
        var elements = value instanceof Matrix matrix ? matrix.getElements() : value;
        if (elements instanceof ByteString bytes && bytes.length() == 1) {
            return Picked.of(Unsigned.ubyte(bytes.bytesOrEmpty()[0]));
        }
        if (elements == null || !elements.getClass().isArray()) {
            return Picked.bad(
                    Reason.MALFORMED,
                    "the node holds %s and no array; remove element".formatted(kind(elements)));
        }
        return Array.getLength(elements) == 1
                ? Picked.of(bare(Array.get(elements, 0)))
                : Picked.bad(
                        Reason.MALFORMED,
                        "the server was asked for element %s and sent %d of them"
                                .formatted(element, Array.getLength(elements)));
    }

    private Picked step(@Nullable Object value, ValuePart.Step step)
            throws DriverException, InterruptedException {
        if (value == null) {
            return Picked.bad(Reason.MALFORMED, "the server sent no value");
        }
        Map<String, @Nullable Object> members;
        try {
            members = structures.members(value);
        } catch (Structures.NotDecodable e) {
            return Picked.bad(Reason.MALFORMED, String.valueOf(e.getMessage()));
        }
        if (!members.containsKey(step.name())) {
            return Picked.bad(
                    Reason.UNKNOWN_ADDRESS,
                    "there is no field '%s' now; there are: %s"
                            .formatted(
                                    step.name(),
                                    String.join(
                                            ", ",
                                            members.keySet().stream()
                                                    .limit(MOST_NAMES_SHOWN)
                                                    .toList())));
        }
        var member = bare(members.get(step.name()));
        return step.index() == ValuePart.NO_INDEX ? Picked.of(member) : indexed(member, step);
    }

    private static Picked indexed(@Nullable Object member, ValuePart.Step step) {
        var elements = member instanceof Matrix matrix ? matrix.getElements() : member;
        if (elements == null || !elements.getClass().isArray()) {
            return Picked.bad(
                    Reason.MALFORMED,
                    "field '%s' holds %s and no array; remove [%d]"
                            .formatted(step.name(), kind(elements), step.index()));
        }
        int length = Array.getLength(elements);
        return step.index() < length
                ? Picked.of(bare(Array.get(elements, step.index())))
                : Picked.bad(
                        Reason.UNKNOWN_ADDRESS,
                        "field '%s' has %d elements now, and none with index %d"
                                .formatted(step.name(), length, step.index()));
    }

    /** A value that a tag can take: one, and not made of others. */
    private static Picked single(@Nullable Object value, ValuePart part) {
        var elements = value instanceof Matrix matrix ? matrix.getElements() : value;
        if (elements != null && elements.getClass().isArray()) {
            return Picked.bad(
                    Reason.MALFORMED,
                    part.fields().isEmpty()
                            ? "the node holds an array of %d; name one by element: 0 to %d"
                                    .formatted(
                                            Array.getLength(elements),
                                            Math.max(0, Array.getLength(elements) - 1))
                            : "field '%s' holds an array; name an element as in %s[0]"
                                    .formatted(part.fieldText(), part.fieldText()));
        }
        if (Structures.isStructure(value)) {
            return Picked.bad(
                    Reason.MALFORMED,
                    "there is a structure; name one of its fields by field ('drme-agent browse' lists them)");
        }
        return Picked.of(value);
    }

    private static @Nullable Object bare(@Nullable Object value) {
        return value instanceof Variant variant ? variant.value() : value;
    }

    private static String kind(@Nullable Object value) {
        return switch (value) {
            case null -> "nothing";
            case ExtensionObject _ -> "a structure";
            default -> "a " + value.getClass().getSimpleName();
        };
    }
}
