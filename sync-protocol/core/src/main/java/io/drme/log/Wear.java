package io.drme.log;

import java.time.Duration;
import java.util.OptionalDouble;

/**
 * What the store costs its disk, and how long it can go on without the centre.
 *
 * <p>Rates are measured over a window that grows from a minute to a day; before that they are not
 * known. What the file system writes on its own account is not in them.
 *
 * @param bytesWritten whole pages written since the store was opened, in bytes
 * @param bytesFramed of these the bytes that were meant: what the pages had to carry
 * @param window over which the rates are measured
 * @param bytesADay pages written in a day at the rate of the window, in bytes
 * @param autonomyHours how long samples find room before {@code when-full} acts, were the line down
 *     from now on; absent too while nothing is stored
 */
public record Wear(
        long bytesWritten,
        long bytesFramed,
        Duration window,
        OptionalDouble bytesADay,
        OptionalDouble autonomyHours) {

    /** Nothing is known yet. */
    public static final Wear UNKNOWN =
            new Wear(0, 0, Duration.ZERO, OptionalDouble.empty(), OptionalDouble.empty());

    private static final int DAYS_A_YEAR = 365;

    /** Pages written in a year at the same rate, in bytes. */
    public OptionalDouble bytesAYear() {
        return bytesADay.isPresent()
                ? OptionalDouble.of(bytesADay.getAsDouble() * DAYS_A_YEAR)
                : OptionalDouble.empty();
    }
}
