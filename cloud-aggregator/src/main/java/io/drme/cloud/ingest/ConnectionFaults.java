package io.drme.cloud.ingest;

import io.vertx.core.VertxOptions;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.core.spi.VertxMetricsFactory;
import io.vertx.core.spi.metrics.TCPMetrics;
import io.vertx.core.spi.metrics.VertxMetrics;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import javax.net.ssl.SSLException;

/**
 * Hears of what arrives at the MQTT port before a client has said who it is. Vert.x tells its own
 * log alone of these; that it is heard here is the only use we make of its metrics. Safe to use
 * from any thread.
 */
public final class ConnectionFaults implements VertxMetricsFactory {
    private final AtomicReference<BiConsumer<SocketAddress, Throwable>> listener =
            new AtomicReference<>((_, _) -> {});

    /** Takes what is told from now on. */
    void listener(BiConsumer<SocketAddress, Throwable> next) {
        listener.set(next);
    }

    @Override
    public VertxMetrics metrics(VertxOptions options) {
        return new VertxMetrics() {
            @Override
            public TCPMetrics<?> createNetServerMetrics(
                    NetServerOptions server, SocketAddress local) {
                return new Faults();
            }
        };
    }

    private final class Faults implements TCPMetrics<Object> {
        @Override
        public void exceptionOccurred(Object socket, SocketAddress remote, Throwable fault) {
            boolean lineEnded = fault instanceof IOException && !(fault instanceof SSLException);
            if (!lineEnded) {
                listener.get().accept(remote, fault);
            }
        }
    }
}
