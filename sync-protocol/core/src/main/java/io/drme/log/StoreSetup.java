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
 */
public record StoreSetup(
        Disk disk, StoreConfig config, GatewayId gateway, Clock clock, RandomGenerator random) {}
