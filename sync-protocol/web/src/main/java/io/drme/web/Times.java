package io.drme.web;

import io.drme.time.Hlc;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.OptionalLong;

/** Times as REST and pages show them: RFC 3339 in UTC with nine digits of the second. */
public final class Times {
    private static final long NANOS_PER_SECOND = 1_000_000_000;
    private static final DateTimeFormatter FORM =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSSSSS'Z'", Locale.ROOT)
                    .withZone(ZoneOffset.UTC);

    private Times() {}

    /** Writes nanoseconds since 1970 UTC. */
    public static String text(long epochNanos) {
        return FORM.format(
                Instant.ofEpochSecond(
                        Math.floorDiv(epochNanos, NANOS_PER_SECOND),
                        Math.floorMod(epochNanos, NANOS_PER_SECOND)));
    }

    /**
     * Writes a stamp of the hybrid logical clock: its milliseconds, and its counter as nanoseconds,
     * so that the texts of one gateway sort as the stamps do.
     */
    public static String textOfHlc(long stamp) {
        return text(Hlc.epochNanos(stamp) + Hlc.counter(stamp));
    }

    /**
     * Reads an RFC 3339 time with any offset, as nanoseconds since 1970 UTC; nothing where the text
     * is none, or outside the years 1678 to 2261.
     */
    public static OptionalLong parse(String text) {
        try {
            var instant = OffsetDateTime.parse(text).toInstant();
            return OptionalLong.of(
                    Math.addExact(
                            Math.multiplyExact(instant.getEpochSecond(), NANOS_PER_SECOND),
                            instant.getNano()));
        } catch (DateTimeException | ArithmeticException _) {
            return OptionalLong.empty();
        }
    }
}
