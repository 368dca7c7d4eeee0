package io.drme.stream;

import io.drme.model.ValueType;
import java.util.Locale;

/** What an aggregate tells of the samples in a window. The names stand in files and tag names. */
public enum WindowFunction {
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
    LAST;

    /** The form in files and tag names, for example {@code stddev}. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Whether it can be computed over values of this type. */
    boolean takes(ValueType input) {
        return input != ValueType.TEXT || this == COUNT || this == FIRST || this == LAST;
    }

    /** The type of its result over values of this type. */
    ValueType over(ValueType input) {
        return switch (this) {
            case AVG, STDDEV -> ValueType.FLOAT64;
            case COUNT -> ValueType.INT64;
            case MIN, MAX, FIRST, LAST -> input;
            case SUM -> input == ValueType.BOOLEAN ? ValueType.INT64 : input;
        };
    }
}
