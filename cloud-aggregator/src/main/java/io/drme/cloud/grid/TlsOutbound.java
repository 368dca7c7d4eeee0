package io.drme.cloud.grid;

import com.hazelcast.internal.networking.HandlerStatus;
import com.hazelcast.internal.networking.OutboundHandler;
import java.io.IOException;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;

/** Last of the handlers that write: packs into records what those before it made. */
final class TlsOutbound extends OutboundHandler<ByteBuffer, ByteBuffer> {
    private final TlsLine line;

    TlsOutbound(TlsLine line) {
        this.line = line;
    }

    @Override
    public void handlerAdded() {
        initDstBuffer(TlsLine.BUFFER_BYTES);
    }

    @Override
    public HandlerStatus onWrite() throws IOException {
        dst.compact();
        try {
            while (true) {
                switch (line.settle()) {
                    case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> {
                        line.wakeReader();
                        return dst.position() > 0 ? HandlerStatus.DIRTY : HandlerStatus.BLOCKED;
                    }
                    case NEED_TASK -> {
                        return HandlerStatus.BLOCKED;
                    }
                    case NEED_WRAP -> {
                        if (!wrap()) {
                            return HandlerStatus.DIRTY;
                        }
                    }
                    case NOT_HANDSHAKING, FINISHED -> {
                        if (!src.hasRemaining()) {
                            return HandlerStatus.CLEAN;
                        }
                        if (!wrap()) {
                            return HandlerStatus.DIRTY;
                        }
                    }
                }
            }
        } finally {
            dst.flip();
        }
    }

    /** Makes one record; false where there is no room for it until the line took what is there. */
    private boolean wrap() throws IOException {
        try {
            var result = line.engine().wrap(src, dst);
            line.note(result);
            boolean isMade = result.getStatus() == Status.OK;
            if (isMade && result.getHandshakeStatus() == HandshakeStatus.NEED_UNWRAP) {
                line.wakeReader();
            }
            return isMade;
        } catch (SSLException e) {
            throw line.failed(e);
        }
    }
}
