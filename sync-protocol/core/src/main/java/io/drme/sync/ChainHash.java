package io.drme.sync;

import java.util.Arrays;
import java.util.HexFormat;

/**
 * The hash that chains an item to the one before it, as a value: 0 to {@link #MAX_BYTES} bytes,
 * whatever the item's format cuts it to. Immutable.
 */
public final class ChainHash {
    /** The longest hash: SHA-256. */
    public static final int MAX_BYTES = 32;

    /** No hash: what stands before sequence 1, and where a hash is not known. */
    public static final ChainHash NONE = new ChainHash(new byte[0]);

    private final byte[] bytes;

    private ChainHash(byte[] bytes) {
        this.bytes = bytes;
    }

    /**
     * A hash of these bytes, which are copied. All zeros is {@link #NONE}: formats of fixed width
     * write it so.
     *
     * @throws IllegalArgumentException when there are more than {@link #MAX_BYTES}
     */
    public static ChainHash of(byte[] bytes) {
        if (bytes.length > MAX_BYTES) {
            throw new IllegalArgumentException(
                    "a chain hash of %d bytes; at most %d".formatted(bytes.length, MAX_BYTES));
        }
        for (byte b : bytes) {
            if (b != 0) {
                return new ChainHash(bytes.clone());
            }
        }
        return NONE;
    }

    /** Reads the hexadecimal digits that {@link #toString} gives. */
    public static ChainHash parse(String hex) {
        return of(HexFormat.of().parseHex(hex));
    }

    /** A copy of the bytes. */
    public byte[] bytes() {
        return bytes.clone();
    }

    /** Whether this is {@link #NONE}. */
    public boolean isNone() {
        return bytes.length == 0;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ChainHash h && Arrays.equals(bytes, h.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return HexFormat.of().formatHex(bytes);
    }
}
