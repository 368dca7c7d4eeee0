package io.drme.edge.acquisition;

import io.drme.model.Quality;
import io.drme.model.Reading;
import io.drme.model.Reason;
import io.drme.model.TagTable;
import io.drme.model.Values;
import org.jspecify.annotations.Nullable;

/**
 * The latest value of every tag at one moment, for pages and REST. Immutable: the arrays are copies
 * and nobody writes to them.
 */
public final class LatestSnapshot {
    /** Before anything was read. */
    public static final LatestSnapshot EMPTY =
            new LatestSnapshot(TagTable.EMPTY, new LatestValues().columns(0), 0);

    private final TagTable table;
    private final LatestValues.Columns columns;
    private final long version;

    LatestSnapshot(TagTable table, LatestValues.Columns columns, long version) {
        this.table = table;
        this.columns = columns;
        this.version = version;
    }

    /** The tags by index. */
    public TagTable table() {
        return table;
    }

    /** Greater than that of every snapshot before. */
    public long version() {
        return version;
    }

    /** The version at which a tag last changed; 0 where it was never read. */
    public long changedAt(int tag) {
        return columns.changed()[tag];
    }

    /** The latest reading; bad with {@code NOT_YET_READ} before there is one. */
    public Reading reading(int tag) {
        byte quality = columns.qualities()[tag];
        if (columns.changed()[tag] == 0) {
            return new Reading.Bad(Reason.NOT_YET_READ);
        }
        if (Quality.isBad(quality)) {
            return new Reading.Bad(Quality.reason(quality));
        }
        var value = Values.of(table.get(tag).type(), columns.bits()[tag], columns.texts()[tag]);
        return Quality.isGood(quality)
                ? new Reading.Good(value)
                : new Reading.Uncertain(value, Quality.reason(quality));
    }

    /** Raw bits of the latest value, as the hot path carries them. */
    public long bits(int tag) {
        return columns.bits()[tag];
    }

    /** The latest text, null where it is none. */
    public @Nullable String text(int tag) {
        return columns.texts()[tag];
    }

    /** Packed quality of the latest sample. */
    public byte quality(int tag) {
        return columns.changed()[tag] == 0
                ? Quality.bad(Reason.NOT_YET_READ)
                : columns.qualities()[tag];
    }

    /** Source time of the latest sample, nanoseconds since 1970 UTC; 0 where there is none. */
    public long sourceTime(int tag) {
        return columns.sourceTimes()[tag];
    }

    /** Hybrid logical clock stamp of the latest sample; 0 where there is none. */
    public long gatewayTime(int tag) {
        return columns.gatewayTimes()[tag];
    }

    /** Source time since when value and quality have been what they are; 0 where there is none. */
    public long since(int tag) {
        return columns.since()[tag];
    }

    /** Source time of the last value that was not bad; 0 where there never was one. */
    public long lastGoodTime(int tag) {
        return columns.goodTimes()[tag];
    }

    /** Bits of the last value that was not bad; meaningful where {@link #lastGoodTime} is not 0. */
    public long lastGoodBits(int tag) {
        return columns.goodBits()[tag];
    }
}
