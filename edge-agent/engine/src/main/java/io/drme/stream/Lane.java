package io.drme.stream;

import io.drme.model.ValueType;
import java.util.List;

/**
 * What flows through one point of a pipeline from one source tag. Between steps a batch's tag
 * indexes are those of lanes, so that steps keep their state in arrays by lane.
 *
 * @param source name of the tag that the pipeline reads
 * @param function words of the results so far that {@code {function}} stands for, empty where there
 *     was none
 * @param type of the values
 * @param held whether a value is true until the next one, because a deadband drops repeats
 * @param unit UCUM code, empty where it is not known
 */
record Lane(String source, String function, ValueType type, boolean held, String unit) {

    /** A lane whose unit is not known. */
    Lane(String source, String function, ValueType type, boolean held) {
        this(source, function, type, held, "");
    }

    Lane of(ValueType newType) {
        return new Lane(source, function, newType, held, unit);
    }

    /** The same, of which silence does not say that the value is still true. */
    Lane notHeld() {
        return new Lane(source, function, type, false, unit);
    }

    /** The same, of which a value is true until the next one. */
    Lane asHeld() {
        return new Lane(source, function, type, true, unit);
    }

    /** Of each lane whether its values are decimal numbers, which may be not finite. */
    static boolean[] reals(List<Lane> lanes) {
        var reals = new boolean[lanes.size()];
        for (int i = 0; i < reals.length; i++) {
            reals[i] = lanes.get(i).type() == ValueType.FLOAT64;
        }
        return reals;
    }

    /** Another quantity of the same tag, of which silence says nothing. */
    Lane inUnit(ValueType newType, String newUnit) {
        return new Lane(source, function, newType, false, newUnit);
    }

    /** One of several results of a step, which {@code word} tells apart. */
    Lane under(String word, ValueType newType, String newUnit) {
        return new Lane(source, joined(function, word), newType, false, newUnit);
    }

    /** The part of it that has a name of its own; it is not known how long its values are true. */
    Lane as(String name) {
        return under(name, type, unit);
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
