package io.drme.block;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * A link of the hash chain of a stream: the first 128 bits of the SHA-256 of an item's bytes.
 *
 * <p>It is cut to 16 bytes because every block, event and receipt carries one; to forge an item for
 * a given hash still takes 2^128 attempts.
 *
 * @param high bytes 0 to 7, big endian
 * @param low bytes 8 to 15
 */
public record BlockHash(long high, long low) {
    /** What the first item of a stream has in place of the hash before. */
    public static final BlockHash NONE = new BlockHash(0, 0);

    /** How long it is on disk and wire, in bytes. */
    public static final int LENGTH_BYTES = 16;

    /** The hash of these bytes. */
    public static BlockHash of(byte[] bytes) {
        return of(ByteBuffer.wrap(bytes));
    }

    /** The hash of the buffer's remaining bytes; the buffer's position stays where it is. */
    public static BlockHash of(ByteBuffer bytes) {
        var digest = ByteBuffer.wrap(sha256(bytes.duplicate()));
        return new BlockHash(digest.getLong(), digest.getLong());
    }

    private static byte[] sha256(ByteBuffer bytes) {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            digest.update(bytes);
            return digest.digest();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** Reads the 16 bytes that {@link #putInto} wrote. */
    public static BlockHash readFrom(ByteBuffer in) {
        return new BlockHash(beLong(in), beLong(in));
    }

    private static long beLong(ByteBuffer in) {
        long value = 0;
        for (int i = 0; i < Long.BYTES; i++) {
            value = (value << 8) | (in.get() & 0xFF);
        }
        return value;
    }

    /** Writes 16 bytes, big endian whatever the buffer's order is. */
    public void putInto(ByteBuffer out) {
        for (int shift = 56; shift >= 0; shift -= 8) {
            out.put((byte) (high >>> shift));
        }
        for (int shift = 56; shift >= 0; shift -= 8) {
            out.put((byte) (low >>> shift));
        }
    }

    /** Reads the 32 hexadecimal digits that {@link #toString} gives. */
    public static BlockHash parse(String hex) {
        if (hex.length() != 2 * LENGTH_BYTES) {
            throw new IllegalArgumentException(
                    "not a hash: '" + hex + "'; expected 32 hexadecimal digits");
        }
        return new BlockHash(
                HexFormat.fromHexDigitsToLong(hex, 0, 16),
                HexFormat.fromHexDigitsToLong(hex, 16, 32));
    }

    @Override
    public String toString() {
        return HexFormat.of().toHexDigits(high) + HexFormat.of().toHexDigits(low);
    }
}
