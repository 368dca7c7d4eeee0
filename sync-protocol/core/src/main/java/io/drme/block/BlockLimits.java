package io.drme.block;

/** What a block may hold at most. A writer stays within, a reader refuses what claims more. */
public final class BlockLimits {
    /** Longest block, in bytes. A log segment must be able to hold one. */
    public static final int MAX_BLOCK_BYTES = 16 << 20;

    /** At this size, by the worst case of every codec, a builder wants to be sealed, in bytes. */
    public static final int FULL_BYTES = 12 << 20;

    /** Most samples in a block. */
    public static final int MAX_SAMPLES = 1 << 20;

    /** Most ticks in a block. */
    public static final int MAX_TICKS = 1 << 20;

    /** Longest directory before compression, in bytes. */
    public static final int MAX_DIRECTORY_BYTES = 64 << 20;

    /** Longest series or tick table before compression, in bytes. */
    public static final int MAX_COLUMN_BYTES = 32 << 20;

    /** Longest journal frame, in bytes, before and after compression. */
    public static final int MAX_FRAME_BYTES = 16 << 20;

    /** Most samples in one batch of a journal frame. */
    public static final int MAX_BATCH_SAMPLES = 1 << 20;

    private BlockLimits() {}
}
