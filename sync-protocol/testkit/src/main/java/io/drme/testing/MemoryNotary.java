package io.drme.testing;

import io.drme.model.GatewayId;
import io.drme.model.StreamKind;
import io.drme.sync.Message;
import io.drme.sync.Notary;
import io.drme.sync.Signatures;
import io.drme.sync.SigningKey;
import io.drme.sync.VerifyKey;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Keys and receipts of a gateway in memory. Confined to one thread. */
public final class MemoryNotary implements Notary {
    private final GatewayId gateway;
    private final Signatures signatures;
    private final SigningKey key;
    private final Map<StreamKind, Message.Receipt> receipts = new EnumMap<>(StreamKind.class);
    private final List<VerifyKey> strangers = new ArrayList<>();
    private @Nullable VerifyKey centre;
    private @Nullable VerifyKey accepted;
    private boolean failing;

    /** A gateway that has met no centre yet. */
    public MemoryNotary(GatewayId gateway, Signatures signatures, RandomGenerator random) {
        this.gateway = gateway;
        this.signatures = signatures;
        this.key = SigningKey.make(random);
    }

    /** Lets the disk refuse a new key of the centre. */
    public void fail(boolean now) {
        failing = now;
    }

    /** The keys that nothing vouched for, in the order in which they were shown. */
    public List<VerifyKey> strangers() {
        return strangers;
    }

    /** The newest receipt of each stream. */
    public Map<StreamKind, Message.Receipt> receipts() {
        return receipts;
    }

    @Override
    public GatewayId gateway() {
        return gateway;
    }

    @Override
    public Signatures signatures() {
        return signatures;
    }

    @Override
    public SigningKey key() {
        return key;
    }

    @Override
    public Optional<VerifyKey> centre() {
        return Optional.ofNullable(centre);
    }

    @Override
    public boolean pin(VerifyKey shown) {
        if (!failing) {
            centre = shown;
        }
        return !failing;
    }

    /** A person says that this key is the centre's. */
    public void accept(VerifyKey stranger) {
        accepted = stranger;
    }

    @Override
    public boolean isAccepted(VerifyKey stranger) {
        strangers.add(stranger);
        return Objects.equals(stranger, accepted);
    }

    @Override
    public void keep(Message.Receipt receipt) {
        receipts.put(receipt.stream(), receipt);
    }
}
