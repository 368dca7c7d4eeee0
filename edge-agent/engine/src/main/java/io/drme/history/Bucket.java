package io.drme.history;

/**
 * What is known of neighbouring samples of one tag that lie in one minute, hour or day by their
 * source times: enough for a roll-up by that step or a longer one. A sample without a value, and a
 * NaN, is none of the values.
 *
 * @param count samples, at least 1
 * @param values samples with a value; where there is none, the numbers from {@code firstValueTime}
 *     on are 0
 * @param firstTime least source time, nanoseconds since 1970 UTC
 * @param lastTime greatest source time
 * @param inOrder whether source times never run backwards
 * @param holds whether the last sample has a value
 * @param firstValueTime source time of the earliest value
 * @param firstBits that value, as bits of the tag's type
 * @param lastValueTime source time of the latest value
 * @param lastBits that value
 * @param minBits smallest value
 * @param maxBits largest value
 * @param sum sum of the values
 * @param integral sum of value × seconds until the next sample of the bucket; no time counts after
 *     a sample without a value
 * @param coveredNanos the time that {@code integral} covers
 */
public record Bucket(
        int count,
        int values,
        long firstTime,
        long lastTime,
        boolean inOrder,
        boolean holds,
        long firstValueTime,
        long firstBits,
        long lastValueTime,
        long lastBits,
        long minBits,
        long maxBits,
        double sum,
        double integral,
        long coveredNanos) {}
