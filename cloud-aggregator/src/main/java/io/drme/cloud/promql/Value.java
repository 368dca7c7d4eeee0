package io.drme.cloud.promql;

import java.util.List;

/** What an expression came to. */
sealed interface Value {
    /** A number at each step. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Scalars(double[] at) implements Value {}

    /** Series. */
    record Vector(List<Lane> lanes) implements Value {}

    /** A text. */
    record Text(String text) implements Value {}
}
