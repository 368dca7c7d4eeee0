package io.drme.log;

import java.util.Locale;

/** Why samples were dropped. The codes go on disk and wire: never reuse one. */
public enum DropCause {
    /** The store had no room, and the policy gave up the oldest, or refused the newest. */
    STORE_FULL(1),
    /** The disk failed for longer than memory could bridge. */
    DISK_FAILED(2),
    /** A queue between two threads was full, so that a poll's samples never came to the store. */
    QUEUE_FULL(3),
    /** Bytes on disk were damaged or lost after they had been synced. */
    DAMAGED(4),
    /** The centre lost what it had acknowledged, and the gateway had it no more. */
    LOST_AT_CENTRE(5),
    /** One poll brought more than the journal can hold in one frame. */
    TOO_LARGE(6),
    /** Replaced by envelopes, which say how far they are from what was there. */
    THINNED(7);

    private static final DropCause[] BY_CODE = values();

    private final int code;

    DropCause(int code) {
        this.code = code;
    }

    /** The number that stands for this cause on disk and wire. */
    public int code() {
        return code;
    }

    /** The form that people and JSON see, for example {@code store-full}. */
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * Finds a cause by its code.
     *
     * @throws IllegalArgumentException when no cause has that code
     */
    public static DropCause ofCode(int code) {
        if (code < 1 || code > BY_CODE.length) {
            throw new IllegalArgumentException("no drop cause has the code " + code);
        }
        return BY_CODE[code - 1];
    }
}
