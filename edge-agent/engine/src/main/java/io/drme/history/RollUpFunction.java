package io.drme.history;

import java.util.Locale;
import java.util.Optional;

/** What a roll-up says of each step. Samples without a value, and NaN, never contribute. */
public enum RollUpFunction {
    /** Smallest value. */
    MIN,
    /** Largest value. */
    MAX,
    /** Mean; of a deadbanded tag weighted by how long each value held. */
    AVG,
    /** How many samples with a value there are. */
    COUNT,
    /** Value with the earliest source time. */
    FIRST,
    /** Value with the latest source time. */
    LAST,
    /** Sum. */
    SUM,
    /** Standard deviation of the values as a whole population. */
    STDDEV,
    /** The least value that 95 % of the values do not exceed (nearest rank). */
    P95;

    private static final RollUpFunction[] ALL = values();

    /** The form in queries and answers. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The function of that form, if there is one. */
    public static Optional<RollUpFunction> parse(String text) {
        for (var function : ALL) {
            if (function.text().equals(text)) {
                return Optional.of(function);
            }
        }
        return Optional.empty();
    }
}
