package io.drme.cloud.api;

import io.drme.model.GatewayId;
import io.drme.sync.Message;

/** The way down to a gateway. Safe for use from any thread; does not block. */
@FunctionalInterface
public interface Downlink {
    /**
     * Hands over a command, which is sent until its result comes or it expires.
     *
     * @return false where too many wait already
     */
    boolean submit(GatewayId gateway, Message.Command command);
}
