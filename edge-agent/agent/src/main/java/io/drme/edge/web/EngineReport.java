package io.drme.edge.web;

import io.drme.config.Quantities;
import io.drme.edge.acquisition.EngineState;
import io.drme.edge.acquisition.Restart;
import io.drme.stream.PipelineLoad;
import io.drme.web.Metrics;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.Map;

/** How the pipelines do, for {@code /api/v1/status} and {@code /metrics}. */
final class EngineReport {
    private static final double NANOS_PER_SECOND = 1e9;

    private EngineReport() {}

    static JsonObject of(EngineState state, Restart restart) {
        var pipelines = new JsonArray();
        state.pipelines().forEach(load -> pipelines.add(item(load)));
        var slowed = new JsonArray();
        state.paces()
                .forEach((device, pace) ->
                        slowed.add(
                                new JsonObject()
                                        .put("device", device)
                                        .put("factor", pace.factor())
                                        .put("reason", pace.why())));
        return new JsonObject()
                .put("cpu", state.pipelines().stream().mapToDouble(PipelineLoad::cpu).sum())
                .put("cpuLimit", state.budget().cpu())
                .put("memoryBytes", bytes(state))
                .put("memoryLimitBytes", state.budget().memoryBytes())
                .put("waiting", state.pipelines().stream().mapToLong(p -> p.waiting()).sum())
                .put("queuedBatches", state.queuedBatches())
                .put("paceChanges", state.paceChanges())
                .put("filteredByWidenedDeadbands", state.widened())
                .put("slowedDevices", slowed)
                .put("pipelines", pipelines)
                .put("restart", item(restart));
    }

    /** What is not known is absent. */
    private static JsonObject item(Restart restart) {
        var item =
                new JsonObject()
                        .put("batches", restart.batches())
                        .put("ticks", restart.ticks())
                        .put("resultsRecorded", restart.results())
                        .put("seconds", rounded(restart.tookNanos() / NANOS_PER_SECOND, 1_000))
                        .put("lost", new JsonArray(restart.lost()));
        putTime(item, "snapshot", restart.snapshotNanos());
        putTime(item, "from", restart.fromNanos());
        return item;
    }

    private static void putTime(JsonObject item, String key, long nanos) {
        if (nanos != 0) {
            item.put(key, Instant.EPOCH.plusNanos(nanos).toString());
        }
    }

    private static long bytes(EngineState state) {
        return state.pipelines().stream().mapToLong(p -> p.stateBytes() + p.waitingBytes()).sum();
    }

    private static JsonObject item(PipelineLoad load) {
        return new JsonObject()
                .put("pipeline", load.name())
                .put("weight", load.share().weight())
                .put("within", Quantities.text(load.share().within()))
                .put("samplesPerSecond", rounded(load.rate(), 10))
                .put("cpu", rounded(load.cpu(), 100_000))
                .put("nanosPerSample", Math.round(load.nanosASample()))
                .put("waiting", load.waiting())
                .put("ageSeconds", rounded(load.ageNanos() / NANOS_PER_SECOND, 1_000))
                .put("waitingBytes", load.waitingBytes())
                .put("roomBytes", load.roomBytes())
                .put("stateBytes", load.stateBytes())
                .put("deferred", load.deferred())
                .put("overdue", load.overdue())
                .put("forced", load.forced())
                .put("late", load.late());
    }

    private static double rounded(double value, long parts) {
        return (double) Math.round(value * parts) / parts;
    }

    static void addTo(Metrics.Writer writer, EngineState state) {
        for (var load : state.pipelines()) {
            pipeline(writer, load, Map.of("pipeline", load.name()));
        }
        state.paces()
                .forEach((device, pace) ->
                        writer.gauge(
                                "drme_device_pace",
                                "How many times as seldom a device is polled, or as wide its deadbands are, as pipelines can't follow; absent where as configured",
                                Map.of("device", device),
                                pace.factor()));
        writer.gauge(
                "drme_engine_queued_batches",
                "Batches of devices that wait for the pipelines' thread",
                Map.of(),
                state.queuedBatches());
        writer.counter(
                "drme_engine_pace_changes_total",
                "How often less or more was asked of a device",
                Map.of(),
                (double) state.paceChanges());
        writer.counter(
                "drme_engine_widened_samples_total",
                "Samples filtered by a widened deadband that the configured one would have passed",
                Map.of(),
                (double) state.widened());
    }

    private static void pipeline(
            Metrics.Writer writer, PipelineLoad load, Map<String, String> labels) {
        writer.gauge(
                "drme_pipeline_samples_per_second",
                "Samples that a pipeline runs over",
                labels,
                load.rate());
        writer.gauge(
                "drme_pipeline_cpu_ratio",
                "Part of one core that a pipeline takes",
                labels,
                load.cpu());
        writer.gauge(
                "drme_pipeline_sample_cost_nanoseconds",
                "What a sample costs, a moving mean",
                labels,
                load.nanosASample());
        writer.gauge(
                "drme_pipeline_waiting_samples",
                "Samples that wait for a pipeline",
                labels,
                load.waiting());
        writer.gauge(
                "drme_pipeline_age_seconds",
                "For how long the oldest of them has waited",
                labels,
                load.ageNanos() / NANOS_PER_SECOND);
        writer.counter(
                "drme_pipeline_deferred_total",
                "Batches and ticks that a pipeline made later than in their turn",
                labels,
                (double) load.deferred());
        writer.counter(
                "drme_pipeline_overdue_total",
                "Of those, later than its bound",
                labels,
                (double) load.overdue());
        writer.counter(
                "drme_pipeline_forced_total",
                "Of those, because there was no more room to wait",
                labels,
                (double) load.forced());
        writer.counter(
                "drme_pipeline_late_samples_total",
                "Samples that came too late for their place in a step: left out, or counted only from what silence had given",
                labels,
                (double) load.late());
    }
}
