package io.drme.sync;

import io.drme.model.EpochId;
import io.drme.model.StreamKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Decides on the gateway what of the centre's words is believed, and signs the gateway's own. Only
 * a sealed welcome or receipt may release anything.
 */
final class Trust {
    private static final String NOT_KEPT =
            "the centre's key can't be written to the data directory; look at the disk";

    private final Notary notary;
    private long unverified;
    private @Nullable EpochId headsOf;
    private ChainHeads heads = ChainHeads.NONE;

    Trust(Notary notary) {
        this.notary = notary;
    }

    /**
     * What is wrong with a welcome: nothing where it is the centre's, an empty text where its seal
     * does not hold, and otherwise why the session can't begin.
     */
    Optional<String> welcome(Message.Welcome welcome) {
        var key = welcome.key();
        if (!welcome.holds(notary.signatures(), key, notary.gateway())) {
            unverified++;
            return Optional.of("");
        }
        var pinned = notary.centre();
        if (pinned.isPresent() && pinned.get().equals(key)) {
            return Optional.empty();
        }
        if (pinned.isPresent() && !isVouchedFor(pinned.get(), welcome) && !notary.isAccepted(key)) {
            return Optional.of(
                    "the centre signs with a key that is not the one known (it shows %1$s). Nothing is sent. If the centre was set up anew, run: drme-agent centre-key --accept %1$s"
                            .formatted(key.id()));
        }
        // Where it is not kept, a change of it would not be seen after a restart.
        return notary.pin(key) ? Optional.empty() : Optional.of(NOT_KEPT);
    }

    private boolean isVouchedFor(VerifyKey known, Message.Welcome welcome) {
        return CentreKeys.leads(notary.signatures(), known, welcome.successions(), welcome.key());
    }

    /** Whether a receipt is the centre's; one that is, is kept. */
    boolean isSealed(Message.Receipt receipt) {
        boolean holds =
                notary.centre()
                        .filter(k -> receipt.holds(notary.signatures(), k, notary.gateway()))
                        .isPresent();
        if (holds) {
            notary.keep(receipt);
        } else {
            unverified++;
        }
        return holds;
    }

    /** Receipts and welcomes whose seal was wrong, since the process began. */
    long unverified() {
        return unverified;
    }

    VerifyKey key() {
        return notary.key().verifyKey();
    }

    /** How far the chains are; signed anew only where they grew. */
    ChainHeads heads(SenderLog log, long timeNanos) {
        var now = new ArrayList<ChainHeads.Head>();
        for (var stream : List.of(StreamKind.EVENTS, StreamKind.DATA)) {
            long last = log.last(stream);
            var hash = log.hash(stream, last).orElse(ChainHash.NONE);
            if (last > 0 && !hash.isNone()) {
                now.add(new ChainHeads.Head(stream, last, hash));
            }
        }
        var epoch = log.epoch();
        if (!epoch.equals(headsOf) || !now.equals(heads.heads())) {
            headsOf = epoch;
            heads = ChainHeads.signed(notary, epoch, timeNanos, now);
        }
        return heads;
    }
}
