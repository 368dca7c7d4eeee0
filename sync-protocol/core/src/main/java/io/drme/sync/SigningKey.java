package io.drme.sync;

import java.io.Serial;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.NamedParameterSpec;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * An Ed25519 key (RFC 8032), with the secret half: signs. Never printed; {@link #toString} tells
 * only which key it is. Immutable.
 */
public final class SigningKey {
    /** How long the secret is. */
    public static final int SEED_BYTES = 32;

    static final String ALGORITHM = "Ed25519";
    private static final int PUBLIC_FROM = 12;

    private final byte[] seed;
    private final PrivateKey secret;
    private final VerifyKey verifyKey;

    private SigningKey(byte[] seed, KeyPair pair) {
        this.seed = seed;
        this.secret = pair.getPrivate();
        var encoded = pair.getPublic().getEncoded();
        this.verifyKey = VerifyKey.of(Arrays.copyOfRange(encoded, PUBLIC_FROM, encoded.length));
    }

    /**
     * Makes a new key.
     *
     * @param random a secure one, but in tests that need the same key each time
     */
    public static SigningKey make(RandomGenerator random) {
        var seed = new byte[SEED_BYTES];
        random.nextBytes(seed);
        return ofSeed(seed);
    }

    /**
     * The key of a secret, which is copied: the private key of RFC 8032, 5.1.5.
     *
     * @throws IllegalArgumentException when it has not {@link #SEED_BYTES}
     */
    public static SigningKey ofSeed(byte[] seed) {
        if (seed.length != SEED_BYTES) {
            throw new IllegalArgumentException(
                    "an Ed25519 secret has %d bytes, this has %d"
                            .formatted(SEED_BYTES, seed.length));
        }
        try {
            var generator = KeyPairGenerator.getInstance(ALGORITHM);
            generator.initialize(NamedParameterSpec.ED25519, new Given(seed));
            return new SigningKey(seed.clone(), generator.generateKeyPair());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK since 15 has Ed25519", e);
        }
    }

    /** The JDK makes the public half only together with a secret of its own choice; this is it. */
    private static final class Given extends SecureRandom {
        @Serial private static final long serialVersionUID = 1;

        private final byte[] seed;

        Given(byte[] seed) {
            this.seed = seed;
        }

        @Override
        public void nextBytes(byte[] into) {
            System.arraycopy(seed, 0, into, 0, into.length);
        }
    }

    /** A copy of the secret, to be kept where only this program can read it. */
    public byte[] seed() {
        return seed.clone();
    }

    /** The public half. */
    public VerifyKey verifyKey() {
        return verifyKey;
    }

    /** The signature of a statement, {@link VerifyKey#SIGNATURE_BYTES}; about a millisecond. */
    public byte[] sign(byte[] statement) {
        try {
            var signer = Signature.getInstance(ALGORITHM);
            signer.initSign(secret);
            signer.update(statement);
            return signer.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("an Ed25519 key signs anything", e);
        }
    }

    @Override
    public String toString() {
        return "key " + verifyKey.id();
    }
}
