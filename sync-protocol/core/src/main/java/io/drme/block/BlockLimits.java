package io.drme.block;

/** What a block may hold at most. A writer stays within, a reader refuses what claims more. */
public final class BlockLimits {
    /** Longest block, in bytes. A log segment must be able to hold one. */
    public static final int MAX_BLOCK_BYTES = 8 << 20;

    /** At this size, by the worst case, a builder wants to be sealed, in bytes. */
    public static final int FULL_BYTES = 4 << 20;

    /** Most samples in a block. */
    public static final int MAX_SAMPLES = 1 << 19;

    /** Most ticks in a block. */
    public static final int MAX_TICKS = 1 << 19;

    /** Longest directory before compression, in bytes. */
    public static final int MAX_DIRECTORY_BYTES = 64 << 20;

    /** Longest series or tick table before compression, in bytes. */
    public static final int MAX_COLUMN_BYTES = 16 << 20;

    private BlockLimits() {}

    static IllegalStateException notYet() {
        return new IllegalStateException("the codec lands within the hour");
    }
}
