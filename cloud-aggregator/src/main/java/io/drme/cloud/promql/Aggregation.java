package io.drme.cloud.promql;

import java.util.Locale;
import java.util.Optional;

/** The aggregations over series that are supported. */
enum Aggregation {
    SUM,
    AVG,
    MIN,
    MAX,
    COUNT,
    GROUP,
    STDDEV,
    STDVAR,
    QUANTILE,
    TOPK,
    BOTTOMK;

    static Optional<Aggregation> of(String name) {
        for (var one : values()) {
            if (one.text().equals(name)) {
                return Optional.of(one);
            }
        }
        return Optional.empty();
    }

    String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Whether a number comes before the series. */
    boolean takesNumber() {
        return this == QUANTILE || picks();
    }

    /** Whether it gives some of the series as they are. */
    boolean picks() {
        return this == TOPK || this == BOTTOMK;
    }
}
