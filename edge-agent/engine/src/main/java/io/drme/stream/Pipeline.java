package io.drme.stream;

import io.drme.model.Batch;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.List;

/**
 * One running pipeline: takes samples into its stages, brings them through its operators, and gives
 * the results the indexes of derived tags.
 *
 * <p>Stage <i>n</i> is what operator <i>n</i> is about to read: what the operator before gives,
 * behind the samples that it reads beside.
 */
final class Pipeline {
    private final String name;
    private final int fingerprint;
    private final Operator[] operators;
    private final int[][] tagsOfLane;
    private final Batch[] stages;

    /**
     * Makes a pipeline.
     *
     * @param fingerprint the same as long as its state can be carried over
     * @param tagsOfLane derived tag indexes of each lane that leaves the last operator
     */
    Pipeline(String name, int fingerprint, List<Operator> operators, int[][] tagsOfLane) {
        this.name = name;
        this.fingerprint = fingerprint;
        this.operators = operators.toArray(Operator[]::new);
        this.tagsOfLane = tagsOfLane;
        this.stages = new Batch[operators.size() + 1];
        for (int i = 0; i < stages.length; i++) {
            stages[i] = new Batch();
        }
    }

    String name() {
        return name;
    }

    int fingerprint() {
        return fingerprint;
    }

    long late() {
        long late = 0;
        for (var operator : operators) {
            late += operator.late();
        }
        return late;
    }

    /** Takes a sample over as one of a stage's lane. */
    void take(int stage, int lane, Batch samples, int at) {
        var text = samples.text(at);
        if (text == null) {
            stages[stage].add(
                    lane, samples.sourceTimes()[at], samples.bits()[at], samples.qualities()[at]);
        } else {
            stages[stage].addText(lane, samples.sourceTimes()[at], text, samples.qualities()[at]);
        }
    }

    /** Runs what was taken through the operators. */
    void run(long now, Batch derived) {
        for (int i = 0; i < operators.length; i++) {
            if (stages[i].size() > 0) {
                operators[i].process(stages[i], now, stages[i + 1]);
                stages[i].begin(0, 0);
            }
        }
        give(derived);
    }

    /** Runs what was taken through the operators, and tells each that time has passed. */
    void tick(long now, Batch derived) {
        for (int i = 0; i < operators.length; i++) {
            if (stages[i].size() > 0) {
                operators[i].process(stages[i], now, stages[i + 1]);
                stages[i].begin(0, 0);
            }
            operators[i].tick(now, stages[i + 1]);
        }
        give(derived);
    }

    private void give(Batch derived) {
        var last = stages[operators.length];
        int size = last.size();
        if (size == 0) {
            return;
        }
        for (int i = 0; i < size; i++) {
            for (int tag : tagsOfLane[last.tags()[i]]) {
                var text = last.text(i);
                if (text == null) {
                    derived.add(tag, last.sourceTimes()[i], last.bits()[i], last.qualities()[i]);
                } else {
                    derived.addText(tag, last.sourceTimes()[i], text, last.qualities()[i]);
                }
            }
        }
        last.begin(0, 0);
    }

    void save(DataOutput out) throws IOException {
        for (var operator : operators) {
            operator.save(out);
        }
    }

    void load(DataInput in) throws IOException {
        for (var operator : operators) {
            operator.load(in);
        }
    }
}
