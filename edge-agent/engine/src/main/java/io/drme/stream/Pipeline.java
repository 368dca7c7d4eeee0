package io.drme.stream;

import io.drme.model.Batch;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/** One running pipeline: routes its tags into lanes, through its operators, to derived tags. */
final class Pipeline {
    private static final int NO_LANE = -1;

    private final String name;
    private final int fingerprint;
    private final int[] laneOfTag;
    private final List<Operator> operators;
    private final int[][] tagsOfLane;
    private final Batch[] stages;

    /**
     * Makes a pipeline.
     *
     * @param fingerprint the same as long as its state can be carried over
     * @param sources tag index of each lane
     * @param tagsOfLane derived tag indexes of each lane that leaves the last operator
     */
    Pipeline(
            String name,
            int fingerprint,
            int[] sources,
            List<Operator> operators,
            int[][] tagsOfLane) {
        this.name = name;
        this.fingerprint = fingerprint;
        this.operators = operators;
        this.tagsOfLane = tagsOfLane;
        int highest = -1;
        for (int source : sources) {
            highest = Math.max(highest, source);
        }
        this.laneOfTag = new int[highest + 1];
        Arrays.fill(laneOfTag, NO_LANE);
        for (int lane = 0; lane < sources.length; lane++) {
            laneOfTag[sources[lane]] = lane;
        }
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
            late += operator instanceof AggregateOperator aggregate ? aggregate.late() : 0;
        }
        return late;
    }

    /** Begins a batch or tick: empties the stages. */
    void begin() {
        for (var stage : stages) {
            stage.begin(0, 0);
        }
    }

    /** Takes over those samples from index {@code from} on that this pipeline reads. */
    void take(Batch samples, int from) {
        int size = samples.size();
        var tags = samples.tags();
        var first = stages[0];
        for (int i = from; i < size; i++) {
            int lane = tags[i] < laneOfTag.length ? laneOfTag[tags[i]] : NO_LANE;
            if (lane == NO_LANE) {
                continue;
            }
            var text = samples.text(i);
            if (text == null) {
                first.add(
                        lane, samples.sourceTimes()[i], samples.bits()[i], samples.qualities()[i]);
            } else {
                first.addText(lane, samples.sourceTimes()[i], text, samples.qualities()[i]);
            }
        }
    }

    /** Runs what was taken through the operators. */
    void run(long now, Batch derived) {
        for (int i = 0; i < operators.size() && stages[i].size() > 0; i++) {
            operators.get(i).process(stages[i], now, stages[i + 1]);
        }
        give(derived);
    }

    /** Runs what was taken through the operators, and tells each that time has passed. */
    void tick(long now, Batch derived) {
        for (int i = 0; i < operators.size(); i++) {
            if (stages[i].size() > 0) {
                operators.get(i).process(stages[i], now, stages[i + 1]);
            }
            operators.get(i).tick(now, stages[i + 1]);
        }
        give(derived);
    }

    private void give(Batch derived) {
        var last = stages[operators.size()];
        int size = last.size();
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
