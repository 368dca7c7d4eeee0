package io.drme.log;

/**
 * The store's own limits; they follow from {@code max-size}, and simulations make them small.
 *
 * @param segmentBytes room of a log segment
 * @param journalSegmentBytes room of a journal segment
 * @param journalSegments how many journal segments there are at most
 * @param sealBytes a block of about this size is sealed whatever its age
 * @param frameBytes a journal frame is closed at about this size
 * @param thinBytes envelopes are made of about so much at a time
 * @param waitingSamples how many samples may wait in memory while the disk fails
 */
record Sizes(
        int segmentBytes,
        int journalSegmentBytes,
        int journalSegments,
        int sealBytes,
        int frameBytes,
        int thinBytes,
        int waitingSamples) {
    private static final int LEAST_SEGMENT_BYTES = 4 << 20;
    private static final int MOST_SEGMENT_BYTES = 16 << 20;
    private static final int SEGMENTS_WANTED = 64;
    private static final int JOURNAL_SEGMENTS = 4;
    private static final int JOURNAL_SEGMENT_BYTES = 4 << 20;
    private static final int SEAL_BYTES = 256 << 10;
    private static final int FRAME_BYTES = 1 << 20;

    /** Decoded twice and encoded once in some tens of milliseconds, also on a small gateway. */
    private static final int THIN_BYTES = 1 << 20;

    private static final int WAITING_SAMPLES = 1 << 18;

    /** The sizes that go with a {@code max-size}. */
    static Sizes of(long maxSizeBytes) {
        int segment =
                Math.clamp(maxSizeBytes / SEGMENTS_WANTED, LEAST_SEGMENT_BYTES, MOST_SEGMENT_BYTES);
        return new Sizes(
                segment,
                JOURNAL_SEGMENT_BYTES,
                JOURNAL_SEGMENTS,
                SEAL_BYTES,
                FRAME_BYTES,
                THIN_BYTES,
                WAITING_SAMPLES);
    }
}
