package io.drme.testing.independent;

import java.util.List;
import java.util.function.Function;

/**
 * What a directory says of a long series; values as the bits of a double, or as themselves for
 * booleans and integers.
 *
 * @param isComplete whether the directory gives more than the times
 */
record Statistics(
        long firstTime,
        long lastTime,
        boolean isComplete,
        long first,
        long last,
        long least,
        long greatest,
        double sum,
        double integral,
        long coveredNanos) {
    private static final int RAW = 63;
    private static final int FLOAT64 = 3;

    static void read(Cursor in, Block.Header header, List<Block.Series> all) {
        var given = all.stream().filter(s -> (s.flags & 0x80) != 0).toList();
        var firstTimes = column(all, _ -> header.firstTime() + in.varint());
        var lastTimes = column(all, _ -> header.lastTime() - in.varint());
        var scales = column(given, _ -> (long) in.u8());
        var numbers = new long[5][given.size()];
        for (int column = 0; column < 5; column++) {
            for (int i = 0; i < given.size(); i++) {
                long scale = scales[i];
                long first = numbers[0][i];
                boolean isRaw = (scale & 63) == RAW || (column == 4 && (scale & 64) != 0);
                numbers[column][i] =
                        isRaw
                                ? in.u64()
                                : switch (column) {
                                    case 0 -> in.zigzag();
                                    case 1 -> first + in.zigzag();
                                    case 2 -> first - in.varint();
                                    case 3 -> first + in.varint();
                                    default -> {
                                        var s = given.get(i);
                                        yield in.zigzag() + first * (s.count - s.bad);
                                    }
                                };
            }
        }
        var integrals = column(given, _ -> in.u64());
        var uncovered = column(given, _ -> in.varint());
        for (int a = 0, i = 0; a < all.size(); a++) {
            var series = all.get(a);
            boolean isComplete = (series.flags & 0x80) != 0;
            series.given =
                    isComplete
                            ? new Statistics(
                                    firstTimes[a],
                                    lastTimes[a],
                                    true,
                                    bits(series, scales[i], numbers[0][i]),
                                    bits(series, scales[i], numbers[1][i]),
                                    bits(series, scales[i], numbers[2][i]),
                                    bits(series, scales[i], numbers[3][i]),
                                    sum(scales[i], numbers[4][i]),
                                    Double.longBitsToDouble(integrals[i]),
                                    lastTimes[a] - firstTimes[a] - uncovered[i])
                            : new Statistics(
                                    firstTimes[a], lastTimes[a], false, 0, 0, 0, 0, 0, 0, 0);
            i += isComplete ? 1 : 0;
        }
    }

    private static long[] column(List<Block.Series> of, Function<Block.Series, Long> next) {
        return of.stream().mapToLong(next::apply).toArray();
    }

    private static long bits(Block.Series series, long scale, long number) {
        int exponent = (int) scale & 63;
        return series.type == FLOAT64 && exponent != RAW
                ? Double.doubleToRawLongBits(SeriesValues.decimal(number, exponent))
                : number;
    }

    private static double sum(long scale, long number) {
        int exponent = (int) scale & 63;
        return (scale & 64) != 0 || exponent == RAW
                ? Double.longBitsToDouble(number)
                : SeriesValues.decimal(number, exponent);
    }
}
