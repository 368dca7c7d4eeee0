package io.drme.sync;

import io.drme.model.EpochId;
import io.drme.model.GatewayId;
import io.drme.model.StreamKind;

/**
 * A stream of one life of one gateway: what sequence numbers belong to.
 *
 * @param gateway whose
 * @param epoch of which life
 * @param stream {@code EVENTS} or {@code DATA}
 */
public record StreamId(GatewayId gateway, EpochId epoch, StreamKind stream) {
    @Override
    public String toString() {
        return gateway + "/" + epoch + "/" + stream.text();
    }
}
