package io.drme.stream;

import io.drme.config.Section;
import java.time.Duration;
import java.util.Optional;

/** Reads {@code max-age}: how old a value may be and still count. */
final class MaxAge {
    /** No limit, as far as times go. */
    static final Duration ANY = Duration.ofNanos(LaneClocks.MAX_TIME_NANOS);

    private static final Duration LEAST = Duration.ofMillis(1);
    private static final Duration MOST = Duration.ofDays(31);

    private MaxAge() {}

    /** The age, 1 ms to 31 d, or nothing where the key is absent or wrong. */
    static Optional<Duration> read(Section section) {
        return section.has("max-age")
                ? Optional.of(section.duration("max-age", MOST, LEAST, MOST))
                : Optional.empty();
    }

    /** In nanoseconds; without one, more than any age. */
    static long nanos(Optional<Duration> maxAge) {
        return maxAge.map(Duration::toNanos).orElse(Long.MAX_VALUE);
    }
}
