package io.drme.block;

import io.drme.model.ValueType;

/**
 * The statistics of the series in a directory, column by column: series of one gateway are alike,
 * so each column compresses well. Reused; confined to its owner.
 */
final class StatsColumns {
    private static final int FIRST_TIME = 0;
    private static final int LAST_TIME = 1;
    private static final int EXPONENT = 2;
    private static final int FIRST = 3;
    private static final int LAST = 4;
    private static final int MIN = 5;
    private static final int MAX = 6;
    private static final int SUM = 7;
    private static final int INTEGRAL = 8;
    private static final int UNCOVERED = 9;
    private static final int COLUMNS = 10;

    private final ByteSink[] columns = new ByteSink[COLUMNS];

    StatsColumns() {
        for (int i = 0; i < COLUMNS; i++) {
            columns[i] = new ByteSink();
        }
    }

    void clear() {
        for (var column : columns) {
            column.clear();
        }
    }

    void putAllInto(ByteSink out) {
        for (var column : columns) {
            out.putAll(column);
        }
    }

    /** Adds the times of a series: as distances to the block's. */
    void putTimes(Summary summary, long blockFirst, long blockLast) {
        columns[FIRST_TIME].putVarint(summary.firstTime - blockFirst);
        columns[LAST_TIME].putVarint(blockLast - summary.lastTime);
    }

    /**
     * Adds the numbers of a series whose statistics are complete.
     *
     * @param exponent of which all its values are decimals; -1 where they are not, or no doubles
     */
    void putNumbers(ValueType type, Summary summary, int valueCount, int exponent) {
        int scale = type == ValueType.FLOAT64 ? exponent : 0;
        if (scale < 0) {
            columns[EXPONENT].putByte(BlockFormat.RAW_STATS);
            columns[FIRST].putLong(summary.firstBits);
            columns[LAST].putLong(summary.lastBits);
            columns[MIN].putLong(summary.minBits);
            columns[MAX].putLong(summary.maxBits);
            columns[SUM].putLong(Double.doubleToRawLongBits(summary.sum));
        } else {
            boolean doubles = type == ValueType.FLOAT64;
            long first = integer(summary.firstBits, doubles, scale);
            long sum =
                    doubles
                            ? Decimals.scaled(Double.doubleToRawLongBits(summary.sum), scale)
                            : summary.longSum;
            boolean rawSum = doubles ? sum == Decimals.NO_DECIMAL : !summary.longSumFits;
            columns[EXPONENT].putByte(rawSum ? scale | BlockFormat.RAW_SUM_FLAG : scale);
            columns[FIRST].putZigzag(first);
            columns[LAST].putZigzag(integer(summary.lastBits, doubles, scale) - first);
            columns[MIN].putVarint(first - integer(summary.minBits, doubles, scale));
            columns[MAX].putVarint(integer(summary.maxBits, doubles, scale) - first);
            if (rawSum) {
                columns[SUM].putLong(Double.doubleToRawLongBits(summary.sum));
            } else {
                columns[SUM].putZigzag(sum - first * valueCount);
            }
        }
        columns[INTEGRAL].putLong(Double.doubleToRawLongBits(summary.integral));
        columns[UNCOVERED].putVarint(summary.lastTime - summary.firstTime - summary.coveredNanos);
    }

    private static long integer(long bits, boolean doubles, int scale) {
        return doubles ? Decimals.scaled(bits, scale) : bits;
    }

    /** Statistics of one series while its columns are read. */
    static final class Row {
        final ValueType type;
        final int count;
        final int badCount;
        final boolean complete;
        private long firstTime;
        private long lastTime;
        private int exponent;
        private boolean rawSum;
        private long first;
        private long last;
        private long min;
        private long max;
        private double sum;
        private double integral;
        private long covered;

        Row(ValueType type, int count, int badCount, boolean complete) {
            this.type = type;
            this.count = count;
            this.badCount = badCount;
            this.complete = complete;
        }

        private boolean isRaw() {
            return exponent == BlockFormat.RAW_STATS;
        }

        private long bits(long integer) {
            return type == ValueType.FLOAT64 && !isRaw()
                    ? Double.doubleToRawLongBits(Decimals.unscaled(integer, exponent))
                    : integer;
        }

        SeriesStats toStats() {
            return new SeriesStats(
                    count,
                    badCount,
                    firstTime,
                    lastTime,
                    complete,
                    complete ? bits(first) : 0,
                    complete ? bits(last) : 0,
                    complete ? bits(min) : 0,
                    complete ? bits(max) : 0,
                    sum,
                    integral,
                    covered);
        }
    }

    /** Reads the columns of these series, all of which stand in the body. */
    static void read(ByteSource in, Iterable<Row> rows, long blockFirst, long blockLast)
            throws BadBlockException {
        for (var row : rows) {
            row.firstTime = blockFirst + in.takeVarint();
        }
        for (var row : rows) {
            row.lastTime = blockLast - in.takeVarint();
        }
        for (var row : rows) {
            if (row.complete) {
                readExponent(in, row);
            }
        }
        readValues(in, rows, FIRST);
        readValues(in, rows, LAST);
        readValues(in, rows, MIN);
        readValues(in, rows, MAX);
        for (var row : rows) {
            if (row.complete) {
                readSum(in, row);
            }
        }
        for (var row : rows) {
            if (row.complete) {
                row.integral = Double.longBitsToDouble(in.takeLong());
            }
        }
        for (var row : rows) {
            if (row.complete) {
                row.covered = row.lastTime - row.firstTime - in.takeVarint();
            }
        }
    }

    private static void readExponent(ByteSource in, Row row) throws BadBlockException {
        int code = in.takeByte();
        row.rawSum = (code & BlockFormat.RAW_SUM_FLAG) != 0;
        row.exponent = code & ~BlockFormat.RAW_SUM_FLAG;
        if (row.exponent > Decimals.MAX_EXPONENT && !row.isRaw()) {
            throw ByteSource.malformed("statistics have the exponent " + row.exponent);
        }
    }

    private static void readValues(ByteSource in, Iterable<Row> rows, int column)
            throws BadBlockException {
        for (var row : rows) {
            if (!row.complete) {
                continue;
            }
            boolean raw = row.isRaw();
            switch (column) {
                case FIRST -> row.first = raw ? in.takeLong() : in.takeZigzag();
                case LAST -> row.last = raw ? in.takeLong() : row.first + in.takeZigzag();
                case MIN -> row.min = raw ? in.takeLong() : row.first - in.takeVarint();
                default -> row.max = raw ? in.takeLong() : row.first + in.takeVarint();
            }
        }
    }

    private static void readSum(ByteSource in, Row row) throws BadBlockException {
        if (row.rawSum || row.isRaw()) {
            row.sum = Double.longBitsToDouble(in.takeLong());
            return;
        }
        long sum = row.first * (row.count - row.badCount) + in.takeZigzag();
        row.sum = row.type == ValueType.FLOAT64 ? Decimals.unscaled(sum, row.exponent) : sum;
    }
}
