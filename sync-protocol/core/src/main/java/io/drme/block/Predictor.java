package io.drme.block;

/**
 * What comes next in a column of integers, from what came before: nothing is expected; the number
 * before; or a line that follows the numbers, by its level and its slope, both with {@link
 * #FRACTION_BITS} binary places. Choosing looks at a few runs of numbers only.
 *
 * <p>All arithmetic wraps: a bad guess costs bits, never exactness. Confined to its owner.
 */
final class Predictor {
    static final int NONE = 0;
    static final int BEFORE = 1;
    static final int TREND = 2;

    static final int FRACTION_BITS = 16;
    private static final long HALF = 1L << (FRACTION_BITS - 1);

    /** In place of the shift of the slope: the slope stays; of the level: the line is given. */
    static final int STAYS = 31;

    private static final int LEVEL_STAYS = 7;
    private static final int SLOPE_BITS = 5;

    private static final int LINE = trend(LEVEL_STAYS, STAYS);

    /**
     * How much of an error goes into level and slope: shifts. Where steps go on as they were, the
     * line follows quickly; where they turn back, slowly. Threes, as they are tried together.
     */
    private static final int[] SMOOTH = {trend(0, 0), trend(1, 3), trend(2, 5)};

    private static final int[] BETWEEN = {trend(1, 3), trend(2, 5), trend(3, 7)};

    /** Of fewer numbers that are neither, the number before says as much as a line. */
    private static final int BETWEEN_FROM = 128;

    private static final int[] NOISY = {
        trend(1, STAYS), trend(2, STAYS), trend(2, 5), trend(3, 7), trend(4, 9), trend(4, STAYS)
    };

    /**
     * Differences of differences of independent steps are half a bit wider than the steps. Well
     * below, steps go on; well above, they turn back; in 1/2^23 bits.
     */
    private static final long SMOOTH_BELOW = 35L * (1 << 23) / 100;

    private static final long NOISY_ABOVE = 62L * (1 << 23) / 100;

    /** Numbers of one run that is looked at, of which the first ones only set the line up. */
    private static final int RUN = 96;

    private static final int SET_UP = 8;

    /** Numbers at each end that a line is laid through. */
    private static final int END = 16;

    /** How far a line of a whole slope may lead away, over all numbers. */
    private static final int WHOLE_WITHIN = 3;

    /** What a trend must save to be worth its parameters, in 1/2^23 bits a number. */
    private static final long MARGIN = 400 << 9;

    int kind;
    int trend;
    long slope;

    private final long[] costs = new long[3];
    private long bestCost;

    private static int trend(int levelShift, int slopeShift) {
        return levelShift << SLOPE_BITS | slopeShift;
    }

    /** About the bits of a number, less those of a 1, in 1/2^23 bits; monotone. */
    private static long bits(long residual) {
        return Float.floatToRawIntBits(Math.abs((float) residual) + 0.5f);
    }

    void expectNothing() {
        kind = NONE;
    }

    /** Chooses for numbers of which the first is 0. */
    void choose(long[] numbers, int count) {
        kind = BEFORE;
        trend = 0;
        slope = 0;
        int run = Math.min(count, RUN);
        int second = count >= 3 * RUN ? count / 2 : 0;
        bestCost = costOfBefore(numbers, 0, run);
        bestCost += second == 0 ? 0 : costOfBefore(numbers, second, second + run);
        long costOfBefore = bestCost;
        consider(NONE, 0, 0, costOfLine(numbers, run, second, 0), 0);
        if (count <= SET_UP + 1) {
            return;
        }
        int used = (second == 0 ? 1 : 2) * (run - SET_UP);
        long margin = MARGIN * used;
        long line = line(numbers, count);
        consider(TREND, LINE, line, costOfLine(numbers, run, second, line), margin);
        long turn = costOfTurns(numbers, 0, run);
        turn += second == 0 ? 0 : costOfTurns(numbers, second, second + run);
        turn -= costOfBefore;
        boolean isSmooth = turn < SMOOTH_BELOW * used;
        boolean isNoisy = turn > NOISY_ABOVE * used;
        if (!isSmooth && !isNoisy && count < BETWEEN_FROM) {
            return;
        }
        var candidates = isSmooth ? SMOOTH : isNoisy ? NOISY : BETWEEN;
        long start = slope(numbers, 0);
        for (int i = 0; i < candidates.length; i += 3) {
            costs[0] = 0;
            costs[1] = 0;
            costs[2] = 0;
            addCosts(candidates, i, numbers, 0, run);
            if (second > 0) {
                addCosts(candidates, i, numbers, second, second + run);
            }
            for (int k = 0; k < 3; k++) {
                consider(TREND, candidates[i + k], start, costs[k], margin);
            }
        }
    }

    private void consider(int what, int how, long rise, long cost, long margin) {
        if (cost < bestCost - margin) {
            bestCost = cost;
            kind = what;
            trend = how;
            slope = rise;
        }
    }

    /** The slope of a line through the middles of both ends; a whole one where that is as good. */
    private static long line(long[] numbers, int span) {
        int width = Math.min(END, span / 3);
        long left = 0;
        long right = 0;
        for (int i = 0; i < width; i++) {
            left += numbers[i];
            right += numbers[span - 1 - i];
        }
        long rise = (right - left) / width;
        if (rise >> (62 - FRACTION_BITS) != rise >> 63) {
            return 0;
        }
        long exact = (rise << FRACTION_BITS) / (span - width);
        long whole = (exact + HALF) >> FRACTION_BITS << FRACTION_BITS;
        boolean isWhole = (Math.abs(exact - whole) * span) >> FRACTION_BITS < WHOLE_WITHIN;
        return isWhole ? whole : exact;
    }

    private static long slope(long[] numbers, int from) {
        long rise = numbers[from + SET_UP] - numbers[from];
        return rise >> (62 - FRACTION_BITS) == rise >> 63 ? (rise << FRACTION_BITS) / SET_UP : 0;
    }

    private static long costOfBefore(long[] numbers, int from, int to) {
        long mean = (numbers[to - 1] - numbers[from]) / Math.max(1, to - 1 - from);
        long cost = 0;
        for (int i = Math.min(to - 1, from + SET_UP); i < to; i++) {
            cost += bits(numbers[i] - numbers[i - 1] - mean);
        }
        return cost;
    }

    /** What one line through both runs costs; they may lie far apart. */
    private static long costOfLine(long[] numbers, int run, int second, long slope) {
        double sum = 0;
        for (int i = 0; i < run; i++) {
            sum += numbers[i] - at(i, slope);
        }
        long middle = Math.round(sum / run);
        long cost = 0;
        for (int i = Math.min(run - 1, SET_UP); i < run; i++) {
            cost += bits(numbers[i] - at(i, slope) - middle);
            if (second > 0) {
                int other = second + i;
                cost += bits(numbers[other] - at(other, slope) - middle);
            }
        }
        return cost;
    }

    private static long at(int index, long slope) {
        return (index * slope + HALF) >> FRACTION_BITS;
    }

    private static long costOfTurns(long[] numbers, int from, int to) {
        long cost = 0;
        for (int i = Math.max(from + 2, Math.min(to - 1, from + SET_UP)); i < to; i++) {
            cost += bits(numbers[i] - 2 * numbers[i - 1] + numbers[i - 2]);
        }
        return cost;
    }

    /** Adds to {@link #costs} what three trends cost: a processor follows them at once. */
    private void addCosts(int[] candidates, int at, long[] numbers, int from, int to) {
        int levelA = candidates[at] >>> SLOPE_BITS;
        int levelB = candidates[at + 1] >>> SLOPE_BITS;
        int levelC = candidates[at + 2] >>> SLOPE_BITS;
        int slopeA = candidates[at] & STAYS;
        int slopeB = candidates[at + 1] & STAYS;
        int slopeC = candidates[at + 2] & STAYS;
        long maskA = slopeA == STAYS ? 0 : -1;
        long maskB = slopeB == STAYS ? 0 : -1;
        long maskC = slopeC == STAYS ? 0 : -1;
        long a = 0;
        long b = 0;
        long c = 0;
        long sA = slope(numbers, from);
        long sB = sA;
        long sC = sA;
        long costA = 0;
        long costB = 0;
        long costC = 0;
        for (int i = from + 1; i < to; i++) {
            long number = numbers[i] - numbers[from];
            a += sA;
            b += sB;
            c += sC;
            if (i >= from + SET_UP) {
                costA += bits(number - ((a + HALF) >> FRACTION_BITS));
                costB += bits(number - ((b + HALF) >> FRACTION_BITS));
                costC += bits(number - ((c + HALF) >> FRACTION_BITS));
            }
            long error = (number << FRACTION_BITS) - a;
            a += error >> levelA;
            sA += error >> slopeA & maskA;
            error = (number << FRACTION_BITS) - b;
            b += error >> levelB;
            sB += error >> slopeB & maskB;
            error = (number << FRACTION_BITS) - c;
            c += error >> levelC;
            sC += error >> slopeC & maskC;
        }
        costs[0] += costA;
        costs[1] += costB;
        costs[2] += costC;
    }

    /** Gives how far each number but the first is from what was expected. */
    void residuals(long[] numbers, int count, long[] into) {
        switch (kind) {
            case NONE -> System.arraycopy(numbers, 1, into, 1, count - 1);
            case BEFORE -> {
                for (int i = 1; i < count; i++) {
                    into[i] = numbers[i] - numbers[i - 1];
                }
            }
            default -> trendResiduals(numbers, count, into);
        }
    }

    private void trendResiduals(long[] numbers, int count, long[] into) {
        if (isLine()) {
            for (int i = 1; i < count; i++) {
                into[i] = numbers[i] - at(i, slope);
            }
            return;
        }
        int levelShift = trend >>> SLOPE_BITS;
        int slopeShift = trend & STAYS;
        long mask = slopeShift == STAYS ? 0 : -1;
        long level = 0;
        long s = slope;
        for (int i = 1; i < count; i++) {
            long expected = level + s;
            long number = numbers[i];
            into[i] = number - ((expected + HALF) >> FRACTION_BITS);
            long error = (number << FRACTION_BITS) - expected;
            level = expected + (error >> levelShift);
            s += error >> slopeShift & mask;
        }
    }

    private boolean isLine() {
        return trend >>> SLOPE_BITS == LEVEL_STAYS;
    }

    /**
     * Turns residuals into numbers, in place; the first number is {@code first}.
     *
     * @param factor what each number was divided by, after the first was taken off
     */
    void restore(long[] numbers, int count, long first, long factor) {
        numbers[0] = first;
        switch (kind) {
            case NONE -> {
                for (int i = 1; i < count; i++) {
                    numbers[i] = first + numbers[i] * factor;
                }
            }
            case BEFORE -> {
                long number = first;
                for (int i = 1; i < count; i++) {
                    number += numbers[i] * factor;
                    numbers[i] = number;
                }
            }
            default -> restoreTrend(numbers, count, first, factor);
        }
    }

    private void restoreTrend(long[] numbers, int count, long first, long factor) {
        if (isLine()) {
            for (int i = 1; i < count; i++) {
                numbers[i] = first + (numbers[i] + at(i, slope)) * factor;
            }
            return;
        }
        int levelShift = trend >>> SLOPE_BITS;
        int slopeShift = trend & STAYS;
        long mask = slopeShift == STAYS ? 0 : -1;
        long level = 0;
        long s = slope;
        for (int i = 1; i < count; i++) {
            long expected = level + s;
            long number = numbers[i] + ((expected + HALF) >> FRACTION_BITS);
            numbers[i] = first + number * factor;
            long error = (number << FRACTION_BITS) - expected;
            level = expected + (error >> levelShift);
            s += error >> slopeShift & mask;
        }
    }
}
