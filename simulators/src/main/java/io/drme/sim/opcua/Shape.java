package io.drme.sim.opcua;

import io.drme.model.Value;
import io.drme.sim.ValueSource;
import io.drme.sim.fault.Moment;
import java.lang.reflect.Array;
import java.util.List;
import java.util.Map;
import org.eclipse.milo.opcua.stack.core.types.builtin.Matrix;

/** What a node holds at each moment, in the form that Milo's variants take. */
sealed interface Shape {

    /** The value at a moment; of a structure there is none but its fields. */
    Object at(Moment moment);

    /**
     * One value.
     *
     * @param names of its codes where it is one of an enumeration; otherwise empty
     */
    record One(NodeType type, ValueSource source, Map<Long, String> names) implements Shape {
        @Override
        public Object at(Moment moment) {
            return type.of(value(moment));
        }

        Value value(Moment moment) {
            return moment.distorted(source.at(moment.elapsedNanos()));
        }
    }

    /**
     * An array: element i, the last dimension running first, holds the value and i more, so that
     * one can be told from another.
     *
     * @param dimensions one or more, each at least 1
     */
    record Many(One one, List<Integer> dimensions) implements Shape {
        /** The most elements of an array. */
        static final int MOST_ELEMENTS = 10_000;

        int length() {
            return dimensions.stream().reduce(1, (a, b) -> a * b);
        }

        @Override
        public Object at(Moment moment) {
            var first = one.value(moment);
            var array = Array.newInstance(one.type().of(first).getClass(), length());
            for (int i = 0; i < length(); i++) {
                Array.set(array, i, one.type().of(more(first, i)));
            }
            return dimensions.size() == 1
                    ? array
                    : new Matrix(array, dimensions.stream().mapToInt(d -> d).toArray());
        }

        private static Value more(Value value, int more) {
            return switch (value) {
                case Value.Int(long i) -> new Value.Int(i + more);
                case Value.Real(double d) -> new Value.Real(d + more);
                case Value.Bool(boolean b) -> new Value.Bool(b ^ (more % 2 == 1));
                case Value.Text(String s) -> new Value.Text(s + "-" + more);
            };
        }
    }

    /**
     * A structure.
     *
     * @param fields by their names, in the order in which they are sent
     */
    record Structure(Map<String, Shape> fields) implements Shape {
        /** The deepest structures. */
        static final int MOST_DEPTH = 8;

        @Override
        public Object at(Moment moment) {
            throw new IllegalStateException("a structure is sent by its types");
        }
    }
}
