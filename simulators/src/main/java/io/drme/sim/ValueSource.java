package io.drme.sim;

import io.drme.model.Value;

/**
 * A value over time. The same source gives the same value for the same time, whoever asks in
 * whatever order. Safe for use from any thread.
 */
@FunctionalInterface
public interface ValueSource {

    /** The value so long after the scenario began. */
    Value at(long elapsedNanos);
}
