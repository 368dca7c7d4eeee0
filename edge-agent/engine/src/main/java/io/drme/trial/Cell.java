package io.drme.trial;

import io.drme.model.Quality;
import io.drme.model.Reason;
import java.util.Optional;

/**
 * One tag with what it is given, or is expected to have.
 *
 * @param valuePlace where its value stands
 * @param tag its name, which need not be one
 * @param value as written; absent where there is none because it is bad
 * @param quality as written, or what a value or {@code bad} alone means
 * @param reason as written
 */
record Cell(
        Place place,
        Place valuePlace,
        String tag,
        Optional<String> value,
        Quality.Severity quality,
        Optional<Reason> reason) {

    boolean isBad() {
        return quality == Quality.Severity.BAD;
    }
}
