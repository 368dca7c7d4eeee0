package io.drme.stream;

import io.drme.config.Where;
import io.drme.model.Batch;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInput;
import java.io.DataInputStream;
import java.io.DataOutput;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One running pipeline: takes samples into its stages, brings them through its operators, and gives
 * the results the indexes of derived tags.
 *
 * <p>Stage <i>n</i> is what operator <i>n</i> is about to read: what the operator before gives,
 * behind the samples that it reads beside. A stage that takes no samples in is empty but while the
 * pipeline runs, so that all pipelines share it: among thousands it is still in the cache.
 */
final class Pipeline {
    private final PipelineConfig config;
    private final List<StepShape> shape;
    private final List<Lane> inputs;
    private final Operator[] operators;
    private final int[][] tagsOfLane;

    /** The same where each lane gives one tag, as nearly always; otherwise empty. */
    private final int[] tagOfLane;

    private final Batch[] stages;
    private final long stateBytes;

    /** Samples taken since the last run. */
    private int taken;

    /**
     * Makes a pipeline.
     *
     * @param shape of each step, whether its state can be carried over
     * @param inputs the lanes that it takes in, those read beside behind the others
     * @param tagsOfLane derived tag indexes of each lane that leaves the last operator
     * @param stages one more than operators; of those before an operator that takes samples in, its
     *     own
     * @param stateBytes what its operators remember at most
     */
    Pipeline(
            PipelineConfig config,
            List<StepShape> shape,
            List<Lane> inputs,
            List<Operator> operators,
            int[][] tagsOfLane,
            Batch[] stages,
            long stateBytes) {
        this.config = config;
        this.stateBytes = stateBytes;
        this.shape = List.copyOf(shape);
        this.inputs = inputs;
        this.operators = operators.toArray(Operator[]::new);
        this.tagsOfLane = tagsOfLane;
        this.tagOfLane =
                Arrays.stream(tagsOfLane).allMatch(tags -> tags.length == 1)
                        ? Arrays.stream(tagsOfLane).mapToInt(tags -> tags[0]).toArray()
                        : new int[0];
        this.stages = stages;
    }

    String name() {
        return config.name();
    }

    List<StepShape> shape() {
        return shape;
    }

    /** Whether it does to the same lanes the same as another, and gives the same tags. */
    boolean isSame(Pipeline other) {
        return name().equals(other.name())
                && share().equals(other.share())
                && steps().equals(other.steps())
                && inputs.equals(other.inputs)
                && Arrays.deepEquals(tagsOfLane, other.tagsOfLane);
    }

    Share share() {
        return config.share();
    }

    Where where() {
        return config.where();
    }

    List<Step> steps() {
        return config.steps();
    }

    /** How many lanes leave a step. */
    int lanesOf(int step) {
        return operators[step].lanes().size();
    }

    long stateBytes() {
        return stateBytes;
    }

    int[][] tagsOfLane() {
        return tagsOfLane;
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
        taken++;
        var text = samples.text(at);
        if (text == null) {
            stages[stage].add(
                    lane, samples.sourceTimes()[at], samples.bits()[at], samples.qualities()[at]);
        } else {
            stages[stage].addText(lane, samples.sourceTimes()[at], text, samples.qualities()[at]);
        }
    }

    /**
     * Runs what was taken through the operators.
     *
     * @return how many samples that was
     */
    int run(long now, Batch derived) {
        for (int i = 0; i < operators.length; i++) {
            if (stages[i].size() > 0) {
                operators[i].process(stages[i], now, stages[i + 1]);
                stages[i].begin(0, 0);
            }
        }
        return give(derived);
    }

    /** As {@link #run}, and tells each operator that time has passed. */
    int tick(long now, Batch derived) {
        for (int i = 0; i < operators.length; i++) {
            if (stages[i].size() > 0) {
                operators[i].process(stages[i], now, stages[i + 1]);
                stages[i].begin(0, 0);
            }
            operators[i].tick(now, stages[i + 1]);
        }
        return give(derived);
    }

    private int give(Batch derived) {
        int samples = taken;
        taken = 0;
        var last = stages[operators.length];
        int size = last.size();
        if (size == 0) {
            return samples;
        }
        if (tagOfLane.length > 0) {
            derived.addAll(last, tagOfLane);
            last.begin(0, 0);
            return samples;
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
        return samples;
    }

    /** Writes of each step what it is and what it remembers. */
    void save(DataOutput out) throws IOException {
        out.writeInt(operators.length);
        for (int i = 0; i < operators.length; i++) {
            var state = new ByteArrayOutputStream();
            operators[i].save(new DataOutputStream(state));
            shape.get(i).save(out);
            out.writeInt(state.size());
            out.write(state.toByteArray());
        }
    }

    /**
     * Goes on with what {@link #save} wrote, step by step.
     *
     * @return what could not be carried over
     */
    List<Loss> load(DataInput in) throws IOException {
        int count = in.readInt();
        var before = new ArrayList<StepShape>(count);
        var states = new ArrayList<byte[]>(count);
        for (int i = 0; i < count; i++) {
            before.add(StepShape.load(in));
            var state = new byte[in.readInt()];
            in.readFully(state);
            states.add(state);
        }
        var migration = new Migration(before, shape);
        for (int i = 0; i < operators.length; i++) {
            int from = migration.from(i);
            if (from != Migration.NONE) {
                operators[i].load(new DataInputStream(new ByteArrayInputStream(states.get(from))));
            }
        }
        return migration.losses(name());
    }
}
