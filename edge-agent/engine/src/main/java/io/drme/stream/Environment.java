package io.drme.stream;

import io.drme.model.ValueType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The names that an expression may use, and what each stands for. A program finds its inputs in
 * consecutive samples of a batch: input 0 is the sample it is asked about, input 1 the one behind
 * it. Immutable.
 */
final class Environment {
    /** The only input of a filter or map, and the first of whatever looks at a stream. */
    static final String VALUE = "value";

    private static final String TAG = "tag";

    /** Which part of a sample is meant. */
    enum Part {
        VALUE,
        QUALITY,
        REASON,
        TIME,
        TAG
    }

    /**
     * What a name stands for.
     *
     * @param input which of the samples, from 0
     * @param type of a value; a quality, reason and tag are texts
     */
    record Meaning(Part part, int input, ValueType type) {}

    private final int inputs;
    private final Map<String, Meaning> meanings;

    private Environment(int inputs, Map<String, Meaning> meanings) {
        this.inputs = inputs;
        this.meanings = meanings;
    }

    /** Without inputs: only {@code tag} is known. */
    static Environment empty() {
        var meanings = new LinkedHashMap<String, Meaning>();
        meanings.put(TAG, new Meaning(Part.TAG, 0, ValueType.TEXT));
        return new Environment(0, meanings);
    }

    /** One sample of this type: {@code value}, {@code quality}, {@code reason}, {@code time}. */
    static Environment ofValue(ValueType type) {
        return empty().with(VALUE, type);
    }

    /**
     * The same and one input more: {@code name} is its value, {@code name.quality}, {@code
     * name.reason} and {@code name.time} are what they say; those of {@link #VALUE} go without a
     * prefix.
     *
     * @param name letters, digits and underscores, with dots between words, such as {@code
     *     limit.high}
     * @throws IllegalArgumentException when the name is taken
     */
    Environment with(String name, ValueType type) {
        var all = new LinkedHashMap<>(meanings);
        var prefix = name.equals(VALUE) ? "" : name + ".";
        put(all, name, new Meaning(Part.VALUE, inputs, type));
        put(all, prefix + "quality", new Meaning(Part.QUALITY, inputs, ValueType.TEXT));
        put(all, prefix + "reason", new Meaning(Part.REASON, inputs, ValueType.TEXT));
        put(all, prefix + "time", new Meaning(Part.TIME, inputs, ValueType.INT64));
        return new Environment(inputs + 1, all);
    }

    private static void put(Map<String, Meaning> all, String name, Meaning meaning) {
        if (all.putIfAbsent(name, meaning) != null) {
            throw new IllegalArgumentException("the name '%s' is taken".formatted(name));
        }
    }

    Optional<Meaning> meaning(String name) {
        return Optional.ofNullable(meanings.get(name));
    }

    /** How many consecutive samples a program reads. */
    int inputs() {
        return inputs;
    }

    /** All names, those of inputs first, in their order. */
    List<String> names() {
        var names = new ArrayList<>(meanings.keySet());
        names.addLast(names.removeFirst());
        return names;
    }
}
