package io.drme.block;

/**
 * What the directory says about one series, so that a coarse roll-up need not decode it.
 *
 * <p>Where {@link #complete} is false the numbers from {@code firstBits} on are 0 and only the
 * samples tell: the series is text, has no value at all, holds a NaN or an infinity, or its source
 * times run backwards. Series of fewer than five samples stand inline in the directory; their
 * statistics are computed from the samples.
 *
 * @param count samples, bad ones included
 * @param badCount bad samples, which have no value
 * @param firstTime earliest source time
 * @param lastTime latest source time
 * @param complete whether the numbers below are given
 * @param firstBits value of the earliest sample that has one, as bits of the series' type
 * @param lastBits value of the latest sample that has one
 * @param minBits smallest value
 * @param maxBits largest value
 * @param sum sum of the values, as a double
 * @param integral sum of value × seconds until the next sample, up to the last sample; no time
 *     counts after a bad sample
 * @param coveredNanos the time that {@code integral} covers
 */
public record SeriesStats(
        int count,
        int badCount,
        long firstTime,
        long lastTime,
        boolean complete,
        long firstBits,
        long lastBits,
        long minBits,
        long maxBits,
        double sum,
        double integral,
        long coveredNanos) {

    /** How many samples have a value. */
    public int valueCount() {
        return count - badCount;
    }
}
