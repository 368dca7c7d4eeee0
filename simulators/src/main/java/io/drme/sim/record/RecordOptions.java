package io.drme.sim.record;

import io.drme.model.Glob;
import io.drme.time.Clock;
import java.time.Duration;
import java.util.Optional;

/**
 * What is recorded, and how.
 *
 * @param url of the device
 * @param listen where the gateway connects; empty where it is not to
 * @param sampling how often a value is sampled at most; of protocols that sample
 * @param limit the most variables; of protocols that search a device
 * @param match which of them, by their path; of these protocols
 */
public record RecordOptions(
        String url,
        Optional<String> listen,
        Duration sampling,
        int limit,
        Optional<Glob> match,
        Clock clock) {}
