package io.drme.driver.opcua;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Keeps the begin of the last message each way of one device, as it went over the wire, for a
 * person who asks why a tag is bad. What would let somebody else act in our session is left out.
 *
 * <p><b>Threads.</b> A handler of its own a connection, on its event loop; the texts by any thread.
 */
final class WireTap {
    /** So much of a message is kept, in bytes: its header, kind of request and first values. */
    static final int KEPT_BYTES = 160;

    /** Kind, size, channel, token, sequence, request id and type: what says nothing secret. */
    private static final int HEADER_BYTES = 28;

    private static final int TYPE_AT = 26;

    /** CreateSessionResponse: tells the token that each request of the session shows. */
    private static final int SESSION_CREATED = 464;

    private static final int LENGTH_AT = 4;
    private static final int LENGTH_END = 8;
    private static final HexFormat HEX = HexFormat.ofDelimiter(" ");

    private final boolean isEncrypted;
    private final AtomicReference<String> request = new AtomicReference<>("");
    private final AtomicReference<String> answer = new AtomicReference<>("");

    /**
     * Keeps nothing yet.
     *
     * @param isEncrypted whether messages are, so that nothing of them is secret
     */
    WireTap(boolean isEncrypted) {
        this.isEncrypted = isEncrypted;
    }

    /** The last message that we sent, in hex. */
    String request() {
        return request.get();
    }

    /** The last message that came, in hex; empty where none came on the last connection. */
    String answer() {
        return answer.get();
    }

    /** Listens on a new connection. */
    void addTo(ChannelPipeline pipeline) {
        answer.set("");
        pipeline.addFirst(new Handler());
    }

    private final class Handler extends ChannelDuplexHandler {
        private final Cutter up = new Cutter(request, true);
        private final Cutter down = new Cutter(answer, false);

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            if (message instanceof ByteBuf bytes) {
                down.pass(bytes);
            }
            context.fireChannelRead(message);
        }

        @Override
        public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
            if (message instanceof ByteBuf bytes) {
                up.pass(bytes);
            }
            var _ = context.write(message, promise);
        }
    }

    /** Finds where messages begin in what passes one way, and keeps the begin of the last. */
    private final class Cutter {
        private final AtomicReference<String> last;
        private final boolean isUp;
        private final byte[] begin = new byte[KEPT_BYTES];
        private int got;
        private long length = Long.MAX_VALUE;
        private long passed;

        Cutter(AtomicReference<String> last, boolean isUp) {
            this.last = last;
            this.isUp = isUp;
        }

        /** Looks at bytes without taking them. */
        void pass(ByteBuf bytes) {
            int at = bytes.readerIndex();
            int end = bytes.writerIndex();
            while (at < end) {
                if (passed == length) {
                    got = 0;
                    passed = 0;
                    length = Long.MAX_VALUE;
                }
                int kept = Math.clamp(end - at, 0, keptOf());
                bytes.getBytes(at, begin, got, kept);
                got += kept;
                if (length == Long.MAX_VALUE && got >= LENGTH_END) {
                    length = Math.max(LENGTH_END, littleEndian());
                }
                int step = kept > 0 ? kept : (int) Math.min(end - at, length - passed);
                at += step;
                passed += step;
            }
            last.set(text());
        }

        private boolean isSecret() {
            int type = (begin[TYPE_AT] & 0xFF) | (begin[TYPE_AT + 1] & 0xFF) << 8;
            boolean isMessage = begin[0] == 'M';
            return !isEncrypted && isMessage && (isUp || type == SESSION_CREATED);
        }

        /** Never beyond the message, so that the next begins with the next byte. */
        private int keptOf() {
            long left = length == Long.MAX_VALUE ? LENGTH_END - got : length - passed;
            return (int) Math.min(left, KEPT_BYTES - got);
        }

        private long littleEndian() {
            long value = 0;
            for (int i = LENGTH_END - 1; i >= LENGTH_AT; i--) {
                value = value << 8 | (begin[i] & 0xFF);
            }
            return value;
        }

        private String text() {
            int open = isSecret() ? Math.min(got, HEADER_BYTES) : got;
            var hex = HEX.formatHex(Arrays.copyOf(begin, open));
            return length == open || length == Long.MAX_VALUE
                    ? hex
                    : "%s … (%d bytes)".formatted(hex, length);
        }
    }
}
