package io.drme.driver;

import io.drme.model.Batch;
import java.time.Duration;

/** A driver whose device tells by itself: OPC UA, GPIO, MQTT. */
public non-sealed interface PushedDriver extends Driver {

    /**
     * Takes what has arrived since the last call, and waits for the first sample where there is
     * none. After each {@link #connect} the present value of every tag comes first, so that nobody
     * waits for a change to see one.
     *
     * @param out takes the samples in the order of their arrival
     * @param wait the longest wait
     * @return whether the device is known to be alive: samples came, or it was heard from otherwise
     * @throws DriverException when the device is lost
     * @throws InterruptedException when the owner is asked to stop
     */
    boolean take(Batch out, Duration wait) throws DriverException, InterruptedException;

    /**
     * When the device was last heard from, by {@link io.drme.time.Clock#nanoTime}: a sample or
     * another sign of life. Asked between a {@link #connect} and the {@link #disconnect} after it,
     * by the owner, also after {@link #take} has thrown.
     */
    long heardNanos();
}
