package io.drme.cloud.query;

import io.drme.block.BadBlockException;
import io.drme.block.BlockReader;
import io.drme.block.SeriesColumns;
import io.drme.cloud.store.BlockStore;
import io.drme.cloud.store.BlockStore.SeriesRow;
import io.drme.cloud.store.BlockStore.Span;
import io.drme.cloud.store.DatabaseException;
import io.drme.cloud.store.TimedBlocks;
import io.drme.history.ClockLine;
import io.drme.model.Quality;
import io.drme.model.Reading;
import io.drme.model.Values;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The samples of a tag as they were stored: each once, in the gateway's order, which is that of
 * (epoch, stamp) and never of a clock that may go back; envelopes stand where the samples stood
 * that they replace. Safe for use from any thread; may block.
 */
public final class RawHistory {
    /** Blocks asked for at once. */
    private static final int ROWS = 64;

    private final BlockStore store;
    private final TimedBlocks timed;

    /** Reads from a store. */
    public RawHistory(BlockStore store) {
        this.store = store;
        this.timed = new TimedBlocks(store);
    }

    /**
     * A sample with its place, its times as the clock's history corrects them.
     *
     * @param gatewayTime its stamp, readable as a time
     */
    public record HistorySample(long sourceTime, long gatewayTime, Reading reading) {}

    /**
     * Where a list goes on: behind the sample {@code index} of that block.
     *
     * @param place the least stamp of the tag's polls in the block
     * @param index rank among the tag's samples in the block, from 0
     */
    public record Place(long epochId, long place, long sequence, int index) {
        /** Before everything. */
        public static final Place START = new Place(0, Long.MIN_VALUE, 0, -1);

        /** Reads what {@link #toString} wrote. */
        public static Optional<Place> parse(String text) {
            var words = text.split(" ", -1);
            try {
                return words.length == 4
                        ? Optional.of(
                                new Place(
                                        Long.parseLong(words[0]),
                                        Long.parseLong(words[1]),
                                        Long.parseLong(words[2]),
                                        Integer.parseInt(words[3])))
                        : Optional.empty();
            } catch (NumberFormatException _) {
                return Optional.empty();
            }
        }

        @Override
        public String toString() {
            return epochId + " " + place + " " + sequence + " " + index;
        }
    }

    /**
     * A part of the history.
     *
     * @param next where it goes on; null at the end
     */
    public record Part(List<HistorySample> samples, @Nullable Place next) {}

    /**
     * The samples of a tag in a span of source time, behind {@code after}, at most {@code limit}.
     */
    public Part read(long gatewayId, String tag, Span span, Place after, int limit)
            throws DatabaseException {
        var reading = new Walk(gatewayId, tag, span);
        reading.startBehind(after);
        var samples = new ArrayList<HistorySample>();
        var last = after;
        while (reading.next()) {
            if (samples.size() == limit) {
                return new Part(samples, last);
            }
            samples.add(reading.sample());
            last = reading.place();
        }
        return new Part(samples, null);
    }

    /** Hands on every sample of a tag in a span, in order. */
    public void each(
            long gatewayId, String tag, Span span, java.util.function.Consumer<HistorySample> sink)
            throws DatabaseException {
        var walk = new Walk(gatewayId, tag, span);
        while (walk.next()) {
            sink.accept(walk.sample());
        }
    }

    /** Walks over samples block by block. */
    private final class Walk {
        private final long gatewayId;
        private final String tag;
        private final Span span;
        private final ClockLine clock;
        private final SeriesColumns columns = new SeriesColumns();
        private List<SeriesRow> rows = List.of();
        private int row;
        private boolean moreRows = true;
        private long epochId;
        private long place = Long.MIN_VALUE;
        private long sequence;
        private int skipThrough = -1;
        private List<Found> block = List.of();
        private int at;

        private record Found(int index, HistorySample sample) {}

        Walk(long gatewayId, String tag, Span span) throws DatabaseException {
            this.clock = timed.clock(gatewayId);
            this.gatewayId = gatewayId;
            this.tag = tag;
            this.span = span;
        }

        void startBehind(Place place) {
            epochId = place.epochId;
            this.place = place.place;
            sequence = Math.max(0, place.sequence - 1);
            skipThrough = place.index;
        }

        boolean next() throws DatabaseException {
            at++;
            while (at >= block.size()) {
                if (!nextBlock()) {
                    return false;
                }
                at = 0;
            }
            return true;
        }

        HistorySample sample() {
            return block.get(at).sample;
        }

        Place place() {
            return new Place(epochId, place, sequence, block.get(at).index);
        }

        private boolean nextBlock() throws DatabaseException {
            if (row >= rows.size()) {
                if (!moreRows) {
                    return false;
                }
                rows =
                        timed.series(
                                gatewayId,
                                tag,
                                clock,
                                span,
                                new BlockStore.BlockPlace(epochId, place, sequence),
                                ROWS);
                row = 0;
                moreRows = rows.size() == ROWS;
                if (rows.isEmpty()) {
                    return false;
                }
            }
            var first = rows.get(row);
            boolean isResumed =
                    skipThrough >= 0
                            && first.sequence() == sequence + 1
                            && first.epochId() == epochId;
            var series = seriesOfBlock(first);
            epochId = first.epochId();
            place = first.place();
            sequence = first.sequence();
            block = decode(first, series, isResumed ? skipThrough : -1);
            skipThrough = -1;
            return true;
        }

        /** All rows of the block, also where they were cut off at the end of what was asked for. */
        private List<SeriesRow> seriesOfBlock(SeriesRow first) throws DatabaseException {
            int end = row;
            while (end < rows.size()
                    && rows.get(end).sequence() == first.sequence()
                    && rows.get(end).epochId() == first.epochId()) {
                end++;
            }
            boolean cut = end == rows.size() && moreRows;
            var found = rows.subList(row, end);
            row = end;
            if (!cut) {
                return found;
            }
            var before =
                    new BlockStore.BlockPlace(first.epochId(), first.place(), first.sequence() - 1);
            return timed.series(gatewayId, tag, clock, span, before, ROWS).stream()
                    .filter(s -> s.sequence() == first.sequence() && s.epochId() == first.epochId())
                    .toList();
        }

        private List<Found> decode(SeriesRow place, List<SeriesRow> series, int skip)
                throws DatabaseException {
            var payload = store.block(place.epochId(), place.sequence());
            if (payload.isEmpty()) {
                return List.of();
            }
            var all = new ArrayList<HistorySample>();
            boolean isEnvelope = false;
            try {
                var reader = BlockReader.open(payload.get());
                isEnvelope = reader.header().seal().envelope() != null;
                for (var one : series) {
                    reader.decode(one.ordinal(), columns);
                    clock.correct(place.epochId(), columns);
                    for (int i = 0; i < columns.size(); i++) {
                        all.add(sample(i));
                    }
                }
            } catch (BadBlockException e) {
                throw new IllegalStateException(
                        "a stored block can't be read: " + e.getMessage(), e);
            }
            if (series.size() > 1 || isEnvelope) {
                all.sort(Comparator.comparingLong(HistorySample::gatewayTime));
            }
            var found = new ArrayList<Found>();
            for (int i = skip + 1; i < all.size(); i++) {
                long time = all.get(i).sourceTime;
                if (time >= span.fromNanos() && time < span.toNanos()) {
                    found.add(new Found(i, readable(place.epochId(), all.get(i))));
                }
            }
            return found;
        }

        private HistorySample readable(long epoch, HistorySample sample) {
            return clock.isStraight()
                    ? sample
                    : new HistorySample(
                            sample.sourceTime,
                            clock.readable(epoch, sample.gatewayTime),
                            sample.reading);
        }

        private HistorySample sample(int at) {
            byte quality = columns.qualities()[at];
            Reading reading;
            if (Quality.isBad(quality)) {
                reading = new Reading.Bad(Quality.reason(quality));
            } else {
                var value = Values.of(columns.type(), columns.bits()[at], columns.text(at));
                reading =
                        Quality.isGood(quality)
                                ? new Reading.Good(value)
                                : new Reading.Uncertain(value, Quality.reason(quality));
            }
            return new HistorySample(
                    columns.sourceTimes()[at], columns.gatewayTimes()[at], reading);
        }
    }
}
