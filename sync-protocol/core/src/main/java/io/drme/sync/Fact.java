package io.drme.sync;

import io.drme.model.GatewayId;

/**
 * Something that the receiver found out, after its commit: what the grid, alarms and pages are fed
 * from. Facts may repeat, so whoever takes them does so idempotently.
 */
public sealed interface Fact {

    /** Whose. */
    GatewayId gateway();

    /** A gateway began a session. */
    record Joined(GatewayId gateway, Message.Hello hello, int epochNumber) implements Fact {}

    /**
     * An item is durable here.
     *
     * @param duplicate whether it was before
     */
    record Committed(GatewayId gateway, Item item, boolean duplicate) implements Fact {}

    /** An item is durable here, acknowledged, and kept apart. */
    record Quarantined(GatewayId gateway, Item item, String reason, boolean offChain)
            implements Fact {}

    /** A range is known to be lost at the gateway. */
    record Closed(GatewayId gateway, ReceiverStore.Closure closure) implements Fact {}

    /** Two different items came under one number; the one that came first is kept. */
    record Forked(GatewayId gateway, Item refused, ChainHash kept) implements Fact {}

    /** A second agent wanted to be this gateway. */
    record CloneRefused(GatewayId gateway, ReceiverStore.Lease holder, Message.Hello refused)
            implements Fact {}

    /** Live values came. */
    record LiveValues(GatewayId gateway, Message.Live live) implements Fact {}

    /** A gateway told how it is. */
    record Reported(GatewayId gateway, Message.Status status) implements Fact {}

    /** A message could not be read. */
    record Damaged(GatewayId gateway, String reason) implements Fact {}

    /** What a gateway signs about its chains does not fit what is known of it. */
    record HeadRefused(GatewayId gateway, Why why, String detail) implements Fact {
        /** What does not fit. */
        public enum Why {
            /** Another key than at the epoch's first hello. */
            KEY_CHANGED,
            /** The signature is wrong. */
            BAD_SEAL,
            /** Another item is stored under that number. */
            OTHER_ITEM
        }
    }

    /** A result of a command came. */
    record CommandFinished(GatewayId gateway, String commandId) implements Fact {}
}
