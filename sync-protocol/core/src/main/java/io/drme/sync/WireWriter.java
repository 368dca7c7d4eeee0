package io.drme.sync;

import io.drme.model.EpochId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** Writes the fields of a message's head; big-endian, lengths and counts as LEB128. */
final class WireWriter {
    private static final int FIRST_CAPACITY = 128;

    private byte[] bytes = new byte[FIRST_CAPACITY];
    private int size;

    WireWriter u8(int value) {
        room(1);
        bytes[size++] = (byte) value;
        return this;
    }

    WireWriter i64(long value) {
        room(Long.BYTES);
        ByteBuffer.wrap(bytes).putLong(size, value);
        size += Long.BYTES;
        return this;
    }

    /** A number that is not negative, in 1 to 9 bytes. */
    WireWriter count(long value) {
        if (value < 0) {
            throw new IllegalArgumentException("a count can't be negative: " + value);
        }
        long left = value;
        while (left > 0x7F) {
            u8((int) (left & 0x7F) | 0x80);
            left >>>= 7;
        }
        return u8((int) left);
    }

    /** Any number: small ones, of either sign, in few bytes; 1 to 10. */
    WireWriter signed(long value) {
        long left = value << 1 ^ value >> 63;
        while ((left & ~0x7FL) != 0) {
            u8((int) (left & 0x7F) | 0x80);
            left >>>= 7;
        }
        return u8((int) left);
    }

    WireWriter text(String text) {
        return bytes(text.getBytes(StandardCharsets.UTF_8));
    }

    /** As a text, of which these are the bytes or a part of them. */
    WireWriter bytes(byte[] utf8) {
        if (utf8.length > Limits.MAX_TEXT_BYTES) {
            throw new IllegalArgumentException(
                    "a text of %d bytes; at most %d".formatted(utf8.length, Limits.MAX_TEXT_BYTES));
        }
        return count(utf8.length).raw(utf8);
    }

    WireWriter hash(ChainHash hash) {
        var raw = hash.bytes();
        return u8(raw.length).raw(raw);
    }

    WireWriter key(VerifyKey key) {
        return raw(key.bytes());
    }

    WireWriter seal(Seal seal) {
        var raw = seal.bytes();
        return count(raw.length).raw(raw);
    }

    WireWriter epoch(EpochId epoch) {
        return i64(epoch.high()).i64(epoch.low());
    }

    /** A number of items that a limit bounds. */
    WireWriter size(List<?> items, int limit) {
        if (items.size() > limit) {
            throw new IllegalArgumentException(
                    "%d entries in a message; at most %d".formatted(items.size(), limit));
        }
        return count(items.size());
    }

    /** Ranges as distances: to the range before, and to the range's end. */
    WireWriter ranges(RangeSet set) {
        var ranges = set.ranges();
        size(ranges, Limits.MAX_RANGES);
        long before = 0;
        for (var range : ranges) {
            count(range.from() - before).count(range.to() - range.from());
            before = range.to();
        }
        return this;
    }

    /** Bytes as they are. */
    WireWriter raw(byte[] raw) {
        room(raw.length);
        System.arraycopy(raw, 0, bytes, size, raw.length);
        size += raw.length;
        return this;
    }

    private void room(int more) {
        if (size + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, size + more));
        }
    }

    byte[] done() {
        return Arrays.copyOf(bytes, size);
    }
}
