package io.drme.testing.independent;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** A segment of a stream. */
final class SegmentFile {
    private static final int TRAILER = 16;
    private static final int HEAD_BYTES = 53;

    final long number;
    final int stream;
    final String epoch;
    final List<Item> items = new ArrayList<>();
    final @Nullable Footer footer;

    /** An item as it stands in its frame. */
    @SuppressWarnings("ArrayRecordComponent") // handed on, never compared
    record Item(
            long sequence,
            long ordinal,
            int samples,
            long firstTime,
            long lastTime,
            long covers,
            int offset,
            byte[] bytes) {}

    /** What a complete segment says of itself. */
    record Footer(
            long samples,
            long covers,
            long endOrdinal,
            long firstTime,
            long lastTime,
            String lastHash,
            Ranges held,
            TreeMap<Long, Long> index) {}

    /** Reads a file named {@code NUMBER-BASE.seg}. */
    SegmentFile(String name, byte[] file) {
        number = Long.parseLong(name.substring(0, 10));
        long base = Long.parseUnsignedLong(name.substring(11, 27), 16);
        var frames = new Frames(file, base, 0);
        var header = Malformed.ifNone(frames.next(), "no header");
        Malformed.unless(header.u8() == 1, "kind of the header");
        Malformed.unless(header.text(4, StandardCharsets.US_ASCII).equals("DRML"), "magic");
        Malformed.unless(header.u8() == 1, "version");
        stream = header.u8();
        epoch = epoch(header);
        Malformed.unless(header.u64() == number, "number");
        header.end("header");
        footer = footer(file, base);
        for (int at = frames.offset(); ; at = frames.offset()) {
            long position = frames.position();
            var payload = frames.next();
            if (payload == null || !readItem(payload, at, position)) {
                break;
            }
        }
    }

    /** Two numbers, the high half first. */
    static String epoch(Cursor in) {
        long high = in.u64();
        return "%016x%016x".formatted(high, in.u64());
    }

    private boolean readItem(Cursor payload, int offset, long position) {
        int length = payload.left();
        var bytes = payload.part(length).take(length);
        var in = new Cursor(bytes);
        if (in.u8() != 2) {
            return false;
        }
        long sequence = in.u64();
        long ordinal = in.u64();
        int samples = in.u32();
        long firstTime = in.u64();
        long lastTime = in.u64();
        in.u64(); // the wall clock of the writing
        long covers = in.u64();
        var crc = new CRC32C();
        crc.update(bytes, 0, HEAD_BYTES);
        crc.update(little(position, 8));
        crc.update(little(length, 4));
        Malformed.unless(in.u32() == (int) crc.getValue(), "checksum of an item's head");
        items.add(
                new Item(
                        sequence,
                        ordinal,
                        samples,
                        firstTime,
                        lastTime,
                        covers,
                        offset,
                        in.take(in.left())));
        return true;
    }

    private static byte[] little(long value, int length) {
        var bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (value >> (8 * i));
        }
        return bytes;
    }

    private static @Nullable Footer footer(byte[] file, long base) {
        var trailer = new Cursor(file);
        trailer.part(file.length - TRAILER);
        long at = trailer.u64();
        int checksum = trailer.u32();
        if (!trailer.text(4, StandardCharsets.US_ASCII).equals("DRMT")) {
            return null;
        }
        var crc = new CRC32C();
        crc.update(little(base, 8));
        crc.update(little(at, 8));
        Malformed.unless(checksum == (int) crc.getValue(), "checksum of the trailer");
        var in = Malformed.ifNone(new Frames(file, base, (int) at).next(), "no footer at " + at);
        Malformed.unless(in.u8() == 3, "kind of the footer");
        long samples = in.varint();
        long covers = in.varint();
        long endOrdinal = in.varint();
        long firstTime = in.u64();
        long lastTime = in.u64();
        in.u64(); // the newest wall clock of a writing
        var lastHash = HexFormat.of().formatHex(in.take(16));
        var held = Ranges.read(in);
        var index = new TreeMap<Long, Long>();
        for (long left = in.varint(); left > 0; left--) {
            index.put(in.varint(), in.varint());
        }
        in.end("footer");
        return new Footer(samples, covers, endOrdinal, firstTime, lastTime, lastHash, held, index);
    }
}
