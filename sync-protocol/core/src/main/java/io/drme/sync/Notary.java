package io.drme.sync;

import io.drme.model.GatewayId;
import java.util.Optional;

/**
 * What the gateway keeps beside its log of whom it deals with: its own key, the centre's, and the
 * centre's last receipts as evidence.
 *
 * <p><b>Threads.</b> Called by the one thread that steps the {@link Sender}.
 */
public interface Notary {

    /** The gateway's id, as it stands in everything that is signed. */
    GatewayId gateway();

    /** How it signs and verifies. */
    default Signatures signatures() {
        return Signatures.ED25519;
    }

    /** The gateway's own key. */
    SigningKey key();

    /** The centre's key; nothing before the first welcome. */
    Optional<VerifyKey> centre();

    /**
     * Takes this for the centre's key from now on; durable when it returns.
     *
     * @return false where it could not be made durable: then nothing may be released by it
     */
    boolean pin(VerifyKey centre);

    /**
     * Another key than the pinned one was shown, and nothing vouches for it; comes again with each
     * try.
     *
     * @return whether a person told to take it all the same
     */
    boolean isAccepted(VerifyKey stranger);

    /**
     * Keeps a receipt whose seal holds, at least the newest of each stream; may be lost in a crash.
     */
    void keep(Message.Receipt receipt);
}
