package io.drme.sync;

import io.drme.model.EpochId;
import java.io.Serial;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;

/** Reads the fields of a message's head, and takes no memory that is not there to be read. */
final class WireReader {

    /** The bytes are no such field. Never leaves the codec, which gives its message as a reason. */
    static final class Malformed extends Exception {
        @Serial private static final long serialVersionUID = 1;

        Malformed(String message) {
            super(message, null, false, false);
        }
    }

    private final ByteBuffer bytes;

    WireReader(ByteBuffer bytes) {
        this.bytes = bytes;
    }

    int u8() throws Malformed {
        need(1);
        return bytes.get() & 0xFF;
    }

    long i64() throws Malformed {
        need(Long.BYTES);
        return bytes.getLong();
    }

    long count() throws Malformed {
        long value = 0;
        for (int shift = 0; shift < 63; shift += 7) {
            int b = u8();
            value |= (long) (b & 0x7F) << shift;
            if (b < 0x80) {
                return value;
            }
        }
        throw new Malformed("a number of more than 9 bytes");
    }

    int count(int limit, String what) throws Malformed {
        long value = count();
        if (value > limit) {
            throw new Malformed("%d %s; at most %d".formatted(value, what, limit));
        }
        return (int) value;
    }

    /** As {@link WireWriter#signed}. */
    long signed() throws Malformed {
        long value = 0;
        for (int shift = 0; shift < Long.SIZE; shift += 7) {
            int b = u8();
            value |= (long) (b & 0x7F) << shift;
            if (b < 0x80) {
                return value >>> 1 ^ -(value & 1);
            }
        }
        throw new Malformed("a number of more than 10 bytes");
    }

    /** A text as bytes: so many as the one before began with, and the rest. */
    byte[] extending(byte[] before) throws Malformed {
        int shared = count(before.length, "bytes shared");
        var rest = raw(count(Limits.MAX_TEXT_BYTES - shared, "bytes of text"));
        var whole = Arrays.copyOf(before, shared + rest.length);
        System.arraycopy(rest, 0, whole, shared, rest.length);
        return whole;
    }

    String text() throws Malformed {
        int length = count(Limits.MAX_TEXT_BYTES, "bytes of text");
        return new String(raw(length), StandardCharsets.UTF_8);
    }

    ChainHash hash() throws Malformed {
        int length = u8();
        if (length > ChainHash.MAX_BYTES) {
            throw new Malformed("a hash of " + length + " bytes");
        }
        return ChainHash.of(raw(length));
    }

    VerifyKey key() throws Malformed {
        return VerifyKey.of(raw(VerifyKey.LENGTH_BYTES));
    }

    Seal seal() throws Malformed {
        return Seal.of(raw(count(Seal.MAX_BYTES, "bytes of a seal")));
    }

    EpochId epoch() throws Malformed {
        return new EpochId(i64(), i64());
    }

    RangeSet ranges() throws Malformed {
        int count = count(Limits.MAX_RANGES, "ranges");
        var ranges = new ArrayList<RangeSet.Range>();
        long before = 0;
        for (int i = 0; i < count; i++) {
            long from = sum(before, count());
            long to = sum(from, count());
            ranges.add(new RangeSet.Range(from, to));
            before = to;
        }
        return RangeSet.of(ranges);
    }

    /** The sum of two numbers that are not negative, if it fits. */
    static long sum(long a, long b) throws Malformed {
        if (b > Long.MAX_VALUE - 1 - a) {
            throw new Malformed("a sequence beyond 2^63");
        }
        return a + b;
    }

    private byte[] raw(int length) throws Malformed {
        need(length);
        var raw = new byte[length];
        bytes.get(raw);
        return raw;
    }

    private void need(int length) throws Malformed {
        if (bytes.remaining() < length) {
            throw new Malformed(
                    "it ends early: %d bytes more are needed, %d are there"
                            .formatted(length, bytes.remaining()));
        }
    }
}
