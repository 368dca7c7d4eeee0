package io.drme.block;

import io.drme.block.BadBlockException.Why;

/** A range of bytes to read from; every read is checked against its end. Confined to its owner. */
final class ByteSource {
    private byte[] bytes = {};
    private int at;
    private int end;

    ByteSource() {}

    ByteSource(byte[] bytes, int from, int length) {
        reset(bytes, from, length);
    }

    ByteSource reset(byte[] newBytes, int from, int length) {
        bytes = newBytes;
        at = from;
        end = from + length;
        return this;
    }

    byte[] array() {
        return bytes;
    }

    int position() {
        return at;
    }

    int remaining() {
        return end - at;
    }

    /** Fails unless everything was read. */
    void expectEnd(String what) throws BadBlockException {
        if (at != end) {
            throw malformed(what + " leaves " + (end - at) + " bytes over");
        }
    }

    int takeByte() throws BadBlockException {
        if (at == end) {
            throw ends();
        }
        return bytes[at++] & 0xFF;
    }

    long takeVarint() throws BadBlockException {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            int b = takeByte();
            value |= (long) (b & 0x7F) << shift;
            if (b < 0x80) {
                if (shift == 63 && b > 1) {
                    break;
                }
                return value;
            }
        }
        throw malformed("a number is longer than 64 bits");
    }

    long takeZigzag() throws BadBlockException {
        return ByteSink.unzigzag(takeVarint());
    }

    /** A count or length, refused above its limit. */
    int takeCount(int limit, String what) throws BadBlockException {
        long value = takeVarint();
        if (value < 0 || value > limit) {
            throw new BadBlockException(
                    Why.LIMIT,
                    "%s is %s, the limit is %d"
                            .formatted(what, Long.toUnsignedString(value), limit));
        }
        return (int) value;
    }

    int takeInt() throws BadBlockException {
        need(Integer.BYTES);
        int value = 0;
        for (int i = 0; i < Integer.BYTES; i++) {
            value |= (bytes[at++] & 0xFF) << (8 * i);
        }
        return value;
    }

    long takeLong() throws BadBlockException {
        need(Long.BYTES);
        long value = 0;
        for (int i = 0; i < Long.BYTES; i++) {
            value |= (bytes[at++] & 0xFFL) << (8 * i);
        }
        return value;
    }

    /** Steps over so many bytes and says where they begin in {@link #array}. */
    int skip(int count) throws BadBlockException {
        need(count);
        at += count;
        return at - count;
    }

    private void need(int count) throws BadBlockException {
        if (count < 0 || count > end - at) {
            throw ends();
        }
    }

    private static BadBlockException ends() {
        return malformed("ends in the middle of a field");
    }

    static BadBlockException malformed(String what) {
        return new BadBlockException(Why.MALFORMED, what);
    }
}
