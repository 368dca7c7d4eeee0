package io.drme.stream;

import io.drme.model.ValueType;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What an aggregate tells of the samples in a window.
 *
 * @param text the name in files and tag names, for example {@code stddev} or {@code p95}
 * @param percent of a percentile, above 0 and below 100; 0 of the others
 */
public record WindowFunction(String text, Kind kind, double percent) {

    /** How it is computed. */
    public enum Kind {
        /** Mean; weighted by time where values are held. A boolean gives its share of true. */
        AVG,
        /** Least value, in the type of the input. */
        MIN,
        /** Greatest value, in the type of the input. */
        MAX,
        /** Sum of the samples, in the type of the input; of a boolean, how many were true. */
        SUM,
        /** How many samples there were with a value; held values are not counted. */
        COUNT,
        /** Standard deviation of the population; weighted by time where values are held. */
        STDDEV,
        /** First value, by source time, in the type of the input. */
        FIRST,
        /** Last value, by source time, in the type of the input. */
        LAST,
        /** Greatest less least value. */
        RANGE,
        /** Last less first value. */
        DELTA,
        /** Mean weighted by time, whether or not values are held. */
        TIME_AVG,
        /** Value times time. */
        INTEGRAL,
        /** A percentile, the median too; weighted by time where values are held. */
        PERCENTILE
    }

    /** Mean. */
    public static final WindowFunction AVG = plain("avg", Kind.AVG);

    /** Least value. */
    public static final WindowFunction MIN = plain("min", Kind.MIN);

    /** Greatest value. */
    public static final WindowFunction MAX = plain("max", Kind.MAX);

    /** Number of samples with a value. */
    public static final WindowFunction COUNT = plain("count", Kind.COUNT);

    /** Last value. */
    public static final WindowFunction LAST = plain("last", Kind.LAST);

    /** All with a name of their own, and the percentiles that are asked for most. */
    public static final List<WindowFunction> USUAL =
            Stream.concat(
                            Stream.of(
                                    AVG,
                                    MIN,
                                    MAX,
                                    plain("sum", Kind.SUM),
                                    COUNT,
                                    plain("stddev", Kind.STDDEV),
                                    plain("first", Kind.FIRST),
                                    LAST,
                                    plain("range", Kind.RANGE),
                                    plain("delta", Kind.DELTA),
                                    plain("time-avg", Kind.TIME_AVG),
                                    plain("integral", Kind.INTEGRAL),
                                    new WindowFunction("median", Kind.PERCENTILE, 50)),
                            Stream.of(50, 90, 95, 99)
                                    .map(p -> new WindowFunction("p" + p, Kind.PERCENTILE, p)))
                    .toList();

    private static final Pattern PERCENTILE = Pattern.compile("p([0-9]{1,2}(?:\\.[0-9]{1,3})?)");

    private static WindowFunction plain(String text, Kind kind) {
        return new WindowFunction(text, kind, 0);
    }

    /** The function of a name; any percentile above 0 and below 100 is known. */
    static Optional<WindowFunction> of(String text) {
        var usual = USUAL.stream().filter(f -> f.text.equals(text)).findFirst();
        return usual.isPresent() ? usual : percentile(text);
    }

    private static Optional<WindowFunction> percentile(String text) {
        var matcher = PERCENTILE.matcher(text);
        return matcher.matches() && Double.parseDouble(matcher.group(1)) > 0
                ? Optional.of(
                        new WindowFunction(
                                text, Kind.PERCENTILE, Double.parseDouble(matcher.group(1))))
                : Optional.empty();
    }

    /** Whether it needs to know how long a value was true. */
    boolean isTimed() {
        return kind == Kind.TIME_AVG || kind == Kind.INTEGRAL;
    }

    /** Whether it can be computed over values of this type. */
    boolean takes(ValueType input) {
        return input != ValueType.TEXT
                || kind == Kind.COUNT
                || kind == Kind.FIRST
                || kind == Kind.LAST;
    }

    /** The type of its result over values of this type. */
    ValueType over(ValueType input) {
        return switch (kind) {
            case AVG, STDDEV, TIME_AVG, INTEGRAL, PERCENTILE -> ValueType.FLOAT64;
            case COUNT -> ValueType.INT64;
            case MIN, MAX, FIRST, LAST -> input;
            case SUM, RANGE, DELTA -> input == ValueType.BOOLEAN ? ValueType.INT64 : input;
        };
    }

    /** The unit of its result over values of a unit. */
    String unit(String input, PerTime per) {
        return switch (kind) {
            case COUNT -> "";
            case INTEGRAL -> per.times(input);
            default -> input;
        };
    }
}
