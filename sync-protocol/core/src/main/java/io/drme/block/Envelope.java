package io.drme.block;

import java.time.Duration;

/**
 * What a block of envelopes says of the blocks that it stands for, which are gone.
 *
 * <p>Of each series and each interval of source time it holds the first and the last value, the
 * least and the greatest, each with its own time, as they were recorded; and the samples at which
 * the quality changed. So every value that is not there lay between the least and the greatest of
 * its interval: that is the error bound. Thinning envelopes again makes the interval longer, which
 * the newer block says, and keeps the bound exact.
 *
 * @param fromSequence first block that it replaces, in the same stream; from 1
 * @param toSequence last block that it replaces
 * @param samples how many samples these blocks had
 * @param intervalNanos length of an interval, which begin at its multiples since 1970; above 0
 */
public record Envelope(long fromSequence, long toSequence, long samples, long intervalNanos) {
    private static final long MINUTE_SECONDS = 60;

    /** Refuses what can't be. */
    public Envelope {
        if (fromSequence < 1 || toSequence < fromSequence || samples < 0 || intervalNanos < 1) {
            throw new IllegalArgumentException(
                    "no envelopes stand for blocks %d to %d, %d samples, by %d ns"
                            .formatted(fromSequence, toSequence, samples, intervalNanos));
        }
    }

    /** The error bound, for a person. */
    public String bound() {
        return "of each %s the first, last, least and greatest value are kept; what is gone lay between the least and the greatest"
                .formatted(text(Duration.ofNanos(intervalNanos)));
    }

    private static String text(Duration interval) {
        long seconds = interval.toSeconds();
        return seconds % MINUTE_SECONDS != 0 || seconds == 0
                ? interval.toMillis() % 1_000 == 0 ? seconds + " s" : interval.toMillis() + " ms"
                : seconds / MINUTE_SECONDS + " min";
    }
}
