package io.drme.cloud.config;

import io.drme.stream.PipelineConfig;
import io.drme.trial.TrialConfig;
import java.time.Duration;
import java.util.List;

/**
 * Pipelines over the fleet.
 *
 * @param pipelines in the order of the file; one sees the results of those above it
 * @param tests of them
 * @param every length of the chunks of time that are computed at once, aligned to 1970 UTC; divides
 *     an hour
 * @param waits how long after its end a chunk is computed first; blocks that come later have it
 *     computed again
 * @param reach how old a chunk may be that late blocks have computed again
 * @param backfill how far back a new pipeline begins
 */
public record FleetConfig(
        List<FleetPipeline> pipelines,
        List<TrialConfig> tests,
        Duration every,
        Duration waits,
        Duration reach,
        Duration backfill) {
    /** The most pipelines of a centre; each takes its part of every block that comes in. */
    public static final int MAX_PIPELINES = 100;

    /** Blocks come once a minute. */
    static final Duration EVERY = Duration.ofSeconds(60);

    /** A block is sealed at the minute, and the sending is spread over the next. */
    static final Duration WAITS = Duration.ofSeconds(90);

    /** As long as a gateway keeps what it sent. */
    static final Duration REACH = Duration.ofDays(7);

    /** So that there is something to be seen at once. */
    static final Duration BACKFILL = Duration.ofHours(1);

    /** What a pipeline computes together. */
    public enum By {
        /** All gateways. */
        FLEET,
        /** The gateways of each site. */
        SITE,
        /** Each gateway by itself. */
        GATEWAY
    }

    /**
     * A pipeline.
     *
     * @param by what is computed together; each is computed by one member
     * @param config its steps; tags are named {@code gateway/device/path}
     * @param definition its text, which a member without this file can read
     */
    public record FleetPipeline(By by, PipelineConfig config, String definition) {
        /** Its name. */
        public String name() {
            return config.name();
        }
    }

    /** What holds where the file says nothing: no pipelines. */
    public static FleetConfig defaults() {
        return new FleetConfig(List.of(), List.of(), EVERY, WAITS, REACH, BACKFILL);
    }
}
