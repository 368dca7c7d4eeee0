package io.drme.block;

import io.drme.block.BadBlockException.Why;
import io.drme.model.EpochId;
import io.drme.model.GatewayId;
import io.drme.model.StreamKind;
import io.drme.model.TagName;
import io.drme.model.ValueType;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/** Header and directory of a block as read, every length checked. Confined to its owner. */
final class Directory {
    /** Magic, version, stream, epoch, previous hash, a gateway of one letter, numbers, checksum. */
    private static final int LEAST_BLOCK_BYTES = 4 + 1 + 1 + 16 + 16 + 2 + 13 + 4;

    final BlockHeader header;

    /** The array that holds the block. */
    final byte[] block;

    byte[] raw = {};
    final int groups;
    final int[] groupNumbers;
    final int[] groupTicks;
    final Place[] groupPlaces;
    Place tickOrder = Place.NONE;
    Place sampleOrder = Place.NONE;
    final int series;
    final TagName[] tags;
    final ValueType[] types;
    final int[] flags;
    final int[] groupOf;
    final int[] counts;
    final int[] bads;
    final Place[] places;

    /** Statistics; null-free only for series that {@link #hasStats have} them. */
    final StatsColumns.Row[] rows;

    /**
     * A run of bytes.
     *
     * @param bytes the array that holds it
     * @param at where it begins
     * @param length how long it is
     * @param rawLength how long it is once expanded; equal to {@code length} where it is not zstd
     * @param isSqueezed whether it is zstd
     */
    @SuppressWarnings("ArrayRecordComponent") // a view, never compared
    record Place(byte[] bytes, int at, int length, int rawLength, boolean isSqueezed) {
        static final Place NONE = new Place(new byte[0], 0, 0, 0, false);
    }

    private Directory(byte[] block, BlockHeader header, int groups, int series) {
        this.block = block;
        this.header = header;
        this.groups = groups;
        this.groupNumbers = new int[groups];
        this.groupTicks = new int[groups];
        this.groupPlaces = new Place[groups];
        this.series = series;
        this.tags = new TagName[series];
        this.types = new ValueType[series];
        this.flags = new int[series];
        this.groupOf = new int[series];
        this.counts = new int[series];
        this.bads = new int[series];
        this.places = new Place[series];
        this.rows = new StatsColumns.Row[series];
    }

    static Directory read(byte[] block, int from, int length) throws BadBlockException {
        var in = new ByteSource(block, from, length - BlockFormat.CRC_LENGTH);
        in.skip(5);
        var header = readHeader(in);
        int groups = in.takeCount(header.ticks(), "the number of poll groups");
        int series = in.takeCount(header.count(), "the number of series");
        int head = in.takeCount(2 * BlockLimits.MAX_DIRECTORY_BYTES + 1, "the directory's length");
        int rawLength = head >>> 1;
        boolean isSqueezed = (head & 1) != 0;
        int stored =
                isSqueezed
                        ? in.takeCount(rawLength, "the directory's compressed length")
                        : rawLength;
        // Each group takes three bytes of the directory at least, each series nine.
        if (3L * groups + 9L * series > rawLength) {
            throw ByteSource.malformed(
                    "a directory of %d bytes can't hold %d groups and %d series"
                            .formatted(rawLength, groups, series));
        }
        int at = in.skip(stored);
        var raw = block;
        if (isSqueezed) {
            raw = Squeezer.room(rawLength, stored);
            Squeezer.expand(block, at, stored, raw, rawLength);
            at = 0;
        }
        var directory = new Directory(block, header, groups, series);
        directory.raw = raw;
        directory.readParts(new ByteSource(raw, at, rawLength), in);
        return directory;
    }

    static BlockHeader header(byte[] block, int from, int length) throws BadBlockException {
        var in = new ByteSource(block, from, length - BlockFormat.CRC_LENGTH);
        in.skip(5);
        return readHeader(in);
    }

    /** Fails unless the block is one, whole, and of this version. */
    static void check(byte[] block, int from, int length) throws BadBlockException {
        if (length > BlockLimits.MAX_BLOCK_BYTES) {
            throw new BadBlockException(
                    Why.LIMIT,
                    "a block of %d bytes exceeds %d"
                            .formatted(length, BlockLimits.MAX_BLOCK_BYTES));
        }
        var in = new ByteSource(block, from, length);
        if (length < LEAST_BLOCK_BYTES || in.takeInt() != BlockFormat.MAGIC) {
            throw new BadBlockException(
                    Why.NOT_A_BLOCK, "%d bytes do not begin as a block".formatted(length));
        }
        var crc = new CRC32C();
        crc.update(block, from, length - BlockFormat.CRC_LENGTH);
        int found =
                new ByteSource(
                                block,
                                from + length - BlockFormat.CRC_LENGTH,
                                BlockFormat.CRC_LENGTH)
                        .takeInt();
        if (found != (int) crc.getValue()) {
            throw new BadBlockException(
                    Why.CHECKSUM,
                    "the checksum is %08x, the bytes have %08x".formatted(found, crc.getValue()));
        }
        int version = in.takeByte();
        if (version != BlockFormat.VERSION) {
            throw new BadBlockException(
                    Why.UNSUPPORTED,
                    "block format %d is not known to this release".formatted(version));
        }
    }

    private static BlockHeader readHeader(ByteSource in) throws BadBlockException {
        int kind = in.takeByte();
        boolean hasEnvelope = (kind & BlockFormat.ENVELOPE_FLAG) != 0;
        int stream = kind & ~BlockFormat.ENVELOPE_FLAG;
        if (stream != StreamKind.DATA.code() && stream != StreamKind.LOCAL.code()) {
            throw ByteSource.malformed("no stream of blocks has the code " + stream);
        }
        var fixed = ByteBuffer.wrap(in.array(), in.skip(32), 32);
        var epoch = new EpochId(fixed.getLong(), fixed.getLong());
        var previous = BlockHash.readFrom(fixed);
        int length = in.takeByte();
        var gateway = new String(in.array(), in.skip(length), length, StandardCharsets.US_ASCII);
        if (!GatewayId.isValid(gateway)) {
            throw ByteSource.malformed("the gateway's id is not of the documented form");
        }
        var seal =
                new BlockSeal(
                        new GatewayId(gateway),
                        epoch,
                        StreamKind.ofCode(stream),
                        in.takeVarint(),
                        in.takeVarint(),
                        previous,
                        in.takeCount(Integer.MAX_VALUE, "the schema version"),
                        in.takeVarint(),
                        in.takeVarint(),
                        hasEnvelope ? readEnvelope(in) : null);
        if (seal.sequence() < 1 || seal.firstOrdinal() < 0) {
            throw ByteSource.malformed(
                    "the sequence is %d and the first ordinal %d"
                            .formatted(seal.sequence(), seal.firstOrdinal()));
        }
        int unitExponent = in.takeByte();
        if (unitExponent > BlockFormat.MAX_UNIT_EXPONENT) {
            throw ByteSource.malformed("the unit of the times is 10^%d ns".formatted(unitExponent));
        }
        long unit = (long) Decimals.power(unitExponent);
        long first = in.takeZigzag() * unit;
        long last = first + in.takeVarint() * unit;
        int count = in.takeCount(BlockLimits.MAX_SAMPLES, "the number of samples");
        int ticks = in.takeCount(BlockLimits.MAX_TICKS, "the number of ticks");
        return new BlockHeader(seal, first, last, count, ticks);
    }

    private static Envelope readEnvelope(ByteSource in) throws BadBlockException {
        long from = in.takeVarint();
        long to = from + in.takeVarint();
        long samples = in.takeVarint();
        long interval = in.takeVarint();
        if (from < 1 || to < from || samples < 0 || interval < 1) {
            throw ByteSource.malformed(
                    "envelopes of %d ns stand for %d samples of blocks %d to %d"
                            .formatted(interval, samples, from, to));
        }
        return new Envelope(from, to, samples, interval);
    }

    private void readParts(ByteSource in, ByteSource body) throws BadBlockException {
        int ticks = 0;
        for (int i = 0; i < groups; i++) {
            groupNumbers[i] = (int) in.takeZigzag();
            groupTicks[i] = in.takeCount(header.ticks() - ticks, "a group's number of ticks");
            ticks += groupTicks[i];
            int length = in.takeCount(2 * BlockLimits.MAX_BLOCK_BYTES, "a tick table's length");
            groupPlaces[i] = takePlace(in, body, length >>> 1, (length & 1) != 0);
        }
        if (ticks != header.ticks()) {
            throw ByteSource.malformed(
                    "the groups have %d ticks, the header %d".formatted(ticks, header.ticks()));
        }
        tickOrder = takePlace(in, body, in.takeCount(BlockLimits.MAX_BLOCK_BYTES, "order"), false);
        sampleOrder =
                takePlace(in, body, in.takeCount(BlockLimits.MAX_BLOCK_BYTES, "order"), false);
        readNames(in);
        for (int i = 0; i < series; i++) {
            int code = in.takeByte();
            if (code < 1 || code > ValueType.values().length) {
                throw new BadBlockException(Why.UNSUPPORTED, "no value type has the code " + code);
            }
            types[i] = ValueType.ofCode(code);
        }
        for (int i = 0; i < series; i++) {
            flags[i] = in.takeByte();
        }
        for (int i = 0; i < series; i++) {
            groupOf[i] = in.takeCount(groups - 1, "the group of a series");
        }
        readCounts(in);
        readPlaces(in, body);
        body.expectEnd("the body");
    }

    private static Place takePlace(ByteSource in, ByteSource body, int length, boolean squeezed)
            throws BadBlockException {
        int raw =
                squeezed ? in.takeCount(BlockLimits.MAX_COLUMN_BYTES, "a column's length") : length;
        return new Place(body.array(), body.skip(length), length, raw, squeezed);
    }

    private void readNames(ByteSource in) throws BadBlockException {
        var before = "";
        for (int i = 0; i < series; i++) {
            int shared = in.takeCount(before.length(), "the shared part of a name");
            int length = in.takeCount(TagName.MAX_LENGTH, "the length of a name");
            var name =
                    before.substring(0, shared)
                            + new String(
                                    in.array(), in.skip(length), length, StandardCharsets.US_ASCII);
            if (!TagName.isValid(name)) {
                throw ByteSource.malformed("a tag's name is not of the documented form");
            }
            tags[i] = new TagName(name);
            before = name;
        }
    }

    private void readCounts(ByteSource in) throws BadBlockException {
        int total = 0;
        for (int i = 0; i < series; i++) {
            counts[i] = in.takeCount(header.count() - total, "the samples of a series");
            total += counts[i];
            if (counts[i] == 0 || groupTicks[groupOf[i]] == 0) {
                throw ByteSource.malformed("a series has no sample, or its group no tick");
            }
        }
        if (total != header.count()) {
            throw ByteSource.malformed(
                    "the series have %d samples, the header %d".formatted(total, header.count()));
        }
        for (int i = 0; i < series; i++) {
            bads[i] = in.takeCount(counts[i], "the bad samples of a series");
        }
    }

    private void readPlaces(ByteSource in, ByteSource body) throws BadBlockException {
        var stored = new int[series];
        List<StatsColumns.Row> withStats = new ArrayList<>();
        for (int i = 0; i < series; i++) {
            stored[i] = in.takeCount(BlockLimits.MAX_BLOCK_BYTES, "the length of a series");
            if (!isInline(i)) {
                places[i] = takePlace(in, body, stored[i], (flags[i] & SeriesCodec.ZSTD_FLAG) != 0);
                boolean complete = (flags[i] & SeriesCodec.STATS_FLAG) != 0;
                if (complete && (bads[i] == counts[i] || types[i] == ValueType.TEXT)) {
                    throw ByteSource.malformed("a series without numbers has statistics");
                }
                if (hasStats(i)) {
                    rows[i] = new StatsColumns.Row(types[i], counts[i], bads[i], complete);
                    withStats.add(rows[i]);
                }
            }
        }
        StatsColumns.read(in, withStats, header.firstTime(), header.lastTime());
        for (int i = 0; i < series; i++) {
            if (isInline(i)) {
                places[i] = new Place(raw, in.skip(stored[i]), stored[i], stored[i], false);
            }
        }
        in.expectEnd("the directory");
    }

    /** Whether {@link #rows} has the statistics; otherwise the samples tell. */
    boolean hasStats(int index) {
        return counts[index] >= BlockFormat.STATS_FROM;
    }

    boolean isInline(int index) {
        return counts[index] < BlockFormat.INLINE_BELOW;
    }
}
