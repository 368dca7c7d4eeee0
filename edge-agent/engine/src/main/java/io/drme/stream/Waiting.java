package io.drme.stream;

import io.drme.model.Batch;
import java.util.Arrays;

/**
 * Samples that wait for one pipeline and come from one place: the devices, or one pipeline above.
 * First in, first out, each with the pass that it belongs to. Confined.
 */
final class Waiting {
    /** No pass; behind all others. */
    static final long NONE = Long.MAX_VALUE;

    /** What a sample takes: lane, stage, source time, bits, quality, and its pass's mark. */
    static final int BYTES_A_SAMPLE = 32;

    private static final int BYTES_A_TEXT = 48;
    private static final int KEPT_ROOM = 1_024;

    private Batch samples = new Batch();
    private int[] stages = new int[KEPT_ROOM];
    private int head;

    /** Of each pass that has samples: its number, and the index behind its last sample. */
    private long[] passes = new long[16];

    private int[] ends = new int[16];
    private int firstMark;
    private int marks;
    private long textBytes;

    /** Takes a sample as one of a stage's lane; passes come in their order. */
    void add(long pass, int stage, int lane, Batch from, int at) {
        if (samples.size() == stages.length) {
            makeRoom();
        }
        stages[samples.size()] = stage;
        var text = from.text(at);
        if (text == null) {
            samples.add(lane, from.sourceTimes()[at], from.bits()[at], from.qualities()[at]);
        } else {
            samples.addText(lane, from.sourceTimes()[at], text, from.qualities()[at]);
            textBytes += bytes(text);
        }
        mark(pass);
    }

    private void mark(long pass) {
        if (marks == firstMark || passes[marks - 1] != pass) {
            if (marks == passes.length) {
                passes = Arrays.copyOf(passes, marks * 2);
                ends = Arrays.copyOf(ends, marks * 2);
            }
            passes[marks++] = pass;
        }
        ends[marks - 1] = samples.size();
    }

    /** The pass of the first that waits, or {@link #NONE}. */
    long first() {
        return firstMark == marks ? NONE : passes[firstMark];
    }

    /** Gives a pipeline what waits of a pass, which is the first that waits or none of here. */
    void give(long pass, Pipeline to) {
        if (first() != pass) {
            return;
        }
        int end = ends[firstMark++];
        for (int i = head; i < end; i++) {
            var text = samples.text(i);
            textBytes -= text == null ? 0 : bytes(text);
            to.take(stages[i], samples.tags()[i], samples, i);
        }
        head = end;
        if (firstMark == marks) {
            clear();
        }
    }

    int size() {
        return samples.size() - head;
    }

    long bytes() {
        return (long) size() * BYTES_A_SAMPLE + textBytes;
    }

    private static long bytes(String text) {
        return (long) BYTES_A_TEXT + text.length();
    }

    private void clear() {
        if (stages.length > KEPT_ROOM) {
            samples = new Batch(); // what a rush needed is given back
            stages = new int[KEPT_ROOM];
        }
        samples.begin(0, 0);
        head = 0;
        firstMark = 0;
        marks = 0;
    }

    /** Closes up behind what was given, or grows. */
    private void makeRoom() {
        if (head < stages.length / 2) {
            stages = Arrays.copyOf(stages, stages.length * 2);
            return;
        }
        int size = samples.size();
        for (int i = head; i < size; i++) {
            samples.move(i, i - head);
        }
        System.arraycopy(stages, head, stages, 0, size - head);
        samples.truncate(size - head);
        for (int i = firstMark; i < marks; i++) {
            passes[i - firstMark] = passes[i];
            ends[i - firstMark] = ends[i] - head;
        }
        marks -= firstMark;
        firstMark = 0;
        head = 0;
    }
}
