package io.drme.testing.independent;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;
import java.nio.charset.Charset;
import java.util.Arrays;

/** A place in some bytes; numbers as the pages' notations have them. */
final class Cursor {
    private static final int MOST_EXPANDED = 64 << 20;

    private final byte[] bytes;
    private final int end;
    private int at;

    Cursor(byte[] bytes) {
        this(bytes, 0, bytes.length);
    }

    private Cursor(byte[] bytes, int from, int end) {
        this.bytes = bytes;
        this.at = from;
        this.end = end;
    }

    int left() {
        return end - at;
    }

    private int step(long length) {
        Malformed.unless(length >= 0 && length <= left(), length + " bytes of " + left());
        int from = at;
        at += (int) length;
        return from;
    }

    Cursor part(long length) {
        int from = step(length);
        return new Cursor(bytes, from, at);
    }

    byte[] take(long length) {
        int from = step(length);
        return Arrays.copyOfRange(bytes, from, at);
    }

    String text(long length, Charset charset) {
        return new String(take(length), charset);
    }

    int u8() {
        return bytes[step(1)] & 0xff;
    }

    private long little(int length) {
        long value = 0;
        for (int i = 0; i < length; i++) {
            value |= (long) u8() << (8 * i);
        }
        return value;
    }

    int u32() {
        return (int) little(4);
    }

    long u64() {
        return little(8);
    }

    /** Highest byte first, as the sync page has it. */
    long big(int length) {
        long value = 0;
        for (int i = 0; i < length; i++) {
            value = (value << 8) | u8();
        }
        return value;
    }

    long varint() {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            int b = u8();
            value |= (long) (b & 0x7f) << shift;
            if (b < 0x80) {
                return value;
            }
        }
        throw new Malformed("a varint of more than 64 bits");
    }

    /** A varint that counts something of which {@code most} can be there. */
    int count(long most) {
        long value = varint();
        Malformed.unless(value >= 0 && value <= most, value + " of at most " + most);
        return (int) value;
    }

    long zigzag() {
        return unzigzag(varint());
    }

    static long unzigzag(long value) {
        return (value >>> 1) ^ -(value & 1);
    }

    /** What is left, as a zstd frame of a known expanded length. */
    Cursor expanded(long length) {
        Malformed.unless(length >= 0 && length <= MOST_EXPANDED, length + " bytes expanded");
        try {
            var all = Zstd.decompress(take(left()), (int) length);
            Malformed.unless(all.length == length, "expands to " + all.length);
            return new Cursor(all);
        } catch (ZstdException e) {
            throw new Malformed("no zstd frame: " + e.getMessage());
        }
    }

    void end(String what) {
        Malformed.unless(left() == 0, what + " leaves " + left() + " bytes");
    }
}
