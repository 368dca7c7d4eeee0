package io.drme.stream;

import io.drme.time.Clock;

/** What each pipeline costs, as measured. Confined to the owner's thread. */
final class Costs implements Meter {
    /** How much of a mean the newest run is: so that about 16 runs tell. */
    private static final double NEWEST = 1.0 / 16;

    private final Clock clock;
    private final double[] nanosASample;
    private final long[] busyNanos;
    private final long[] samples;
    private long since;

    Costs(Clock clock, int pipelines) {
        this.clock = clock;
        this.nanosASample = new double[pipelines];
        this.busyNanos = new long[pipelines];
        this.samples = new long[pipelines];
    }

    @Override
    public void begin() {
        since = clock.nanoTime();
    }

    @Override
    public long ran(int pipeline, int count) {
        long now = clock.nanoTime();
        long took = now - since;
        since = now;
        busyNanos[pipeline] += took;
        samples[pipeline] += count;
        if (count > 0) {
            double mean = nanosASample[pipeline];
            double newest = (double) took / count;
            nanosASample[pipeline] = mean == 0 ? newest : mean + (newest - mean) * NEWEST;
        }
        return took;
    }

    /** When the last run ended, by the clock's {@code nanoTime}. */
    long since() {
        return since;
    }

    /** A moving mean of what a sample cost, in nanoseconds; 0 where none was run. */
    double nanosASample(int pipeline) {
        return nanosASample[pipeline];
    }

    /** What all its runs took, in nanoseconds. */
    long busyNanos(int pipeline) {
        return busyNanos[pipeline];
    }

    /** How many samples it ran over. */
    long samples(int pipeline) {
        return samples[pipeline];
    }
}
