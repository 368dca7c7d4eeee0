package io.drme.sync;

import io.drme.model.EpochId;
import io.drme.model.GatewayId;
import io.drme.sync.ReceiverStore.StoreException;

/**
 * Keeps what gateways sign about the ends of their chains, for an auditor to hold the stored items
 * against, and notes what does not fit. Nothing is refused for it: the items themselves decide.
 */
final class HeadCheck {
    private final Round round;
    private final Signatures signatures;

    HeadCheck(Round round, Signatures signatures) {
        this.round = round;
        this.signatures = signatures;
    }

    /** Remembers the key of a gateway's epoch at its first hello, and takes the heads. */
    void greeted(GatewayId gateway, Message.Hello hello) throws StoreException {
        var known = round.transaction.gatewayKey(gateway, hello.epoch());
        if (known.isEmpty()) {
            round.transaction.saveGatewayKey(gateway, hello.epoch(), hello.key(), round.now);
        } else if (!known.get().equals(hello.key())) {
            round.facts.add(
                    new Fact.HeadRefused(
                            gateway,
                            Fact.HeadRefused.Why.KEY_CHANGED,
                            "epoch %s is signed with key %s since its first hello; now it shows %s: its data directory was copied without its key, or another machine uses its name"
                                    .formatted(hello.epoch(), known.get().id(), hello.key().id())));
        }
        // Where another item is stored, the gateway hears of it by the welcome, and mends the fork.
        take(gateway, hello.epoch(), hello.heads(), true);
    }

    void reported(GatewayId gateway, Message.Status status) throws StoreException {
        take(gateway, status.epoch(), status.heads(), false);
    }

    private void take(GatewayId gateway, EpochId epoch, ChainHeads heads, boolean mayBeForked)
            throws StoreException {
        if (heads.heads().isEmpty()) {
            return;
        }
        var before = round.transaction.heads(gateway, epoch);
        if (before.isPresent() && before.get().equals(heads)) {
            return;
        }
        var key = round.transaction.gatewayKey(gateway, epoch);
        if (key.isEmpty() || !heads.holds(signatures, key.get(), gateway, epoch)) {
            refused(
                    gateway,
                    Fact.HeadRefused.Why.BAD_SEAL,
                    "the signature over the ends of its chains does not hold with key %s"
                            .formatted(key.map(VerifyKey::id).orElse("none")));
            return;
        }
        for (var head : heads.heads()) {
            if (isOlder(head, before.orElse(ChainHeads.NONE))) {
                return; // an older state of the data directory: the later head stays
            }
            var other = otherItem(gateway, epoch, head);
            if (!other.isEmpty()) {
                if (!mayBeForked) {
                    refused(gateway, Fact.HeadRefused.Why.OTHER_ITEM, other);
                }
                return;
            }
        }
        round.transaction.saveHeads(gateway, epoch, heads);
    }

    private static boolean isOlder(ChainHeads.Head head, ChainHeads before) {
        return before.heads().stream()
                .anyMatch(b -> b.stream() == head.stream() && b.sequence() > head.sequence());
    }

    /** What is stored under the head's number instead of it; empty where nothing else is. */
    private String otherItem(GatewayId gateway, EpochId epoch, ChainHeads.Head head)
            throws StoreException {
        var stored = round.hash(new StreamId(gateway, epoch, head.stream()), head.sequence());
        return stored.isNone() || stored.equals(head.hash())
                ? ""
                : "%s/%d is stored with hash %s, the gateway signs %s"
                        .formatted(head.stream().text(), head.sequence(), stored, head.hash());
    }

    private void refused(GatewayId gateway, Fact.HeadRefused.Why why, String detail) {
        round.facts.add(new Fact.HeadRefused(gateway, why, detail));
    }
}
