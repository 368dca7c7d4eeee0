package io.drme.edge.recording;

import io.drme.block.SeriesColumns;
import io.drme.model.Quality;
import io.drme.model.Reading;
import io.drme.model.Values;

/**
 * One recorded sample.
 *
 * @param sourceTimeNanos when it was true, nanoseconds since 1970 UTC
 * @param gatewayTime hybrid logical clock stamp
 */
public record Point(long sourceTimeNanos, long gatewayTime, Reading reading) {

    static Point of(SeriesColumns columns, int at) {
        return new Point(
                columns.sourceTimes()[at], columns.gatewayTimes()[at], reading(columns, at));
    }

    private static Reading reading(SeriesColumns columns, int at) {
        byte quality = columns.qualities()[at];
        if (Quality.isBad(quality)) {
            return new Reading.Bad(Quality.reason(quality));
        }
        var value = Values.of(columns.type(), columns.bits()[at], columns.text(at));
        return Quality.isGood(quality)
                ? new Reading.Good(value)
                : new Reading.Uncertain(value, Quality.reason(quality));
    }
}
