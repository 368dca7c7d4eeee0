package io.drme.cloud.ingest;

import io.vertx.core.spi.logging.LogDelegate;
import io.vertx.core.spi.logging.LogDelegateFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What Vert.x has to say, in our log: warnings and errors, each once, with the name of who says it.
 * What a stranger's bytes did to a connection is left out: {@link ConnectionFaults} hears of it,
 * and whoever sends garbage all night must not fill the disk.
 */
public final class VertxLog implements LogDelegateFactory {
    /** The property by which Vert.x finds this class; to be set before it is first used. */
    public static final String PROPERTY = "vertx.logger-delegate-factory-class-name";

    private static final Logger log = LoggerFactory.getLogger(VertxLog.class);
    private static final String CONNECTIONS = "io.vertx.core.net.impl.";
    private static final LogOnce ONCE = new LogOnce();

    /** Made by Vert.x. */
    public VertxLog() {}

    @Override
    public boolean isAvailable() {
        return true;
    }

    @Override
    public LogDelegate createDelegate(String name) {
        return new Delegate(name);
    }

    private record Delegate(String name) implements LogDelegate {
        private boolean isNew(@Nullable Object message) {
            return !name.startsWith(CONNECTIONS) && ONCE.first(name + message);
        }

        private String text(@Nullable Object message) {
            return name + ": " + LogOnce.shown(String.valueOf(message));
        }

        @Override
        public String implementation() {
            return "drme";
        }

        @Override
        public boolean isWarnEnabled() {
            return true;
        }

        @Override
        public boolean isInfoEnabled() {
            return false;
        }

        @Override
        public boolean isDebugEnabled() {
            return false;
        }

        @Override
        public boolean isTraceEnabled() {
            return false;
        }

        @Override
        public void error(Object message) {
            if (isNew(message)) {
                log.error(text(message));
            }
        }

        @Override
        public void error(Object message, Throwable cause) {
            if (isNew(message)) {
                log.error(text(message), cause);
            }
        }

        @Override
        public void warn(Object message) {
            if (isNew(message)) {
                log.warn(text(message));
            }
        }

        @Override
        public void warn(Object message, Throwable cause) {
            if (isNew(message)) {
                log.warn(text(message), cause);
            }
        }

        @Override
        public void info(Object message) {}

        @Override
        public void info(Object message, Throwable cause) {}

        @Override
        public void debug(Object message) {}

        @Override
        public void debug(Object message, Throwable cause) {}

        @Override
        public void trace(Object message) {}

        @Override
        public void trace(Object message, Throwable cause) {}
    }
}
