package io.drme.driver.opcua;

import io.drme.model.Reason;
import org.jspecify.annotations.Nullable;

/**
 * What a tag takes of a node's value, or why there is nothing to take.
 *
 * @param value null where there is none
 * @param reason why the tag is bad; null where it is not
 * @param why the same for a person; empty where it is not bad
 */
record Picked(@Nullable Object value, @Nullable Reason reason, String why) {
    /** A value to be converted. */
    static Picked of(@Nullable Object value) {
        return new Picked(value, null, "");
    }

    /** Nothing to take. */
    static Picked bad(Reason reason, String why) {
        return new Picked(null, reason, why);
    }
}
