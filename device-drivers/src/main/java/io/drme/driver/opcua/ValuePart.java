package io.drme.driver.opcua;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What of a node's value a tag is: all of it, an element of an array, a field of a structure, or a
 * field of the structure that is an element.
 *
 * @param element the element's index in each dimension as OPC UA writes a range of one (Part 4,
 *     7.27): {@code 3}, {@code 1,2}; empty where the value is taken as it is
 * @param fields the way down through structures; empty where there is none to go
 */
record ValuePart(String element, List<Step> fields) {
    /** The value as it is. */
    static final ValuePart WHOLE = new ValuePart("", List.of());

    /** The deepest structures that are looked into. */
    static final int MOST_STEPS = 16;

    private static final int MOST_DIMENSIONS = 8;
    private static final Pattern ELEMENT =
            Pattern.compile("[0-9]{1,9}(,[0-9]{1,9}){0,%d}".formatted(MOST_DIMENSIONS - 1));
    private static final Pattern INDEXED = Pattern.compile("([^\\[\\]]+)(?:\\[([0-9]{1,9})])?");

    /** No element of an array. */
    static final int NO_INDEX = -1;

    /**
     * One step into a structure.
     *
     * @param name of the field
     * @param index of the element where the field is an array; {@link #NO_INDEX} where it is not
     */
    record Step(String name, int index) {
        @Override
        public String toString() {
            var text =
                    name.replace("%", "%25")
                            .replace("/", "%2F")
                            .replace("[", "%5B")
                            .replace("]", "%5D");
            return index == NO_INDEX ? text : text + "[" + index + "]";
        }
    }

    /** Reads an element: blanks don't count. */
    static Optional<String> element(String text) {
        var bare = text.replace(" ", "");
        return ELEMENT.matcher(bare).matches() ? Optional.of(bare) : Optional.empty();
    }

    /** Reads a way such as {@code axis/position} or {@code axis[2]/position}. */
    static Optional<List<Step>> fields(String text) {
        var steps = new ArrayList<Step>();
        for (var word : text.split("/", -1)) {
            var matcher = INDEXED.matcher(word);
            if (!matcher.matches() || steps.size() == MOST_STEPS) {
                return Optional.empty();
            }
            var name =
                    matcher.group(1)
                            .replace("%2F", "/")
                            .replace("%5B", "[")
                            .replace("%5D", "]")
                            .replace("%25", "%");
            var index = matcher.group(2);
            steps.add(new Step(name, index == null ? NO_INDEX : Integer.parseInt(index)));
        }
        return Optional.of(List.copyOf(steps));
    }

    /** The way down as {@link #fields} reads it. */
    String fieldText() {
        return fields.stream().map(Step::toString).collect(Collectors.joining("/"));
    }
}
