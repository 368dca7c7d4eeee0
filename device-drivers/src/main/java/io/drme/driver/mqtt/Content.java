package io.drme.driver.mqtt;

import io.drme.config.Section;
import java.util.Optional;

/**
 * What of a message is a tag's value, and what its time.
 *
 * @param path to the value in a JSON document; where empty the whole payload is the value
 * @param optional whether a document without the path just says nothing of the tag
 * @param timePath to the value's time in the same document; where empty it is that of arrival
 * @param timeFormat how the time is written
 */
record Content(
        Optional<JsonPointer> path,
        boolean optional,
        Optional<JsonPointer> timePath,
        TimeFormat timeFormat) {
    /** The whole payload, true when it arrives. */
    static final Content PLAIN =
            new Content(Optional.empty(), false, Optional.empty(), TimeFormat.RFC3339);

    private static final String POINTER =
            "a JSON pointer, such as /bpm or /vitals/0/bpm; give one (RFC 6901), or leave it out where the whole payload is the value";

    /** How a time is written. */
    enum TimeFormat {
        /** As in {@code 2026-11-30T09:00:00.5Z}, with an offset. */
        RFC3339(0),
        /** Seconds since 1970 UTC, perhaps with a fraction. */
        S(9),
        /** Milliseconds likewise. */
        MS(6),
        /** Microseconds likewise. */
        US(3),
        /** Nanoseconds likewise. */
        NS(0);

        private final int digits;

        TimeFormat(int digits) {
            this.digits = digits;
        }

        /** By how many decimal digits the unit is above a nanosecond. */
        int digits() {
            return digits;
        }
    }

    /** Reads a tag's keys; what is wrong is noted. */
    static Content read(Section tag) {
        var path = tag.parsed("path", POINTER, JsonPointer::parse);
        boolean optional = tag.bool("optional", false);
        var timePath = tag.parsed("time-path", POINTER, JsonPointer::parse);
        var format = tag.choice("time-format", TimeFormat.RFC3339);
        if (optional && path.isEmpty() && !tag.has("path")) {
            tag.problem("optional", "has no path that could be missing; add path, or remove it");
        }
        if (format != TimeFormat.RFC3339 && !tag.has("time-path")) {
            tag.problem("time-format", "has no time-path; add it, or remove the format");
        }
        return new Content(path, optional, timePath, format);
    }

    /** Whether messages have to be JSON documents. */
    boolean isJson() {
        return path.isPresent() || timePath.isPresent();
    }
}
