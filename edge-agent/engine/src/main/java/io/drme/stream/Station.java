package io.drme.stream;

import io.drme.model.Batch;

/**
 * One pipeline in the schedule: what waits for it, and how far it is. What comes from each pipeline
 * above waits apart, so that each queue has its passes in order, whoever is ahead. Confined.
 */
final class Station {
    private final Pipeline pipeline;
    private final Waiting[] queues;

    /** The pipelines above that it reads; the queue of each is one behind its place here. */
    private final int[] above;

    private long nextTick;

    Station(Pipeline pipeline, int[] above) {
        this.pipeline = pipeline;
        this.above = above;
        this.queues = new Waiting[above.length + 1];
        for (int i = 0; i < queues.length; i++) {
            queues[i] = new Waiting();
        }
    }

    /** What waits of the devices' samples. */
    Waiting ofDevices() {
        return queues[0];
    }

    /** What waits of a pipeline's results. */
    Waiting of(int pipelineAbove) {
        int at = 0;
        while (above[at] != pipelineAbove) {
            at++;
        }
        return queues[at + 1];
    }

    /** Nothing waits; ticks count from here on. */
    void beginAt(long tick) {
        nextTick = tick;
    }

    /** The pass that it has to make next, as far as is known, or {@link Waiting#NONE}. */
    long next(Passes passes) {
        long next = passes.tick(nextTick);
        for (var queue : queues) {
            next = Math.min(next, queue.first());
        }
        return next;
    }

    /**
     * Makes a pass.
     *
     * @return how many samples it had
     */
    int run(long pass, Passes passes, Batch derived) {
        for (var queue : queues) {
            queue.give(pass, pipeline);
        }
        long now = passes.now(pass);
        if (passes.tick(nextTick) == pass) {
            nextTick++;
            return pipeline.tick(now, derived);
        }
        return pipeline.run(now, derived);
    }

    int waiting() {
        int size = 0;
        for (var queue : queues) {
            size += queue.size();
        }
        return size;
    }

    long waitingBytes() {
        long bytes = 0;
        for (var queue : queues) {
            bytes += queue.bytes();
        }
        return bytes;
    }
}
