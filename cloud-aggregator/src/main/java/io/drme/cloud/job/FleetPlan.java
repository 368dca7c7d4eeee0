package io.drme.cloud.job;

import io.drme.cloud.config.FleetConfig;
import io.drme.cloud.config.FleetConfig.By;
import io.drme.cloud.config.FleetConfig.FleetPipeline;
import io.drme.cloud.config.FleetReader;
import java.io.Serializable;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * All fleet pipelines as they travel between members: by their texts, so that a member computes
 * what the others do, whatever its own file says.
 *
 * @param definitions the text of each pipeline, in the order of the file
 * @param every length of a chunk, nanoseconds
 * @param waits from the end of a chunk to its first computing, nanoseconds
 * @param reach how old a chunk may be that is computed again, nanoseconds
 * @param backfill how far back a new pipeline begins, nanoseconds
 */
public record FleetPlan(List<String> definitions, long every, long waits, long reach, long backfill)
        implements Serializable {
    private static final long serialVersionUID = 1;

    /** What a configuration says. */
    public static FleetPlan of(FleetConfig config) {
        return new FleetPlan(
                List.copyOf(config.pipelines().stream().map(FleetPipeline::definition).toList()),
                config.every().toNanos(),
                config.waits().toNanos(),
                config.reach().toNanos(),
                config.backfill().toNanos());
    }

    /** Whether there is nothing to do. */
    public boolean isEmpty() {
        return definitions.isEmpty();
    }

    /** The pipelines, read from their texts. */
    List<FleetPipeline> pipelines() {
        return definitions.stream().map(FleetReader::parse).toList();
    }

    /** By name what a pipeline is, so that a change is noticed. */
    Map<String, String> byName() {
        return pipelines().stream()
                .collect(
                        Collectors.toMap(
                                FleetPipeline::name,
                                p -> Duration.ofNanos(every) + " " + p.definition(),
                                (a, _) -> a,
                                TreeMap::new));
    }

    /** Whether a pipeline is computed in other parts by one of these texts than by the other. */
    static boolean hasOtherKeys(String before, String now) {
        try {
            return by(before) != by(now);
        } catch (IllegalArgumentException _) {
            // another release wrote it: what is a key to both goes on
            return false;
        }
    }

    private static By by(String text) {
        return FleetReader.parse(text.substring(text.indexOf(' ') + 1)).by();
    }

    /** Begin of the chunk that holds a time. */
    long chunkOf(long nanos) {
        return Math.floorDiv(nanos, every) * every;
    }
}
