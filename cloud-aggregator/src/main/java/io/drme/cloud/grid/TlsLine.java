package io.drme.cloud.grid;

import com.hazelcast.internal.networking.Channel;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.locks.ReentrantLock;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * The TLS engine of one connection, shared by the thread that reads and the one that writes. The
 * engine allows one of each at a time; what the handshake demands of the other thread, it is woken
 * for.
 */
final class TlsLine {
    /** Room for a TLS record, and for what Hazelcast sends in one piece. */
    static final int BUFFER_BYTES = 64 * 1024;

    private final Channel channel;
    private final TlsIdentity identity;
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable SSLEngine engine;
    private volatile boolean established;

    TlsLine(Channel channel, TlsIdentity identity) {
        this.channel = channel;
        this.identity = identity;
    }

    /** The engine; made when the connection stands, as only then its peer is known. */
    SSLEngine engine() throws IOException {
        lock.lock();
        try {
            if (engine == null) {
                if (!(channel.socket().getRemoteSocketAddress() instanceof InetSocketAddress to)) {
                    throw new EOFException("the connection is closed");
                }
                engine =
                        identity.engine(
                                to.getAddress().getHostAddress(),
                                to.getPort(),
                                channel.isClientMode());
                engine.beginHandshake();
            }
            return engine;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Does what the handshake wants before this side can go on.
     *
     * @return what it wants now; never NEED_TASK
     */
    HandshakeStatus settle() throws IOException {
        var status = engine().getHandshakeStatus();
        boolean worked = false;
        while (status == HandshakeStatus.NEED_TASK) {
            var task = engine().getDelegatedTask();
            if (task == null) {
                // the other thread has it, and wakes this one when it is done
                return status;
            }
            task.run();
            worked = true;
            status = engine().getHandshakeStatus();
        }
        if (worked) {
            wakeBoth();
        }
        return status;
    }

    private void wakeBoth() {
        channel.inboundPipeline().wakeup();
        channel.outboundPipeline().wakeup();
    }

    void wakeReader() {
        channel.inboundPipeline().wakeup();
    }

    void wakeWriter() {
        channel.outboundPipeline().wakeup();
    }

    /** Looks whether the handshake ended with this step; both sides then go on. */
    void note(SSLEngineResult result) throws EOFException {
        if (result.getStatus() == SSLEngineResult.Status.CLOSED) {
            throw new EOFException("the other side ended TLS");
        }
        if (result.getHandshakeStatus() == HandshakeStatus.FINISHED) {
            established = true;
            wakeBoth();
        }
    }

    /** Counts a handshake that failed, and gives the failure on. */
    SSLException failed(SSLException e) {
        if (!established) {
            identity.refused(
                    String.valueOf(channel.socket().getRemoteSocketAddress()), e.getMessage() + "");
        }
        return e;
    }
}
