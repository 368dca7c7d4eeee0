package io.drme.testing;

import io.drme.sync.Signatures;
import io.drme.sync.SigningKey;
import io.drme.sync.VerifyKey;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * Signatures for simulations: a thousand times cheaper than Ed25519, and as unlike for another key
 * or statement, but anybody could make them.
 */
public enum CheapSignatures implements Signatures {
    /** The only one. */
    CHEAP;

    @Override
    public byte[] sign(SigningKey key, byte[] statement) {
        return of(key.verifyKey(), statement);
    }

    @Override
    public boolean verifies(VerifyKey key, byte[] statement, byte[] signature) {
        return MessageDigest.isEqual(of(key, statement), signature);
    }

    private static byte[] of(VerifyKey key, byte[] statement) {
        try {
            var digest = MessageDigest.getInstance("SHA-512");
            digest.update(key.bytes());
            return digest.digest(statement);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-512", e);
        }
    }
}
