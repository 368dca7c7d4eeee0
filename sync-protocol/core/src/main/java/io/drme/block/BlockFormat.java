package io.drme.block;

/** Numbers that block writer and reader share; {@code docs/block.md} explains them. */
final class BlockFormat {
    /** "DRMB". */
    static final int MAGIC = 'D' | 'R' << 8 | 'M' << 16 | 'B' << 24;

    static final int VERSION = 1;

    /** Added to the stream's code: the block holds envelopes. */
    static final int ENVELOPE_FLAG = 0x80;

    static final int CRC_LENGTH = Integer.BYTES;

    /** Series of fewer samples stand inline in the directory, without statistics. */
    static final int INLINE_BELOW = 5;

    /** In place of a decimal exponent: statistics as raw doubles. */
    static final int RAW_STATS = 0x3F;

    /** Added to the exponent: the sum is a raw double. */
    static final int RAW_SUM_FLAG = 0x40;

    /** Series of fewer samples have no statistics: the samples say it in less time than bytes. */
    static final int STATS_FROM = 512;

    static final int ZSTD_LEVEL = 3;

    /** In front of a tick table: which of its columns follow. */
    static final int TICK_MILLIS_FLAG = 1;

    static final int TICK_COUNTERS_FLAG = 2;
    static final int TICK_OUTCOMES_FLAG = 4;
    static final int TICK_FLAGS = 7;

    /** Greatest decimal exponent of the unit of a header's times: seconds. */
    static final int MAX_UNIT_EXPONENT = 9;

    /** Shorter columns are left as they are: zstd's own header would eat what it saves. */
    static final int SQUEEZE_FROM_BYTES = 64;

    static final long NANOS_PER_MILLI = 1_000_000;

    private BlockFormat() {}
}
