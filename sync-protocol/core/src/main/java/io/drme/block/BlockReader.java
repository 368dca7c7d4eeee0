package io.drme.block;

import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.model.TagName;
import io.drme.model.ValueType;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads one block. Opening checks the checksum, every length and the directory; decoding a series
 * touches no other series. Any bytes give a result or a {@link BadBlockException}, and never take
 * more memory than {@link BlockLimits} allows.
 *
 * <p>Confined to its owner.
 */
public final class BlockReader {
    private final Directory directory;
    private final ByteBuffer whole;
    private final @Nullable TickColumns[] ticks;
    private final SeriesCodec codec = new SeriesCodec();
    private final ByteSource source = new ByteSource();
    private byte[] expanded = {};
    private List<BlockSeries> series = List.of();

    private BlockReader(Directory directory, ByteBuffer whole) {
        this.directory = directory;
        this.whole = whole;
        this.ticks = new TickColumns[directory.groups];
    }

    /** Opens a block, which must not change while it is read. */
    public static BlockReader open(byte[] block) throws BadBlockException {
        return open(ByteBuffer.wrap(block));
    }

    /** Opens the buffer's remaining bytes as a block; its position stays where it is. */
    public static BlockReader open(ByteBuffer block) throws BadBlockException {
        byte[] bytes;
        int from;
        int length = block.remaining();
        if (block.hasArray()) {
            bytes = block.array();
            from = block.arrayOffset() + block.position();
        } else if (length <= BlockLimits.MAX_BLOCK_BYTES) {
            bytes = new byte[length];
            block.duplicate().get(bytes);
            from = 0;
        } else {
            throw new BadBlockException(
                    BadBlockException.Why.LIMIT,
                    "a block of %d bytes exceeds %d"
                            .formatted(length, BlockLimits.MAX_BLOCK_BYTES));
        }
        Directory.check(bytes, from, length);
        var directory = Directory.read(bytes, from, length);
        var reader = new BlockReader(directory, block.duplicate());
        reader.series = reader.readSeries();
        return reader;
    }

    /**
     * Opens a block without reckoning the statistics of its short series, for which all of them
     * would have to be decoded. {@link #series} then says nothing; {@link #tag} and {@link #decode}
     * do.
     */
    public static BlockReader openColumns(byte[] block) throws BadBlockException {
        Directory.check(block, 0, block.length);
        return new BlockReader(Directory.read(block, 0, block.length), ByteBuffer.wrap(block));
    }

    /** The header of a block that is whole; nothing behind it is looked at. */
    public static BlockHeader headerOf(byte[] block) throws BadBlockException {
        Directory.check(block, 0, block.length);
        return Directory.header(block, 0, block.length);
    }

    private List<BlockSeries> readSeries() throws BadBlockException {
        var list = new ArrayList<BlockSeries>(directory.series);
        var columns = new SeriesColumns();
        var summary = new Summary();
        for (int i = 0; i < directory.series; i++) {
            SeriesStats stats;
            if (!directory.hasStats(i)) {
                decode(i, columns);
                summary.compute(
                        columns.type(),
                        columns.sourceTimes(),
                        columns.bits(),
                        columns.qualities(),
                        columns.size());
                stats = summary.toStats(columns.size());
            } else {
                stats = directory.rows[i].toStats();
            }
            list.add(
                    new BlockSeries(
                            directory.tags[i], directory.types[i], directory.groupOf[i], stats));
        }
        return List.copyOf(list);
    }

    /** The header. */
    public BlockHeader header() {
        return directory.header;
    }

    /** The hash of the block's bytes: what the next block has as {@link BlockHeader#previous}. */
    public BlockHash hash() {
        return BlockHash.of(whole);
    }

    /** The directory, in order of each series' first sample. */
    public List<BlockSeries> series() {
        return series;
    }

    /** How many series there are. */
    public int seriesCount() {
        return directory.series;
    }

    /** The tag of a series. */
    public TagName tag(int index) {
        return directory.tags[index];
    }

    /** The type of a series. */
    public ValueType type(int index) {
        return directory.types[index];
    }

    /** The poll group of a series, by index. */
    public int groupOf(int index) {
        return directory.groupOf[index];
    }

    /** How many poll groups have ticks in this block. */
    public int groups() {
        return directory.groups;
    }

    /** The number that a poll group had on the gateway; {@link Batch#group}. */
    public int groupNumber(int group) {
        return directory.groupNumbers[group];
    }

    /**
     * Decodes the ticks of one poll group, 0 to {@link #groups} less one. The columns belong to the
     * reader and are not to be changed.
     */
    public TickColumns ticks(int group) throws BadBlockException {
        var known = ticks[group];
        if (known != null) {
            return known;
        }
        int n = directory.groupTicks[group];
        var columns = new TickColumns();
        columns.reset(n);
        var in = open(directory.groupPlaces[group]);
        var times = columns.sourceTimes();
        int flags = in.takeByte();
        if ((flags & ~BlockFormat.TICK_FLAGS) != 0) {
            throw ByteSource.malformed("no tick table has the flags " + flags);
        }
        codec.longs.decode(in, times, n);
        for (int i = 0; i < n; i++) {
            times[i] += directory.header.firstTime();
        }
        takeStamps(flags, in, times, columns.gatewayTimes(), n);
        if ((flags & BlockFormat.TICK_OUTCOMES_FLAG) == 0) {
            Arrays.fill(columns.outcomes(), 0, n, Quality.GOOD);
        } else {
            ByteRuns.decode(in, columns.outcomes(), n);
        }
        in.expectEnd("a tick table");
        ticks[group] = columns;
        return columns;
    }

    private void takeStamps(int flags, ByteSource in, long[] times, long[] stamps, int n)
            throws BadBlockException {
        if ((flags & BlockFormat.TICK_MILLIS_FLAG) == 0) {
            Arrays.fill(stamps, 0, n, 0);
        } else {
            codec.longs.decode(in, stamps, n);
        }
        var counters = new long[(flags & BlockFormat.TICK_COUNTERS_FLAG) == 0 ? 0 : n];
        codec.longs.decode(in, counters, counters.length);
        long wrong = 0;
        for (int i = 0; i < n; i++) {
            long millis = stamps[i] + Math.floorDiv(times[i], BlockFormat.NANOS_PER_MILLI);
            long counter = counters.length == 0 ? 0 : counters[i];
            wrong |= millis >>> 48 | counter >>> 16;
            stamps[i] = millis << 16 | counter;
        }
        if (wrong != 0) {
            throw ByteSource.malformed("a gateway time exceeds 48 and 16 bits");
        }
    }

    private ByteSource open(Directory.Place place) throws BadBlockException {
        if (!place.isSqueezed()) {
            return source.reset(place.bytes(), place.at(), place.length());
        }
        if (expanded.length < place.rawLength()) {
            expanded = Squeezer.room(place.rawLength(), place.length());
        }
        Squeezer.expand(place.bytes(), place.at(), place.length(), expanded, place.rawLength());
        return source.reset(expanded, 0, place.rawLength());
    }

    /** Decodes one series, by its index in {@link #series}. */
    public void decode(int index, SeriesColumns into) throws BadBlockException {
        int count = directory.counts[index];
        var type = directory.types[index];
        var groupTicks = ticks(directory.groupOf[index]);
        decodeColumns(index);
        into.reset(type, count);
        System.arraycopy(codec.qualities, 0, into.qualities(), 0, count);
        System.arraycopy(codec.bits, 0, into.bits(), 0, count);
        if (type == ValueType.TEXT) {
            System.arraycopy(codec.texts, 0, into.texts(), 0, count);
        }
        var sourceTimes = into.sourceTimes();
        var gatewayTimes = into.gatewayTimes();
        for (int i = 0; i < count; i++) {
            int tick = codec.ticks[i];
            sourceTimes[i] = groupTicks.sourceTimes()[tick] + codec.residuals[i];
            gatewayTimes[i] = groupTicks.gatewayTimes()[tick];
        }
    }

    private void decodeColumns(int index) throws BadBlockException {
        codec.decode(
                directory.flags[index],
                directory.types[index],
                directory.counts[index],
                directory.groupTicks[directory.groupOf[index]],
                open(directory.places[index]));
        int bad = 0;
        for (int i = 0; i < codec.count; i++) {
            bad += Quality.isBad(codec.qualities[i]) ? 1 : 0;
        }
        if (bad != directory.bads[index]) {
            throw ByteSource.malformed(
                    "a series has %d bad samples, the directory %d"
                            .formatted(bad, directory.bads[index]));
        }
    }

    /**
     * The series of a tag by index in {@link #series}; empty where it has no sample in this block,
     * more than one where its type or poll group changed.
     */
    public int[] seriesOf(TagName tag) {
        var found = new int[directory.series];
        int n = 0;
        for (int i = 0; i < directory.series; i++) {
            if (directory.tags[i].equals(tag)) {
                found[n++] = i;
            }
        }
        return Arrays.copyOf(found, n);
    }

    /** All batches in order of arrival. Decodes every series at once. */
    public BatchCursor batches() throws BadBlockException {
        var cursor = new BatchCursor(directory, this);
        for (int i = 0; i < directory.series; i++) {
            decodeColumns(i);
            cursor.addSeries(i, codec);
        }
        var places = new ByteSource[] {new ByteSource(), new ByteSource()};
        int n = 0;
        for (var place : List.of(directory.tickOrder, directory.sampleOrder)) {
            places[n++].reset(place.bytes(), place.at(), place.length());
        }
        cursor.arrange(places[0], places[1], codec.longs);
        return cursor;
    }
}
