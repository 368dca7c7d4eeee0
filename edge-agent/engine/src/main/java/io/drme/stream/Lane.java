package io.drme.stream;

import io.drme.model.ValueType;

/**
 * What flows through one point of a pipeline from one source tag. Between steps a batch's tag
 * indexes are those of lanes, so that steps keep their state in arrays by lane.
 *
 * @param source name of the tag that the pipeline reads
 * @param function of the aggregates so far, empty where there was none
 * @param type of the values
 * @param held whether a value is true until the next one, because a deadband drops repeats
 */
record Lane(String source, String function, ValueType type, boolean held) {

    Lane of(ValueType newType) {
        return new Lane(source, function, newType, held);
    }

    /** What an aggregate makes of it. */
    Lane under(WindowFunction applied) {
        return new Lane(source, joined(function, applied.text()), applied.over(type), false);
    }

    /** The part of it that has a name of its own; it is not known how long its values are true. */
    Lane as(String name) {
        return new Lane(source, joined(function, name), type, false);
    }

    /** What {@code {function}} stands for behind one more step. */
    static String joined(String function, String more) {
        return function.isEmpty() ? more : function + "-" + more;
    }

    /** Tells the lanes of one pipeline apart, also after a restart. */
    String key() {
        return source + " " + function + " " + type + (held ? " held" : "");
    }
}
