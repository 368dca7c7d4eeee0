package io.drme.cloud.promql;

import java.util.BitSet;

/** One series of an answer: at each step a value, or none. Confined to its evaluation. */
final class Lane {
    final Labels labels;
    final double[] values;
    final BitSet present;

    Lane(Labels labels, int steps) {
        this(labels, new double[steps], new BitSet(steps));
    }

    private Lane(Labels labels, double[] values, BitSet present) {
        this.labels = labels;
        this.values = values;
        this.present = present;
    }

    void set(int step, double value) {
        values[step] = value;
        present.set(step);
    }

    /** The same values under other labels. */
    Lane named(Labels other) {
        return new Lane(other, values, present);
    }
}
