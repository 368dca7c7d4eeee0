package io.drme.log;

import io.drme.block.BlockHash;
import io.drme.model.EpochId;
import io.drme.model.StreamKind;
import io.drme.sync.RangeSet;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * What is known of one segment file of a log: the items it holds, and a sparse index to them. The
 * file's name has its number and the position of its first byte.
 *
 * <p>Owned by the log; {@link #copy} gives others one that no longer changes.
 */
final class Segment {
    private static final byte HEADER_KIND = 1;
    private static final byte FOOTER_KIND = 3;
    private static final int MAGIC = 0x4c4d5244; // "DRML", little endian
    private static final int TRAILER_MAGIC = 0x544d5244; // "DRMT"
    private static final byte VERSION = 1;
    private static final int INDEX_EVERY_BYTES = 32 << 10;
    private static final int TRAILER_BYTES = 16;
    private static final int HEADER_PAYLOAD_BYTES = 1 + 4 + 1 + 1 + 16 + 8;
    private static final int FOOTER_FIXED_BYTES = 1 + 5 * 10 + 3 * 8 + BlockHash.LENGTH_BYTES;

    /** Where the first item begins. */
    static final int HEADER_BYTES = Frame.sizeOf(HEADER_PAYLOAD_BYTES);

    final String path;
    final long number;
    final long base;

    RangeSet held = RangeSet.EMPTY;
    long samples;
    long firstTime = Long.MAX_VALUE;
    long lastTime = Long.MIN_VALUE;
    long writtenAt = Long.MIN_VALUE;
    long covers;
    long endOrdinal;

    /** The item that {@link #lastHash}, {@link #endOrdinal} and {@link #covers} belong to, or 0. */
    long lastItem;

    BlockHash lastHash = BlockHash.NONE;
    long end = HEADER_BYTES;
    long fileBytes;
    boolean hasFooter;

    /** Whether its items are given up, and only its deletion is outstanding. */
    boolean givenUp;

    private long[] indexSequences = new long[8];
    private int[] indexOffsets = new int[8];
    private int indexSize;

    Segment(String directory, long number, long base) {
        this.path = "%s/%s".formatted(directory, name(number, base));
        this.number = number;
        this.base = base;
    }

    static String name(long number, long base) {
        return "%010d-%016x.seg".formatted(number, base);
    }

    /** The segment that a file's name speaks of. */
    static Optional<Segment> named(String directory, String name) {
        if (!name.matches("[0-9]{10}-[0-9a-f]{16}\\.seg")) {
            return Optional.empty();
        }
        return Optional.of(
                new Segment(
                        directory,
                        Long.parseLong(name.substring(0, 10)),
                        Long.parseUnsignedLong(name, 11, 27, 16)));
    }

    boolean isEmpty() {
        return held.isEmpty();
    }

    long first() {
        return held.first().orElseThrow();
    }

    long last() {
        return held.last().orElseThrow();
    }

    /** Notes an item at an offset; its frame ends at {@code newEnd}. */
    void note(ItemHead head, long offset, long newEnd, BlockHash hash) {
        if (indexSize == 0 || offset - indexOffsets[indexSize - 1] >= INDEX_EVERY_BYTES) {
            if (indexSize == indexOffsets.length) {
                indexSequences = Arrays.copyOf(indexSequences, indexSize * 2);
                indexOffsets = Arrays.copyOf(indexOffsets, indexSize * 2);
            }
            indexSequences[indexSize] = head.sequence();
            indexOffsets[indexSize++] = (int) offset;
        }
        held = held.with(head.sequence());
        samples += head.samples();
        endOrdinal = head.ordinal() + head.samples();
        firstTime = Math.min(firstTime, head.firstTime());
        lastTime = Math.max(lastTime, head.lastTime());
        writtenAt = Math.max(writtenAt, head.writtenAt());
        covers = Math.max(covers, head.covers());
        lastHash = hash;
        lastItem = head.sequence();
        end = newEnd;
    }

    /** Where to begin to look for an item: at or before it. */
    long offsetBefore(long sequence) {
        int at = Arrays.binarySearch(indexSequences, 0, indexSize, sequence);
        int floor = at >= 0 ? at : -at - 2;
        return floor < 0 ? HEADER_BYTES : indexOffsets[floor];
    }

    /** Cuts off the items from {@code sequence} on, which began at {@code offset}. */
    void cut(long sequence, long offset, long samplesLost) {
        held = held.minus(RangeSet.of(sequence, Long.MAX_VALUE - 1));
        samples -= samplesLost;
        lastItem = 0;
        lastHash = BlockHash.NONE;
        end = offset;
        while (indexSize > 0 && indexSequences[indexSize - 1] >= sequence) {
            indexSize--;
        }
    }

    /** The same as of now; it no longer changes. */
    Segment copy() {
        var copy = new Segment(path.substring(0, path.lastIndexOf('/')), number, base);
        copy.become(this);
        return copy;
    }

    /** Takes on what another knows of the same file. */
    void become(Segment other) {
        held = other.held;
        samples = other.samples;
        firstTime = other.firstTime;
        lastTime = other.lastTime;
        writtenAt = other.writtenAt;
        covers = other.covers;
        endOrdinal = other.endOrdinal;
        lastHash = other.lastHash;
        lastItem = other.lastItem;
        end = other.end;
        fileBytes = other.fileBytes;
        hasFooter = other.hasFooter;
        givenUp = other.givenUp;
        indexSize = other.indexSize;
        indexSequences = Arrays.copyOf(other.indexSequences, Math.max(indexSize, 8));
        indexOffsets = Arrays.copyOf(other.indexOffsets, Math.max(indexSize, 8));
    }

    /** The frame at the beginning of the file. */
    ByteBuffer header(StreamKind stream, EpochId epoch) {
        var out = Frame.buffer(HEADER_BYTES);
        out.position(Frame.HEADER_BYTES);
        out.put(HEADER_KIND).putInt(MAGIC).put(VERSION).put((byte) stream.code());
        out.putLong(epoch.high()).putLong(epoch.low()).putLong(number);
        Frame.seal(out, 0, base);
        return out.flip();
    }

    /** Whether a payload is the header of a segment of this stream and epoch. */
    static boolean isHeader(ByteBuffer payload, StreamKind stream, EpochId epoch) {
        return payload.remaining() == HEADER_PAYLOAD_BYTES
                && payload.get(0) == HEADER_KIND
                && payload.getInt(1) == MAGIC
                && payload.get(5) == VERSION
                && payload.get(6) == stream.code()
                && payload.getLong(7) == epoch.high()
                && payload.getLong(15) == epoch.low();
    }

    /** How much room the footer and its trailer may take. */
    int footerBytes() {
        return Frame.sizeOf(FOOTER_FIXED_BYTES + Bytes.sizeOf(held) + 20 * (indexSize + 1))
                + TRAILER_BYTES;
    }

    /** The footer, which goes to {@link #end}, and behind it the trailer that finds it. */
    ByteBuffer footer() {
        var out = Frame.buffer(footerBytes());
        out.position(Frame.HEADER_BYTES);
        out.put(FOOTER_KIND);
        Bytes.putVar(out, samples);
        Bytes.putVar(out, covers);
        Bytes.putVar(out, endOrdinal);
        out.putLong(firstTime).putLong(lastTime).putLong(writtenAt);
        lastHash.putInto(out);
        Bytes.putRanges(out, held);
        Bytes.putVar(out, indexSize);
        for (int i = 0; i < indexSize; i++) {
            Bytes.putVar(out, indexSequences[i]);
            Bytes.putVar(out, indexOffsets[i]);
        }
        Frame.seal(out, 0, base + end);
        return out.putLong(end).putInt(trailerCrc(base, end)).putInt(TRAILER_MAGIC).flip();
    }

    private static int trailerCrc(long base, long footerAt) {
        var crc = new CRC32C();
        crc.update(Frame.buffer(16).putLong(base).putLong(footerAt).flip());
        return (int) crc.getValue();
    }

    /**
     * Fills itself from the footer.
     *
     * @return false where there is none, or a damaged one: then the file has to be scanned
     */
    boolean readFooter(DiskFile file) throws DiskException {
        fileBytes = file.size();
        var trailer = Frame.buffer(TRAILER_BYTES);
        if (fileBytes < HEADER_BYTES + TRAILER_BYTES
                || file.read(fileBytes - TRAILER_BYTES, trailer) < TRAILER_BYTES
                || trailer.getInt(12) != TRAILER_MAGIC) {
            return false;
        }
        long at = trailer.getLong(0);
        long room = fileBytes - TRAILER_BYTES - at;
        if (trailer.getInt(8) != trailerCrc(base, at)
                || at < HEADER_BYTES
                || room < Frame.HEADER_BYTES
                || room > Frame.MAX_PAYLOAD_BYTES) {
            return false;
        }
        var in = Frame.buffer((int) room);
        file.read(at, in);
        int length = Frame.lengthAt(in, 0, base + at);
        if (length < 0
                || Frame.HEADER_BYTES + length > room
                || !Frame.isIntact(in, 0, length)
                || in.get(Frame.HEADER_BYTES) != FOOTER_KIND) {
            return false;
        }
        end = at;
        hasFooter = parseFooter(in.position(Frame.HEADER_BYTES + 1));
        return hasFooter;
    }

    private boolean parseFooter(ByteBuffer in) {
        try {
            samples = Bytes.getVar(in);
            covers = Bytes.getVar(in);
            endOrdinal = Bytes.getVar(in);
            firstTime = in.getLong();
            lastTime = in.getLong();
            writtenAt = in.getLong();
            lastHash = BlockHash.readFrom(in);
            held = Bytes.getRanges(in);
            lastItem = lastHash.equals(BlockHash.NONE) ? 0 : held.last().orElse(0L);
            indexSize = Math.toIntExact(Bytes.getVar(in));
            if (indexSize < 0 || indexSize > in.remaining()) {
                return false;
            }
            indexSequences = new long[indexSize];
            indexOffsets = new int[indexSize];
            for (int i = 0; i < indexSize; i++) {
                indexSequences[i] = Bytes.getVar(in);
                indexOffsets[i] = Math.toIntExact(Bytes.getVar(in));
            }
            return true;
        } catch (BufferUnderflowException | IllegalArgumentException | ArithmeticException _) {
            return false;
        }
    }
}
