package io.drme.cloud;

import io.drme.cloud.job.FleetCounters;
import io.drme.web.Metrics;
import java.util.Map;

/** What a member counts of the fleet's pipelines. */
final class FleetMetrics {
    private FleetMetrics() {}

    static void add(Metrics metrics, FleetCounters counters) {
        Map<String, String> none = Map.of();
        metrics.gauge(
                "drme_fleet_blocks_total",
                "Stored blocks that fleet pipelines have looked at",
                none,
                counters::blocks);
        metrics.gauge(
                "drme_fleet_too_late_total",
                "Blocks older than fleet pipelines compute again (jobs.reach), so that results lack them",
                none,
                counters::tooLate);
        metrics.gauge(
                "drme_fleet_chunks_total",
                "Chunks of time that fleet pipelines have computed, first or again",
                none,
                counters::chunks);
        metrics.gauge(
                "drme_fleet_chunks_again_total",
                "Chunks of time computed again, as blocks came late",
                none,
                counters::again);
        metrics.gauge(
                "drme_fleet_chunks_left_out_total",
                "Chunks of time with more samples than fit into memory, computed as if empty",
                none,
                counters::chunksLeftOut);
        metrics.gauge(
                "drme_fleet_samples_total",
                "Samples that went through fleet pipelines",
                none,
                counters::samples);
        metrics.gauge(
                "drme_fleet_overtaken_total",
                "Results that were not written because another member had written first",
                none,
                counters::overtaken);
        metrics.gauge(
                "drme_fleet_failures_total",
                "Turns of fleet pipelines that failed and were tried again",
                none,
                counters::failures);
    }
}
