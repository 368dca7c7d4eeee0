package io.drme.driver.opcua;

import io.drme.driver.DriverException;
import io.drme.driver.opcua.Browser.Variable;
import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.eclipse.milo.opcua.stack.core.types.UaEnumeratedType;
import org.eclipse.milo.opcua.stack.core.types.builtin.LocalizedText;
import org.eclipse.milo.opcua.stack.core.types.builtin.Matrix;
import org.eclipse.milo.opcua.stack.core.types.builtin.Variant;
import org.jspecify.annotations.Nullable;

/**
 * Takes a variable's value apart into what may be tags: itself, the elements of an array, the
 * fields of a structure. Confined to the thread that browses.
 */
final class BrowsedParts {
    /** The elements of an array that are listed; a note tells how many there are. */
    static final int MOST_ELEMENTS = 32;

    private static final int MOST_SHOWN = 60;

    private final Structures structures;

    BrowsedParts(Structures structures) {
        this.structures = structures;
    }

    /** A place within a variable, and what is there. */
    private record Place(
            String name,
            String address,
            String element,
            List<ValuePart.Step> fields,
            @Nullable Object value) {

        Place field(String field, @Nullable Object held) {
            var word = word(field);
            return new Place(name + "/" + word, address, element, and(field, -1), held);
        }

        private List<ValuePart.Step> and(String field, int index) {
            var longer = new ArrayList<>(fields);
            longer.add(new ValuePart.Step(field, index));
            return longer;
        }

        /** The element of an array; of one within a structure by its last step. */
        Place element(int index, String shown, @Nullable Object held) {
            var below = name + "/" + shown.replace(',', '-');
            if (fields.isEmpty()) {
                return new Place(below, address, shown, fields, held);
            }
            var indexed = new ArrayList<>(fields);
            indexed.set(indexed.size() - 1, new ValuePart.Step(indexed.getLast().name(), index));
            return new Place(below, address, element, indexed, held);
        }
    }

    /** Gives each part of a variable's value to {@code found}; of one without a value itself. */
    void of(String name, String address, @Nullable Object value, Consumer<Variable> found)
            throws DriverException, InterruptedException {
        of(new Place(name, address, "", List.of(), value), "", found);
    }

    private void of(Place place, String note, Consumer<Variable> found)
            throws DriverException, InterruptedException {
        var value = place.value() instanceof Variant variant ? variant.value() : place.value();
        var elements = value instanceof Matrix matrix ? matrix.getElements() : value;
        if (elements != null && elements.getClass().isArray()) {
            elements(place, value, elements, found);
        } else if (Structures.isStructure(value) && place.fields().size() < ValuePart.MOST_STEPS) {
            fields(place, value, note, found);
        } else {
            found.accept(single(place, value, note));
        }
    }

    private void elements(
            Place place, @Nullable Object value, Object elements, Consumer<Variable> found)
            throws DriverException, InterruptedException {
        int length = Array.getLength(elements);
        int[] dimensions =
                value instanceof Matrix matrix ? matrix.getDimensions() : new int[] {length};
        boolean canName = place.fields().isEmpty() || dimensions.length == 1;
        if (length == 0 || !canName) {
            found.accept(
                    single(
                            place,
                            null,
                            length == 0 ? "an empty array" : "a matrix in a structure"));
            return;
        }
        int listed = Math.min(length, MOST_ELEMENTS);
        for (int i = 0; i < listed; i++) {
            var at = place.element(i, index(i, dimensions), Array.get(elements, i));
            var more = "the last of %d that are listed; the array has %d".formatted(listed, length);
            of(at, i == listed - 1 && listed < length ? more : "", found);
        }
    }

    /** The last dimension runs first. */
    private static String index(int at, int[] dimensions) {
        var index = new ArrayList<Integer>();
        int rest = at;
        for (int i = dimensions.length - 1; i >= 0; i--) {
            index.addFirst(rest % dimensions[i]);
            rest /= dimensions[i];
        }
        return index.stream().map(String::valueOf).collect(Collectors.joining(","));
    }

    private void fields(Place place, @Nullable Object value, String note, Consumer<Variable> found)
            throws DriverException, InterruptedException {
        Map<String, @Nullable Object> members;
        try {
            members = value == null ? Map.of() : structures.members(value);
        } catch (Structures.NotDecodable e) {
            found.accept(single(place, null, String.valueOf(e.getMessage())));
            return;
        }
        for (var member : members.entrySet()) {
            of(place.field(member.getKey(), member.getValue()), note, found);
        }
        if (members.isEmpty()) {
            found.accept(single(place, null, "a structure without fields now"));
        }
    }

    private static Variable single(Place place, @Nullable Object held, String note) {
        var value = held instanceof UaEnumeratedType code ? (Object) code.getValue() : held;
        var type =
                switch (value) {
                    case Boolean _ -> "bool";
                    case String _ -> "text";
                    case LocalizedText _ -> "text";
                    case Double _ -> "float64";
                    case Float _ -> "float64";
                    case Number _ -> "int64";
                    case null, default -> "";
                };
        var keys = new LinkedHashMap<String, String>();
        keys.put("address", place.address());
        if (!place.element().isEmpty()) {
            keys.put("element", place.element());
        }
        if (!place.fields().isEmpty()) {
            keys.put("field", new ValuePart(place.element(), place.fields()).fieldText());
        }
        keys.put("type", type.isEmpty() ? "float64" : type);
        return new Variable(
                place.name(), keys, type.isEmpty() ? "" : shown(value), note(type, value, note));
    }

    private static String note(String type, @Nullable Object value, String note) {
        if (!note.isEmpty() || !type.isEmpty()) {
            return note;
        }
        return value == null ? "no value now" : "a " + value.getClass().getSimpleName();
    }

    private static String shown(@Nullable Object held) {
        var text =
                held instanceof LocalizedText localized
                        ? String.valueOf(localized.text())
                        : String.valueOf(held);
        return text.length() <= MOST_SHOWN ? text : text.substring(0, MOST_SHOWN - 1) + "…";
    }

    private static String word(String field) {
        var word =
                field.toLowerCase(Locale.ROOT)
                        .replaceAll("[^a-z0-9_.-]+", "-")
                        .replaceAll("^-+|-+$", "");
        return word.isEmpty() ? "field" : word;
    }
}
