package io.drme.cloud.grid;

import io.drme.history.ClockLine;
import io.drme.model.Quality;
import io.drme.model.Reading;
import io.drme.model.ValueType;
import io.drme.model.Values;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The newest sample of every tag of one gateway, as parallel arrays sorted by tag: one entry of the
 * grid instead of one a tag. Immutable.
 *
 * <p>Newer is decided by (epoch number, gateway time), which on one gateway is the order of
 * acceptance; so samples may be offered in any order and any number of times.
 */
public final class LatestTable {
    /** A gateway of which nothing is known. */
    public static final LatestTable EMPTY = new LatestTable(new Columns(0));

    private final Columns columns;

    LatestTable(Columns columns) {
        this.columns = columns;
    }

    /**
     * A sample on its way into a table.
     *
     * @param epoch the centre's number of the gateway's epoch, from 1
     * @param gatewayTime hybrid logical clock stamp
     * @param since source time from which it is known to have been so; its own at the latest
     * @param point what was read
     * @param good the newest good reading with or before it; null where none is known
     */
    public record Offer(
            String tag,
            ValueType type,
            int epoch,
            long gatewayTime,
            long since,
            Point point,
            @Nullable Point good) {
        /** A sample of which nothing is known but itself. */
        public static Offer single(
                String tag, ValueType type, int epoch, long gatewayTime, Point point) {
            return new Offer(
                    tag,
                    type,
                    epoch,
                    gatewayTime,
                    point.sourceTime,
                    point,
                    Quality.isGood(point.quality) ? point : null);
        }
    }

    /**
     * A reading.
     *
     * @param bits as in {@code io.drme.model.Batch}
     */
    public record Point(long sourceTime, byte quality, long bits, @Nullable String text) {
        /** Whether both have the same value and quality. */
        public boolean isLike(Point other) {
            return quality == other.quality
                    && bits == other.bits
                    && Objects.equals(text, other.text);
        }
    }

    /**
     * One row.
     *
     * @param sinceNanos source time from which this value and quality is known to have held
     * @param lastGoodNanos source time of the newest good value; 0 where there was none
     */
    public record Latest(
            String tag,
            ValueType type,
            int epoch,
            long gatewayTime,
            long sourceTime,
            long sinceNanos,
            Reading reading,
            io.drme.model.@Nullable Value lastGood,
            long lastGoodNanos) {
        /** With a gateway time that can be read as a time. */
        public Latest readable(ClockLine clock) {
            return clock.isStraight()
                    ? this
                    : new Latest(
                            tag,
                            type,
                            epoch,
                            clock.readable(epoch, gatewayTime),
                            sourceTime,
                            sinceNanos,
                            reading,
                            lastGood,
                            lastGoodNanos);
        }
    }

    /** The arrays; package-private so that the serializer sees them. */
    static final class Columns {
        final String[] tags;
        final byte[] types;
        final int[] epochs;
        final long[] gatewayTimes;
        final long[] sourceTimes;
        final long[] since;
        final byte[] qualities;
        final long[] bits;
        final @Nullable String[] texts;
        final long[] goodTimes;
        final long[] goodBits;
        final @Nullable String[] goodTexts;

        Columns(int size) {
            this(
                    new String[size],
                    new byte[size],
                    new int[size],
                    longs(size, 6),
                    new byte[size],
                    texts(size));
        }

        Columns(
                String[] tags,
                byte[] types,
                int[] epochs,
                long[][] longs,
                byte[] qualities,
                @Nullable String[][] texts) {
            this.tags = tags;
            this.types = types;
            this.epochs = epochs;
            this.gatewayTimes = longs[0];
            this.sourceTimes = longs[1];
            this.since = longs[2];
            this.bits = longs[3];
            this.goodTimes = longs[4];
            this.goodBits = longs[5];
            this.qualities = qualities;
            this.texts = texts[0];
            this.goodTexts = texts[1];
        }

        private static long[][] longs(int size, int count) {
            return new long[count][size];
        }

        private static @Nullable String[][] texts(int size) {
            return new @Nullable String[2][size];
        }

        long[][] longs() {
            return new long[][] {gatewayTimes, sourceTimes, since, bits, goodTimes, goodBits};
        }

        @Nullable String[][] texts() {
            return new @Nullable String[][] {texts, goodTexts};
        }

        /** A copy in which these tags have rows too; new rows have epoch -1. */
        Columns with(SortedSet<String> added) {
            var made = new Columns(tags.length + added.size());
            var names = added.iterator();
            String next = names.hasNext() ? names.next() : null;
            int from = 0;
            for (int to = 0; to < made.tags.length; to++) {
                if (next != null && (from == tags.length || next.compareTo(tags[from]) < 0)) {
                    made.tags[to] = next;
                    made.epochs[to] = -1;
                    next = names.hasNext() ? names.next() : null;
                } else {
                    made.copyRow(to, this, from++);
                }
            }
            return made;
        }

        private void copyRow(int to, Columns other, int from) {
            tags[to] = other.tags[from];
            types[to] = other.types[from];
            epochs[to] = other.epochs[from];
            gatewayTimes[to] = other.gatewayTimes[from];
            sourceTimes[to] = other.sourceTimes[from];
            since[to] = other.since[from];
            qualities[to] = other.qualities[from];
            bits[to] = other.bits[from];
            texts[to] = other.texts[from];
            goodTimes[to] = other.goodTimes[from];
            goodBits[to] = other.goodBits[from];
            goodTexts[to] = other.goodTexts[from];
        }
    }

    /** The table after these samples. */
    public LatestTable with(Collection<Offer> offers) {
        if (offers.isEmpty()) {
            return this;
        }
        var added = new TreeSet<String>();
        for (var offer : offers) {
            if (Arrays.binarySearch(columns.tags, offer.tag) < 0) {
                added.add(offer.tag);
            }
        }
        var next = columns.with(added);
        for (var offer : offers) {
            take(next, Arrays.binarySearch(next.tags, offer.tag), offer);
        }
        return new LatestTable(next);
    }

    /** Of each tag the newer of both. */
    LatestTable with(LatestTable other) {
        var c = other.columns;
        var offers = new ArrayList<Offer>(other.size());
        for (int at = 0; at < other.size(); at++) {
            offers.add(
                    new Offer(
                            c.tags[at],
                            ValueType.ofCode(c.types[at]),
                            c.epochs[at],
                            c.gatewayTimes[at],
                            c.since[at],
                            new Point(c.sourceTimes[at], c.qualities[at], c.bits[at], c.texts[at]),
                            c.goodTimes[at] == 0
                                    ? null
                                    : new Point(
                                            c.goodTimes[at],
                                            Quality.GOOD,
                                            c.goodBits[at],
                                            c.goodTexts[at])));
        }
        return with(offers);
    }

    private static void take(Columns c, int at, Offer offer) {
        boolean first = c.epochs[at] < 0;
        var good = offer.good;
        if (good != null && (c.goodTimes[at] == 0 || good.sourceTime >= c.goodTimes[at])) {
            c.goodTimes[at] = good.sourceTime;
            c.goodBits[at] = good.bits;
            c.goodTexts[at] = good.text;
        }
        if (!first && !isNewer(c, at, offer)) {
            return;
        }
        var point = offer.point;
        var before = new Point(c.sourceTimes[at], c.qualities[at], c.bits[at], c.texts[at]);
        if (first || !before.isLike(point) || offer.since < c.since[at]) {
            c.since[at] = offer.since;
        }
        c.types[at] = (byte) offer.type.code();
        c.epochs[at] = offer.epoch;
        c.gatewayTimes[at] = offer.gatewayTime;
        c.sourceTimes[at] = point.sourceTime;
        c.qualities[at] = point.quality;
        c.bits[at] = point.bits;
        c.texts[at] = point.text;
    }

    private static boolean isNewer(Columns c, int at, Offer offer) {
        return offer.epoch != c.epochs[at]
                ? offer.epoch > c.epochs[at]
                : offer.gatewayTime >= c.gatewayTimes[at];
    }

    /**
     * Whether samples of these times at most could change anything about a tag.
     *
     * @param gatewayTime no sample has a greater one
     * @param sourceTime no sample has a greater one
     */
    boolean isOpenTo(String tag, int epoch, long gatewayTime, long sourceTime) {
        int at = indexOf(tag);
        return at < 0
                || epoch > columns.epochs[at]
                || (epoch == columns.epochs[at] && gatewayTime >= columns.gatewayTimes[at])
                || columns.goodTimes[at] == 0
                || sourceTime >= columns.goodTimes[at];
    }

    /** How many tags there are. */
    public int size() {
        return columns.tags.length;
    }

    /** The name of row {@code at}; rows are sorted by it. */
    public String tag(int at) {
        return columns.tags[at];
    }

    /** The row of a tag; negative where it has none. */
    public int indexOf(String tag) {
        return Arrays.binarySearch(columns.tags, tag);
    }

    /** Row {@code at}. */
    public Latest row(int at) {
        var c = columns;
        var type = ValueType.ofCode(c.types[at]);
        byte quality = c.qualities[at];
        Reading reading;
        if (Quality.isBad(quality)) {
            reading = new Reading.Bad(Quality.reason(quality));
        } else {
            var value = Values.of(type, c.bits[at], c.texts[at]);
            reading =
                    Quality.isGood(quality)
                            ? new Reading.Good(value)
                            : new Reading.Uncertain(value, Quality.reason(quality));
        }
        var good = c.goodTimes[at] == 0 ? null : Values.of(type, c.goodBits[at], c.goodTexts[at]);
        return new Latest(
                c.tags[at],
                type,
                c.epochs[at],
                c.gatewayTimes[at],
                c.sourceTimes[at],
                c.since[at],
                reading,
                good,
                c.goodTimes[at]);
    }

    Columns columns() {
        return columns;
    }
}
