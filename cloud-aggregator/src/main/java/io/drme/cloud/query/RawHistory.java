package io.drme.cloud.query;

import io.drme.block.SeriesColumns;
import io.drme.cloud.store.BlockStore;
import io.drme.cloud.store.BlockStore.Span;
import io.drme.cloud.store.DatabaseException;
import io.drme.cloud.store.PieceReader;
import io.drme.cloud.store.SeriesPieces;
import io.drme.cloud.store.SeriesPieces.Piece;
import io.drme.cloud.store.TimedBlocks;
import io.drme.history.ClockLine;
import io.drme.model.Quality;
import io.drme.model.Reading;
import io.drme.model.Values;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The samples of a tag as they were stored: each once, in the gateway's order, which is that of
 * (epoch, stamp) and never of a clock that may go back; envelopes stand where the samples stood
 * that they replace. Blocks as they came and segments give the same. Safe for use from any thread;
 * may block.
 */
public final class RawHistory {
    private final BlockStore store;
    private final TimedBlocks timed;
    private final SeriesPieces pieces;

    /** Reads from a store. */
    public RawHistory(BlockStore store) {
        this.store = store;
        this.timed = new TimedBlocks(store);
        this.pieces = new SeriesPieces(store);
    }

    /**
     * A sample with its place, its times as the clock's history corrects them.
     *
     * @param gatewayTime its stamp, readable as a time
     */
    public record HistorySample(long sourceTime, long gatewayTime, Reading reading) {}

    /**
     * Where a list goes on, wherever the samples are by then: behind so many samples of a stamp.
     *
     * @param stamp as it is stored
     * @param count samples of that stamp, within the span, that the list has had
     */
    public record Place(long epochId, long stamp, int count) {
        /** Before everything. */
        public static final Place START = new Place(0, Long.MIN_VALUE, 0);

        /** Reads what {@link #toString} wrote. */
        public static Optional<Place> parse(String text) {
            var words = text.split(" ", -1);
            try {
                return words.length == 3
                        ? Optional.of(
                                new Place(
                                        Long.parseLong(words[0]),
                                        Long.parseLong(words[1]),
                                        Integer.parseInt(words[2])))
                        : Optional.empty();
            } catch (NumberFormatException _) {
                return Optional.empty();
            }
        }

        @Override
        public String toString() {
            return epochId + " " + stamp + " " + count;
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
        var walk = new Walk(gatewayId, tag, span, after);
        var samples = new ArrayList<HistorySample>();
        var last = after;
        while (walk.next()) {
            if (samples.size() == limit) {
                return new Part(samples, last);
            }
            samples.add(walk.found().sample);
            last = walk.found().place;
        }
        return new Part(samples, null);
    }

    /** Hands on every sample of a tag in a span, in order. */
    public void each(long gatewayId, String tag, Span span, Consumer<HistorySample> sink)
            throws DatabaseException {
        var walk = new Walk(gatewayId, tag, span, Place.START);
        while (walk.next()) {
            sink.accept(walk.found().sample);
        }
    }

    private record Found(Place place, HistorySample sample) {}

    /** Walks over samples, pieces that overlap in stamps together. */
    private final class Walk {
        private final Span span;
        private final Place after;
        private final ClockLine clock;
        private final PieceReader reader;
        private final List<List<Piece>> clusters;
        private int cluster;
        private List<Found> found = List.of();
        private int at;

        Walk(long gatewayId, String tag, Span span, Place after) throws DatabaseException {
            this.clock = timed.clock(gatewayId);
            this.span = span;
            this.after = after;
            this.reader = new PieceReader(store, clock);
            this.clusters =
                    PieceReader.overlapping(
                            pieces.list(
                                    gatewayId,
                                    tag,
                                    clock,
                                    span,
                                    new SeriesPieces.After(after.epochId, after.stamp),
                                    0));
        }

        boolean next() throws DatabaseException {
            at++;
            while (at >= found.size()) {
                if (cluster == clusters.size()) {
                    return false;
                }
                found = decode(clusters.get(cluster++));
                at = 0;
            }
            return true;
        }

        Found found() {
            return found.get(at);
        }

        private List<Found> decode(List<Piece> together) throws DatabaseException {
            long epoch = together.getFirst().epochId();
            var all = new ArrayList<HistorySample>();
            boolean inOrder = true;
            long before = Long.MIN_VALUE;
            for (var piece : together) {
                var columns = reader.read(piece);
                for (int i = 0; i < columns.size(); i++) {
                    long time = columns.sourceTimes()[i];
                    if (time >= span.fromNanos() && time < span.toNanos()) {
                        long stamp = columns.gatewayTimes()[i];
                        inOrder &= stamp >= before;
                        before = stamp;
                        all.add(new HistorySample(time, stamp, reading(columns, i)));
                    }
                }
            }
            if (!inOrder) {
                all.sort(Comparator.comparingLong(HistorySample::gatewayTime));
            }
            return placed(epoch, all);
        }

        private List<Found> placed(long epoch, List<HistorySample> all) {
            var placed = new ArrayList<Found>(all.size());
            long before = Long.MIN_VALUE;
            int count = 0;
            for (var sample : all) {
                count = sample.gatewayTime == before ? count + 1 : 1;
                before = sample.gatewayTime;
                var place = new Place(epoch, sample.gatewayTime, count);
                if (isBehind(place)) {
                    placed.add(new Found(place, readable(epoch, sample)));
                }
            }
            return placed;
        }

        private boolean isBehind(Place place) {
            return place.epochId > after.epochId
                    || place.stamp > after.stamp
                    || (place.stamp == after.stamp && place.count > after.count);
        }

        private HistorySample readable(long epoch, HistorySample sample) {
            return clock.isStraight()
                    ? sample
                    : new HistorySample(
                            sample.sourceTime,
                            clock.readable(epoch, sample.gatewayTime),
                            sample.reading);
        }
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
