package io.drme.cloud.promql;

import java.util.Collection;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The labels of a series, sorted by name; an empty value is no label. Immutable.
 *
 * @param map name to value
 */
public record Labels(SortedMap<String, String> map) {
    /** The label that holds the metric's name. */
    static final String NAME = "__name__";

    /** No label. */
    static final Labels NONE = new Labels(new TreeMap<>());

    /** Copies, and leaves empty values out. */
    public Labels {
        var copy = new TreeMap<>(map);
        copy.values().removeIf(String::isEmpty);
        map = Collections.unmodifiableSortedMap(copy);
    }

    /** The value of a label; empty where there is none. */
    String get(String name) {
        return map.getOrDefault(name, "");
    }

    /** Only some of them. */
    Labels keep(Collection<String> names) {
        var copy = new TreeMap<>(map);
        copy.keySet().retainAll(names);
        return new Labels(copy);
    }

    /** All but some, and but the metric's name. */
    Labels without(Collection<String> names) {
        var copy = new TreeMap<>(map);
        copy.keySet().removeAll(names);
        copy.remove(NAME);
        return new Labels(copy);
    }

    /** All but the metric's name. */
    Labels unnamed() {
        return without(java.util.List.of());
    }
}
