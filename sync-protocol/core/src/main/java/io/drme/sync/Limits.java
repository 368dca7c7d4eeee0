package io.drme.sync;

/** What bounds a message. Both sides refuse what exceeds it before they take memory for it. */
public final class Limits {
    /**
     * The largest block or event, in bytes: blocks are sealed at 256 KiB, a large scan may pass it.
     */
    public static final int MAX_PAYLOAD_BYTES = 4 << 20;

    /** The largest message without its payload, in bytes. */
    public static final int MAX_HEAD_BYTES = 1 << 20;

    /** The largest message, in bytes. */
    public static final int MAX_MESSAGE_BYTES = MAX_PAYLOAD_BYTES + MAX_HEAD_BYTES + 64;

    /**
     * The most ranges of a stream in one message; where there are more, the newest go, and what is
     * left out is sent again and found to be there.
     */
    public static final int MAX_RANGES = 4_096;

    /** The longest text in a message, in bytes of UTF-8. */
    public static final int MAX_TEXT_BYTES = 16 << 10;

    /** The most live values in one message. */
    public static final int MAX_LIVE_VALUES = 1_000;

    /** The most counters in one status. */
    public static final int MAX_COUNTERS = 64;

    /** The most arguments of a command. */
    public static final int MAX_ARGUMENTS = 64;

    /** The most hashes in one answer. */
    public static final int MAX_HASHES = 64;

    /** The most keys of the centre that a welcome can lead through. */
    public static final int MAX_SUCCESSIONS = 16;

    /** The longest that a receipt says the centre took, in microseconds; half an hour. */
    public static final int MAX_WAITED_MICROS = 1_800_000_000;

    /** The most requests to send again that a status tells of. */
    public static final int MAX_REFILLS = 16;

    /** The most streams that a message can speak of. */
    public static final int MAX_STREAMS = 8;

    private Limits() {}
}
