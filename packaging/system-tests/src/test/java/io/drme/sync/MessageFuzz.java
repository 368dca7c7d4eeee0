package io.drme.sync;

import io.drme.fuzz.Fuzzing;
import io.drme.model.EpochId;
import io.drme.model.GatewayId;
import io.drme.model.StreamKind;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Messages of the wire, whatever came in; lengths and checksums are made right. */
public final class MessageFuzz {
    private static final int ENVELOPE_BYTES = 20;
    private static final int CRC_BYTES = 4;
    private static final Fuzzing.Bound BOUND = new Fuzzing.Bound(1 << 20, 500);

    private MessageFuzz() {}

    /** Where mutation begins. */
    public static List<byte[]> seeds() {
        var epoch = new EpochId(1, 2);
        var random = new Random(7);
        var gateway = new GatewayId("press-line-1");
        var key = SigningKey.make(random);
        var newest = List.of(new ChainHeads.Head(StreamKind.DATA, 43, ChainHash.NONE));
        var heads =
                new ChainHeads(
                        1,
                        newest,
                        Seal.of(
                                Signatures.ED25519,
                                key,
                                Statement.heads(gateway, epoch, 1, newest)));
        var receipt =
                new Message.Receipt(
                        7,
                        epoch,
                        StreamKind.DATA,
                        1,
                        List.of(new Message.Receipted(1, 43, ChainHash.NONE)),
                        5_000,
                        Seal.NONE);
        var seals =
                Seal.all(
                        Signatures.ED25519,
                        key,
                        List.of(
                                Statement.receipt(gateway, receipt),
                                Statement.receipt(gateway, receipt)));
        return List.of(
                MessageCodec.encode(
                        new Message.Hello(
                                7,
                                epoch,
                                3,
                                -5,
                                "box-1",
                                "0.1.0",
                                "c0ffee",
                                "5c",
                                1,
                                List.of(new Message.Holding(StreamKind.DATA, 43, List.of())),
                                key.verifyKey(),
                                heads)),
                MessageCodec.encode(receipt.with(seals.getFirst())),
                MessageCodec.encode(
                        new Message.Command(
                                7, "c-1", 1, 2, "anna", "acknowledge", Map.of("alarm", "a"))));
    }

    /** Called by Jazzer. */
    public static void fuzzerTestOneInput(byte[] data) {
        if (data.length >= ENVELOPE_BYTES + CRC_BYTES) {
            mend(data);
        }
        // It never throws: any exception is a finding.
        Fuzzing.parse(data.length, BOUND, NoError.class, () -> MessageCodec.decode(data));
    }

    private static void mend(byte[] data) {
        var message = ByteBuffer.wrap(data);
        int room = data.length - ENVELOPE_BYTES - CRC_BYTES;
        int body = Math.clamp(message.getInt(16), 0, Math.max(0, room - CRC_BYTES));
        int head = body == 0 ? room : room - body - CRC_BYTES;
        message.putInt(12, head).putInt(16, body);
        int headEnd = ENVELOPE_BYTES + head;
        message.putInt(headEnd, Fuzzing.crc(data, 0, headEnd));
        if (body > 0) {
            int from = headEnd + CRC_BYTES;
            message.putInt(from + body, Fuzzing.crc(data, from, body));
        }
    }

    private static final class NoError extends Exception {
        private static final long serialVersionUID = 1;
    }
}
