package io.drme.sim;

import io.drme.model.Value;
import java.util.SplittableRandom;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Each interval a step up or down by up to {@code step}, held between two bounds. The walk is a
 * function of its seed and the time; going on is cheap, going back starts over.
 */
final class RandomWalk implements ValueSource {
    /** Where a walk begins, how far it steps and how far it may go. */
    record Shape(double start, double step, double min, double max) {}

    private final long seed;
    private final Shape shape;
    private final long everyNanos;
    private final ReentrantLock lock = new ReentrantLock();
    private SplittableRandom random;
    private double value;
    private long steps;

    RandomWalk(long seed, Shape shape, long everyNanos) {
        this.seed = seed;
        this.shape = shape;
        this.everyNanos = everyNanos;
        this.random = new SplittableRandom(seed);
        this.value = shape.start();
    }

    @Override
    public Value at(long elapsedNanos) {
        long wanted = elapsedNanos / everyNanos;
        lock.lock();
        try {
            if (wanted < steps) {
                random = new SplittableRandom(seed);
                value = shape.start();
                steps = 0;
            }
            for (; steps < wanted; steps++) {
                double step = (random.nextDouble() * 2 - 1) * shape.step();
                value = Math.clamp(value + step, shape.min(), shape.max());
            }
            return new Value.Real(value);
        } finally {
            lock.unlock();
        }
    }
}
