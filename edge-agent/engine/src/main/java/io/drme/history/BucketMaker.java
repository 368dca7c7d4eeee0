package io.drme.history;

import io.drme.model.Quality;
import io.drme.model.ValueType;
import io.drme.model.Values;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes {@link Bucket}s of the samples of one tag, fed in the gateway's order. Where source times
 * go back into a bucket that was left, another begins: so each stands for samples side by side.
 *
 * <p>Confined to its owner.
 */
public final class BucketMaker {
    private static final double NANOS_PER_SECOND = 1e9;

    private final ValueType type;
    private final long lengthNanos;
    private final List<Bucket> made = new ArrayList<>();
    private long number;
    private int count;
    private int values;
    private long firstTime;
    private long lastTime;
    private boolean inOrder;
    private boolean holds;
    private double held;
    private long firstValueTime;
    private long firstBits;
    private long lastValueTime;
    private long lastBits;
    private long minBits;
    private long maxBits;
    private double sum;
    private double error;
    private double integral;
    private long coveredNanos;

    /** Makes buckets of that length, for values of a type that is no text. */
    public BucketMaker(ValueType type, long lengthNanos) {
        if (type == ValueType.TEXT) {
            throw new IllegalArgumentException("texts have no sums");
        }
        this.type = type;
        this.lengthNanos = lengthNanos;
    }

    /** Takes the next sample. */
    public void add(long sourceTime, long bits, byte quality) {
        long at = Math.floorDiv(sourceTime, lengthNanos);
        if (count == 0 || at != number) {
            end();
            begin(at, sourceTime);
        }
        double value = Values.asDouble(type, bits);
        boolean isValue = !Quality.isBad(quality) && !Double.isNaN(value);
        if (count > 0 && sourceTime < lastTime) {
            inOrder = false;
        } else {
            if (holds) {
                integral += held * ((sourceTime - lastTime) / NANOS_PER_SECOND);
                coveredNanos += sourceTime - lastTime;
            }
            holds = isValue;
            held = value;
            lastTime = sourceTime;
        }
        firstTime = Math.min(firstTime, sourceTime);
        count++;
        if (isValue) {
            addValue(sourceTime, bits, value);
        }
    }

    private void begin(long at, long sourceTime) {
        number = at;
        count = 0;
        values = 0;
        firstTime = sourceTime;
        lastTime = sourceTime;
        inOrder = true;
        holds = false;
        firstValueTime = 0;
        firstBits = 0;
        lastValueTime = 0;
        lastBits = 0;
        minBits = 0;
        maxBits = 0;
        sum = 0;
        error = 0;
        integral = 0;
        coveredNanos = 0;
    }

    private void addValue(long time, long bits, double value) {
        boolean isFirst = values++ == 0;
        if (isFirst || time < firstValueTime) {
            firstValueTime = time;
            firstBits = bits;
        }
        if (isFirst || time >= lastValueTime) {
            lastValueTime = time;
            lastBits = bits;
        }
        if (isFirst || compare(bits, minBits) < 0) {
            minBits = bits;
        }
        if (isFirst || compare(bits, maxBits) > 0) {
            maxBits = bits;
        }
        // Neumaier's compensated sum
        double next = sum + value;
        error += Math.abs(sum) >= Math.abs(value) ? (sum - next) + value : (value - next) + sum;
        sum = next;
    }

    private int compare(long a, long b) {
        return type == ValueType.FLOAT64
                ? Double.compare(Double.longBitsToDouble(a), Double.longBitsToDouble(b))
                : Long.compare(a, b);
    }

    private void end() {
        if (count > 0) {
            made.add(
                    new Bucket(
                            count,
                            values,
                            firstTime,
                            lastTime,
                            inOrder,
                            holds,
                            firstValueTime,
                            firstBits,
                            lastValueTime,
                            lastBits,
                            minBits,
                            maxBits,
                            Double.isFinite(error) ? sum + error : sum,
                            integral,
                            coveredNanos));
            count = 0;
        }
    }

    /** The buckets, in order. Ends the feeding. */
    public List<Bucket> buckets() {
        end();
        return List.copyOf(made);
    }
}
