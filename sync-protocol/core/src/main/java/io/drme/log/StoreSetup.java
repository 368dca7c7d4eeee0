package io.drme.log;

import io.drme.model.GatewayId;
import io.drme.time.Clock;
import java.util.random.RandomGenerator;

/**
 * What a store is opened with.
 *
 * @param disk where it lies; the store locks it and closes it
 * @param config limits and policies
 * @param gateway whose samples these are
 * @param clock tells when to seal and what is older than {@code keep}
 * @param random makes the epoch; a {@code SecureRandom} in production
 * @param drops makes the event that reports a drop
 */
public record StoreSetup(
        Disk disk,
        StoreConfig config,
        GatewayId gateway,
        Clock clock,
        RandomGenerator random,
        DropEvents drops) {

    /** Makes the event that tells the centre, and people, that items of a stream are gone. */
    @FunctionalInterface
    public interface DropEvents {
        /** The event; its time may be 0, the store stamps it. */
        io.drme.model.Event of(DroppedRange dropped);
    }
}
