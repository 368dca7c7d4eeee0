package io.drme.sync;

/**
 * How statements are signed. In the programs it is Ed25519, a millisecond each; a simulation of
 * thousands of hours takes something cheaper.
 */
public interface Signatures {
    /** Ed25519 (RFC 8032), the JDK's own. */
    Signatures ED25519 =
            new Signatures() {
                @Override
                public byte[] sign(SigningKey key, byte[] statement) {
                    return key.sign(statement);
                }

                @Override
                public boolean verifies(VerifyKey key, byte[] statement, byte[] signature) {
                    return key.verifies(statement, signature);
                }
            };

    /** A signature of {@link VerifyKey#SIGNATURE_BYTES}. */
    byte[] sign(SigningKey key, byte[] statement);

    /** Whether who has the other half of the key signed the statement; never throws. */
    boolean verifies(VerifyKey key, byte[] statement, byte[] signature);
}
