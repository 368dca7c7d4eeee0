package io.drme.sim.record;

import java.util.Map;

/** A recording or a replay at work. Made running; ended by {@link #close}. */
public interface Running extends AutoCloseable {
    /** Where the gateway is to connect, as a person writes it; empty where it need not. */
    String listening();

    /** What was counted so far, by name, in the order in which it is shown; from any thread. */
    Map<String, Long> counts();

    /** Whether it has come to its end by itself; from any thread. */
    boolean isOver();

    /** Ends it and its connections. Never throws, may be called twice. */
    @Override
    void close();
}
