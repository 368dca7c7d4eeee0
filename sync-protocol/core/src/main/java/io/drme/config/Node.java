package io.drme.config;

import java.util.List;
import java.util.Map;

/** A parsed YAML value that remembers where it stands. Immutable. */
public sealed interface Node {

    /** Where the value begins. */
    Where where();

    /**
     * A single value as written, without its quotes.
     *
     * @param quoted whether it stood in quotes, so that {@code "1"} is a text and {@code 1} a
     *     number
     */
    record Scalar(Where where, String text, boolean quoted) implements Node {}

    /** Keys and values in the order of the file. */
    record Mapping(Where where, Map<String, Entry> entries) implements Node {}

    /** A list. */
    record Sequence(Where where, List<Node> items) implements Node {}

    /** A value and the place of its key. */
    record Entry(Where keyWhere, Node value) {}
}
