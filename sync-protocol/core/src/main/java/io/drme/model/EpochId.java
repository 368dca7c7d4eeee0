package io.drme.model;

import java.util.HexFormat;

/**
 * One life of a gateway's data directory: 128 random bits made when the directory is first used. A
 * re-imaged gateway has a new one, so its sequence numbers can't be taken for the old ones.
 *
 * @param high the first 64 bits
 * @param low the last 64 bits
 */
public record EpochId(long high, long low) {

    /** Reads the 32 hexadecimal digits that {@link #toString} gives. */
    public static EpochId parse(String hex) {
        if (hex.length() != 32) {
            throw new IllegalArgumentException(
                    "not an epoch: '" + hex + "'; expected 32 hexadecimal digits");
        }
        return new EpochId(
                HexFormat.fromHexDigitsToLong(hex, 0, 16),
                HexFormat.fromHexDigitsToLong(hex, 16, 32));
    }

    @Override
    public String toString() {
        return HexFormat.of().toHexDigits(high) + HexFormat.of().toHexDigits(low);
    }
}
