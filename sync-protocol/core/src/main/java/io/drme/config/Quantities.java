package io.drme.config;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Reads durations ({@code 500ms}), sizes ({@code 2GiB}) and rates ({@code 2Mbit/s}) as written in
 * files.
 */
public final class Quantities {
    private static final Pattern FORM = Pattern.compile("([0-9]+(?:\\.[0-9]+)?)\\s*([A-Za-z/]+)");

    private static final Map<String, Long> NANOS =
            Map.of(
                    "ns", 1L,
                    "us", 1_000L,
                    "ms", 1_000_000L,
                    "s", 1_000_000_000L,
                    "m", 60_000_000_000L,
                    "min", 60_000_000_000L,
                    "h", 3_600_000_000_000L,
                    "d", 86_400_000_000_000L);

    private static final Map<String, Long> BYTES =
            Map.of(
                    "B",
                    1L,
                    "KiB",
                    1L << 10,
                    "MiB",
                    1L << 20,
                    "GiB",
                    1L << 30,
                    "TiB",
                    1L << 40,
                    "kB",
                    1_000L,
                    "MB",
                    1_000_000L,
                    "GB",
                    1_000_000_000L);

    private static final Map<String, Long> BITS_PER_SECOND =
            Map.of("bit/s", 1L, "kbit/s", 1_000L, "Mbit/s", 1_000_000L, "Gbit/s", 1_000_000_000L);

    private Quantities() {}

    /** A duration; nothing where the text is none or longer than 292 years. */
    public static Optional<Duration> duration(String text) {
        return amount(text, NANOS).map(Duration::ofNanos);
    }

    /** A number of bytes. */
    public static Optional<Long> bytes(String text) {
        return amount(text, BYTES);
    }

    /** A rate in bits a second. */
    public static Optional<Long> bitsPerSecond(String text) {
        return amount(text, BITS_PER_SECOND);
    }

    private static Optional<Long> amount(String text, Map<String, Long> units) {
        var matcher = FORM.matcher(text.strip());
        if (!matcher.matches() || text.length() > 40 || !units.containsKey(matcher.group(2))) {
            return Optional.empty();
        }
        var amount =
                new BigDecimal(matcher.group(1))
                        .multiply(BigDecimal.valueOf(units.get(matcher.group(2))));
        return amount.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0
                ? Optional.empty()
                : Optional.of(amount.longValue());
    }

    /** Writes a duration in the largest unit that needs no fraction, for example {@code 90s}. */
    public static String text(Duration duration) {
        long nanos = duration.toNanos();
        for (var unit : new String[] {"d", "h", "m", "s", "ms", "us"}) {
            long size = NANOS.getOrDefault(unit, 1L);
            if (nanos != 0 && nanos % size == 0) {
                return nanos / size + unit;
            }
        }
        return nanos == 0 ? "0s" : nanos + "ns";
    }

    /**
     * Writes a size in the largest binary unit that needs no fraction, for example {@code 64MiB}.
     */
    public static String sizeText(long bytes) {
        for (var unit : new String[] {"TiB", "GiB", "MiB", "KiB"}) {
            long size = BYTES.getOrDefault(unit, 1L);
            if (bytes != 0 && bytes % size == 0) {
                return bytes / size + unit;
            }
        }
        return bytes + "B";
    }
}
