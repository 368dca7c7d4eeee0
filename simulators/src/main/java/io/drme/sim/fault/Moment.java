package io.drme.sim.fault;

import io.drme.model.Value;
import java.math.BigDecimal;

/**
 * When values are asked for, and what is wrong with them then.
 *
 * @param elapsedNanos since the scenario began; of a stuck value when it got stuck
 * @param fault what is wrong with values; any other fault changes none
 * @param faultNanos for how long it has been
 */
public record Moment(long elapsedNanos, Fault fault, long faultNanos) {
    private static final double DRIFT_A_SECOND = 0.01;
    private static final double NANOS_PER_SECOND = 1e9;
    private static final int SPIKE_EVERY = 10;
    private static final int SPIKE_FACTOR = 10;
    private static final int SPIKE_OFFSET = 100;

    /** A moment for an answer now. */
    public static Moment of(long elapsedNanos, Fault fault, long faultNanos) {
        boolean stuck = fault.kind() == FaultKind.STUCK;
        return new Moment(stuck ? elapsedNanos - faultNanos : elapsedNanos, fault, faultNanos);
    }

    /** A number as the fault makes it; texts and bits stay. */
    public Value distorted(Value value) {
        return switch (fault.kind()) {
            case DRIFT ->
                    plus(value, DRIFT_A_SECOND * ((double) faultNanos / NANOS_PER_SECOND), true);
            case SPIKES -> isSpike() ? plus(value, SPIKE_FACTOR - 1, false) : value;
            default -> value;
        };
    }

    /** Every tenth time of the fault's delay; the first begins with the fault. */
    private boolean isSpike() {
        return faultNanos / Math.max(1, fault.delay().toNanos()) % SPIKE_EVERY == 0;
    }

    /** Adds a share of the value, and where that is small, of one or of a hundred. */
    private static Value plus(Value value, double share, boolean small) {
        return switch (value) {
            case Value.Int(long i) ->
                    new Value.Int(i + Math.round(share * least((double) i, small)));
            case Value.Real(double d) -> real(d, share * least(d, small));
            case Value.Bool _, Value.Text _ -> value;
        };
    }

    private static Value real(double value, double more) {
        boolean finite = Double.isFinite(value) && Double.isFinite(more);
        return finite
                ? new Value.Real(
                        BigDecimal.valueOf(value).add(BigDecimal.valueOf(more)).doubleValue())
                : new Value.Real(value);
    }

    private static double least(double value, boolean small) {
        return Math.max(Math.abs(value), small ? 1 : SPIKE_OFFSET / (double) SPIKE_FACTOR);
    }
}
