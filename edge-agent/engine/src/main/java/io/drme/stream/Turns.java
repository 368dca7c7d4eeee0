package io.drme.stream;

import java.util.BitSet;
import java.util.function.IntPredicate;

/**
 * Whose turn it is: deficit round robin. In each round a pipeline gets time by its weight; what a
 * run cost is taken off, and who is in debt waits for as many rounds as that takes. So time is
 * shared by weight whatever a run costs, and a turn costs the same however many pipelines there
 * are. Confined.
 */
final class Turns {
    /** What one unit of weight gets in a round; at the usual weight 200 µs, many runs of most. */
    static final long QUANTUM_NANOS = 20_000;

    private final int[] weights;
    private final long[] deficits;

    /** The round in which each got its time last. */
    private final long[] granted;

    private long round;
    private int turn;

    Turns(int[] weights) {
        this.weights = weights;
        this.deficits = new long[weights.length];
        this.granted = new long[weights.length];
    }

    /**
     * The pipeline to run next.
     *
     * @param pending those that have something to do
     * @param isReady whether one of them could do it now; one at least is
     */
    int next(BitSet pending, IntPredicate isReady) {
        if (pending.get(turn) && deficits[turn] > 0 && isReady.test(turn)) {
            return turn;
        }
        while (true) {
            long rounds = Long.MAX_VALUE;
            for (int left = pending.cardinality(); left > 0; left--) {
                turnOn(pending);
                if (!isReady.test(turn)) {
                    continue;
                }
                grant(turn);
                if (deficits[turn] > 0) {
                    return turn;
                }
                rounds = Math.min(rounds, -deficits[turn] / quantum(turn) + 1);
            }
            if (rounds == Long.MAX_VALUE) {
                throw new IllegalStateException("pipelines wait for each other: " + pending);
            }
            round += rounds - 1; // in which nobody would get out of debt
        }
    }

    private void turnOn(BitSet pending) {
        int next = pending.nextSetBit(turn + 1);
        if (next < 0) {
            next = pending.nextSetBit(0);
            round++;
        }
        turn = next;
    }

    /** Time is not saved up: who had nothing to do in a round pays off debts with it at most. */
    private void grant(int pipeline) {
        long missed = Math.max(0, round - granted[pipeline] - 1);
        if (round > granted[pipeline]) {
            deficits[pipeline] =
                    Math.min(0, deficits[pipeline] + missed * quantum(pipeline))
                            + quantum(pipeline);
            granted[pipeline] = round;
        }
    }

    private long quantum(int pipeline) {
        return QUANTUM_NANOS * weights[pipeline];
    }

    /** Takes off what a run cost. */
    void charge(int pipeline, long nanos) {
        deficits[pipeline] -= nanos;
    }

    /** Whether it has had more than its part. */
    boolean isInDebt(int pipeline) {
        return deficits[pipeline] + (round - granted[pipeline]) * quantum(pipeline) < 0;
    }

    /** Nobody waits any more: what anyone had too much was nobody else's. */
    void forgive() {
        for (int i = 0; i < deficits.length; i++) {
            deficits[i] = 0;
            granted[i] = round;
        }
    }
}
