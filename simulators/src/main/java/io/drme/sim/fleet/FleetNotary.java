package io.drme.sim.fleet;

import io.drme.model.GatewayId;
import io.drme.sync.Message;
import io.drme.sync.Notary;
import io.drme.sync.SigningKey;
import io.drme.sync.VerifyKey;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * A gateway's key and the centre's, in memory: the first key of the centre is pinned, another is
 * never taken. Confined to its event loop.
 */
final class FleetNotary implements Notary {
    private final GatewayId gateway;
    private final SigningKey key;
    private Optional<VerifyKey> centre = Optional.empty();

    FleetNotary(GatewayId gateway, RandomGenerator random) {
        this.gateway = gateway;
        this.key = SigningKey.make(random);
    }

    @Override
    public GatewayId gateway() {
        return gateway;
    }

    @Override
    public SigningKey key() {
        return key;
    }

    @Override
    public Optional<VerifyKey> centre() {
        return centre;
    }

    @Override
    public boolean pin(VerifyKey shown) {
        centre = Optional.of(shown);
        return true;
    }

    @Override
    public boolean isAccepted(VerifyKey stranger) {
        return false;
    }

    @Override
    public void keep(Message.Receipt receipt) {
        // Evidence is for gateways that outlast their process.
    }
}
