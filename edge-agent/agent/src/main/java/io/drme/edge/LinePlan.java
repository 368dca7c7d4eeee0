package io.drme.edge;

import io.drme.sync.LineBudget;
import java.util.Locale;
import java.util.OptionalDouble;

/**
 * What a day's samples will take of the line to the centre, reckoned as {@link PlanReport} does the
 * disk: without deadbands, derived tags and those that devices push.
 *
 * @param bytesADay of blocks, at most
 * @param limitBytesADay what the file lets blocks take; absent where there is no limit
 */
record LinePlan(double bytesADay, OptionalDouble limitBytesADay) {
    private static final double PERCENT = 100;
    private static final double DAY_SECONDS = 86_400;
    private static final double MEBI = 1 << 20;

    /** Reckons what so many samples a day take, in whole blocks. */
    static LinePlan of(double samplesADay, LineBudget budget) {
        long rate = budget.data() > 0 ? budget.data() : budget.all();
        return new LinePlan(
                samplesADay * PlanReport.BYTES_A_SAMPLE,
                rate > 0 ? OptionalDouble.of(rate * DAY_SECONDS) : OptionalDouble.empty());
    }

    /** For a person. */
    String text() {
        if (limitBytesADay.isEmpty()) {
            return String.format(
                    Locale.ROOT,
                    "line: blocks take at most about %.1f MiB a day; there is no limit",
                    bytesADay / MEBI);
        }
        double share = bytesADay / limitBytesADay.getAsDouble();
        return String.format(
                Locale.ROOT,
                "line: blocks take at most about %.1f MiB a day, %.3g %% of the %.0f MiB that their part of the line bears%s",
                bytesADay / MEBI,
                share * PERCENT,
                limitBytesADay.getAsDouble() / MEBI,
                share > 1
                        ? ": MAY NOT FIT, a backlog would grow; poll less often, use deadbands or 'sync: \"aggregate: …\"', or raise uplink.streams.data or uplink.bandwidth"
                        : "");
    }
}
