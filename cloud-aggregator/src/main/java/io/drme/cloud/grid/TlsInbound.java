package io.drme.cloud.grid;

import com.hazelcast.internal.networking.HandlerStatus;
import com.hazelcast.internal.networking.InboundHandler;
import java.io.IOException;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;

/** First of the handlers that read: takes records off the line, hands on what was in them. */
final class TlsInbound extends InboundHandler<ByteBuffer, ByteBuffer> {
    private final TlsLine line;

    /** What was unwrapped and did not fit into the next handler's buffer yet; to be read. */
    private ByteBuffer clear = ByteBuffer.allocate(TlsLine.BUFFER_BYTES).limit(0);

    TlsInbound(TlsLine line) {
        this.line = line;
    }

    @Override
    public void handlerAdded() {
        initSrcBuffer(TlsLine.BUFFER_BYTES);
    }

    @Override
    public HandlerStatus onRead() throws IOException {
        src.flip();
        try {
            while (true) {
                if (!handOn()) {
                    return HandlerStatus.DIRTY;
                }
                var status = line.settle();
                if (status == HandshakeStatus.NEED_WRAP) {
                    line.wakeWriter();
                    return HandlerStatus.CLEAN;
                }
                if (status == HandshakeStatus.NEED_TASK || !src.hasRemaining() || !unwrap()) {
                    return HandlerStatus.CLEAN;
                }
            }
        } finally {
            src.compact();
        }
    }

    /** Whether all that was unwrapped has gone on. */
    private boolean handOn() {
        while (clear.hasRemaining() && dst.hasRemaining()) {
            int length = Math.min(clear.remaining(), dst.remaining());
            dst.put(clear.slice(clear.position(), length));
            clear.position(clear.position() + length);
        }
        return !clear.hasRemaining();
    }

    /** Takes one record; false where it is not whole yet. */
    private boolean unwrap() throws IOException {
        try {
            clear.clear();
            var result = line.engine().unwrap(src, clear);
            line.note(result);
            return switch (result.getStatus()) {
                case OK -> true;
                case BUFFER_UNDERFLOW, CLOSED -> false;
                case BUFFER_OVERFLOW -> {
                    int wanted = line.engine().getSession().getApplicationBufferSize();
                    clear = ByteBuffer.allocate(Math.max(wanted, 2 * clear.capacity()));
                    yield true;
                }
            };
        } catch (SSLException e) {
            throw line.failed(e);
        } finally {
            clear.flip();
        }
    }
}
