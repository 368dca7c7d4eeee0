package io.drme.stream;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;

/**
 * What decides whether the state of a step can be carried over: its own definition, and the lanes
 * that it runs over. It is saved with the state, so that a start and a reload decide alike.
 *
 * @param definition the same as long as the step is the same; rows of a table are no part of it
 * @param kind as in a file
 * @param remembers whether there is state at all
 * @param sources of each lane, what tells the tag it comes of
 * @param lanes of each lane, what tells it from all others
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record StepShape(long definition, String kind, boolean remembers, long[] sources, long[] lanes) {
    private static final long[] NONE = {};

    static StepShape of(Step step, List<Lane> input) {
        return new StepShape(
                hash(step.toString()),
                step.word(),
                step.remembers(),
                step.remembers() ? hashes(input.stream().map(Lane::source).toList()) : NONE,
                step.remembers() ? hashes(input.stream().map(Lane::key).toList()) : NONE);
    }

    private static long[] hashes(List<String> texts) {
        return texts.stream().mapToLong(StepShape::hash).toArray();
    }

    /** Two checksums by different polynomials: enough to tell what people write apart. */
    private static long hash(String text) {
        var bytes = text.getBytes(StandardCharsets.UTF_8);
        var high = new CRC32();
        high.update(bytes);
        var low = new CRC32C();
        low.update(bytes);
        return high.getValue() << Integer.SIZE | low.getValue();
    }

    void save(DataOutput out) throws IOException {
        out.writeLong(definition);
        out.writeUTF(kind);
        out.writeBoolean(remembers);
        out.writeInt(lanes.length);
        for (int i = 0; i < lanes.length; i++) {
            out.writeLong(sources[i]);
            out.writeLong(lanes[i]);
        }
    }

    static StepShape load(DataInput in) throws IOException {
        long definition = in.readLong();
        var kind = in.readUTF();
        boolean remembers = in.readBoolean();
        int count = in.readInt();
        var sources = new long[count];
        var lanes = new long[count];
        for (int i = 0; i < count; i++) {
            sources[i] = in.readLong();
            lanes[i] = in.readLong();
        }
        return new StepShape(definition, kind, remembers, sources, lanes);
    }
}
