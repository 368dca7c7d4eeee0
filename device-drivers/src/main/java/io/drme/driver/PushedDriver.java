package io.drme.driver;

import io.drme.model.Batch;
import io.drme.model.TagName;
import java.time.Duration;
import java.util.Collection;
import java.util.List;

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
     * The tags that the device told of since the last call and that its templates make; they wait,
     * with a bounded part of what the device says of them, until {@link #extend} brings them. From
     * any thread.
     */
    default List<FoundTag> found() {
        return List.of();
    }

    /** Gives up tags of {@link #found}: nothing is read of them. From any thread. */
    default void giveUp(Collection<TagName> tags) {}

    /**
     * Reads more tags from now on; called by the owner, connected or not.
     *
     * @param device as it was made with, its tags followed by more
     * @param group likewise
     */
    default void extend(DeviceSpec device, PollGroup group) {}

    /**
     * When the device was last heard from, by {@link io.drme.time.Clock#nanoTime}: a sample or
     * another sign of life. Asked between a {@link #connect} and the {@link #disconnect} after it,
     * by the owner, also after {@link #take} has thrown.
     */
    long heardNanos();
}
