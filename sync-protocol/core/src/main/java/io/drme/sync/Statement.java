package io.drme.sync;

import io.drme.model.EpochId;
import io.drme.model.GatewayId;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The bytes that are signed for each kind of message: a label that no other kind has, whose it is,
 * and what it says. Layout in docs/sync.md.
 */
final class Statement {
    private Statement() {}

    /** All of a receipt but its seal. */
    static byte[] receipt(GatewayId gateway, Message.Receipt receipt) {
        var out = labelled("DRME receipt 1\0").text(gateway.text()).i64(receipt.session());
        MessageEncoder.receipted(receipt, out);
        return out.done();
    }

    /** All of a welcome but its seal. */
    static byte[] welcome(GatewayId gateway, Message.Welcome welcome) {
        var out = labelled("DRME welcome 1\0").text(gateway.text()).i64(welcome.session());
        MessageEncoder.welcomed(welcome, out);
        return out.done();
    }

    /** How far a gateway's chains are. */
    static byte[] heads(
            GatewayId gateway, EpochId epoch, long gatewayTimeNanos, List<ChainHeads.Head> heads) {
        var out = labelled("DRME heads 1\0").text(gateway.text()).epoch(epoch);
        MessageEncoder.heads(gatewayTimeNanos, heads, out);
        return out.done();
    }

    /** That the signer's key is followed by another. */
    static byte[] succession(VerifyKey next) {
        return labelled("DRME key 1\0").raw(next.bytes()).done();
    }

    private static WireWriter labelled(String label) {
        return new WireWriter().raw(label.getBytes(StandardCharsets.US_ASCII));
    }
}
