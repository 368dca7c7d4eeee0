package io.drme.stream;

import io.drme.config.Quantities;
import io.drme.config.Section;
import io.drme.model.SyncMode;
import java.time.Duration;
import java.util.Optional;

/** Reads {@code sync: raw | local | "aggregate: 10s"} wherever it may stand. */
public final class SyncSetting {
    /** The shortest window of an aggregate: below it the aggregates outweigh the samples. */
    public static final Duration MIN_WINDOW = Duration.ofMillis(100);

    /** The longest window of an aggregate; it bounds how long a value may wait. */
    public static final Duration MAX_WINDOW = Duration.ofDays(1);

    private static final String AGGREGATE = "aggregate:";

    private SyncSetting() {}

    /** The setting, or nothing where the key is absent or wrong; what is wrong is noted. */
    public static Optional<SyncMode> read(Section section, String key) {
        return section.parsed(
                key,
                "raw, local or \"aggregate: 10s\" (100ms to 1d, in quotes)",
                SyncSetting::parse);
    }

    private static Optional<SyncMode> parse(String text) {
        return switch (text.strip()) {
            case "raw" -> Optional.of(new SyncMode.Raw());
            case "local" -> Optional.of(new SyncMode.Local());
            case String s when s.startsWith(AGGREGATE) ->
                    Quantities.duration(s.substring(AGGREGATE.length()))
                            .filter(w ->
                                    w.compareTo(MIN_WINDOW) >= 0 && w.compareTo(MAX_WINDOW) <= 0)
                            .map(w -> new SyncMode.Aggregate(w.toNanos()));
            default -> Optional.empty();
        };
    }
}
