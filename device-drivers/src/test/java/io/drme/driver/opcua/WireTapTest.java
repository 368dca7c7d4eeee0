package io.drme.driver.opcua;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** What a person sees of the last messages, whatever pieces they come in. */
class WireTapTest {
    private static final int PUBLISH_RESPONSE = 829;
    private static final int SESSION_CREATED = 464;

    private final WireTap tap = new WireTap(false);
    private final EmbeddedChannel channel = new EmbeddedChannel();

    WireTapTest() {
        tap.addTo(channel.pipeline());
    }

    private static byte[] message(int type, int length) {
        var bytes = new byte[length];
        Arrays.fill(bytes, (byte) 0x55);
        ByteBuffer.wrap(bytes)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put("MSGF".getBytes(StandardCharsets.US_ASCII))
                .putInt(length)
                .position(24)
                .put((byte) 1)
                .put((byte) 0)
                .putShort((short) type);
        return bytes;
    }

    @Test
    void theLastOfSeveralMessagesInAnyPiecesIsKept() {
        var first = message(PUBLISH_RESPONSE, 1_000);
        var second = message(PUBLISH_RESPONSE, 40);
        var both = ByteBuffer.allocate(1_040).put(first).put(second).array();
        for (int piece : new int[] {1, 7, 159, 161, 1_003, 1_040}) {
            for (int at = 0; at < both.length; at += piece) {
                int end = Math.min(both.length, at + piece);
                channel.writeInbound(Unpooled.wrappedBuffer(both, at, end - at));
            }
            assertThat(tap.answer())
                    .startsWith("4d 53 47 46 28 00 00 00 55")
                    .endsWith("01 00 3d 03 55 55 55 55 55 55 55 55 55 55 55 55");
        }
    }

    @Test
    void ofALongMessageTheBeginIsShownAndItsLength() {
        channel.writeInbound(Unpooled.wrappedBuffer(message(PUBLISH_RESPONSE, 1_000)));
        assertThat(tap.answer()).endsWith("55 … (1000 bytes)");
        assertThat(tap.answer().split(" ")).hasSize(WireTap.KEPT_BYTES + 3);
    }

    // Whoever reads the page may be a viewer; with the token of a session he could act in it.
    @Test
    void theTokenOfASessionIsNotShown() {
        channel.writeInbound(Unpooled.wrappedBuffer(message(SESSION_CREATED, 60)));
        channel.writeOutbound(Unpooled.wrappedBuffer(message(826, 60)));
        assertThat(tap.answer()).endsWith("01 00 d0 01 … (60 bytes)");
        assertThat(tap.request()).endsWith("01 00 3a 03 … (60 bytes)");
    }
}
