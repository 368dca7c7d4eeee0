package io.drme.sync;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * The public half of an Ed25519 key (RFC 8032): tells whether a signature is of who has the other
 * half. Immutable.
 */
public final class VerifyKey {
    /** How long a key is. */
    public static final int LENGTH_BYTES = 32;

    /** How long a signature is. */
    public static final int SIGNATURE_BYTES = 64;

    /** Algorithm and length of an Ed25519 key in X.509 (RFC 8410, 4); the key follows. */
    private static final byte[] X509_PREFIX = HexFormat.of().parseHex("302a300506032b6570032100");

    private static final int ID_BYTES = 8;

    private final byte[] bytes;

    private VerifyKey(byte[] bytes) {
        this.bytes = bytes;
    }

    /**
     * A key of these bytes, which are copied.
     *
     * @throws IllegalArgumentException when they are not {@link #LENGTH_BYTES}
     */
    public static VerifyKey of(byte[] bytes) {
        if (bytes.length != LENGTH_BYTES) {
            throw new IllegalArgumentException(
                    "an Ed25519 key has %d bytes, these are %d"
                            .formatted(LENGTH_BYTES, bytes.length));
        }
        return new VerifyKey(bytes.clone());
    }

    /** Reads the hexadecimal digits that {@link #toString} gives. */
    public static VerifyKey parse(String hex) {
        return of(HexFormat.of().parseHex(hex.strip()));
    }

    /** A copy of the bytes. */
    public byte[] bytes() {
        return bytes.clone();
    }

    /** What people tell keys by: the first 8 bytes of the key's SHA-256, 16 hexadecimal digits. */
    public String id() {
        return HexFormat.of().formatHex(Sha256.of(bytes), 0, ID_BYTES);
    }

    /**
     * Whether the signature is of the one who has this key; false for anything else, whatever the
     * bytes are. Takes under a millisecond.
     */
    public boolean verifies(byte[] statement, byte[] signature) {
        if (signature.length != SIGNATURE_BYTES) {
            return false;
        }
        try {
            var verifier = Signature.getInstance(SigningKey.ALGORITHM);
            verifier.initVerify(publicKey());
            verifier.update(statement);
            return verifier.verify(signature);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK since 15 has Ed25519", e);
        } catch (GeneralSecurityException _) {
            // Bytes that are no point of the curve, or no signature at all.
            return false;
        }
    }

    private PublicKey publicKey() throws GeneralSecurityException {
        var encoded = Arrays.copyOf(X509_PREFIX, X509_PREFIX.length + LENGTH_BYTES);
        System.arraycopy(bytes, 0, encoded, X509_PREFIX.length, LENGTH_BYTES);
        return KeyFactory.getInstance(SigningKey.ALGORITHM)
                .generatePublic(new X509EncodedKeySpec(encoded));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof VerifyKey k && Arrays.equals(bytes, k.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    /** All of the key, hexadecimal. */
    @Override
    public String toString() {
        return HexFormat.of().formatHex(bytes);
    }
}
