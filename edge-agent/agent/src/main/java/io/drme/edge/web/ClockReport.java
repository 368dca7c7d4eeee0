package io.drme.edge.web;

import io.drme.edge.recording.Recorder;
import io.drme.history.ClockLine;
import io.drme.schema.ClockStep;
import io.drme.web.Times;
import io.vertx.core.json.JsonObject;
import java.util.Locale;

/** How the gateway's clock does, for {@code /api/v1/status}. */
final class ClockReport {
    private static final double NANOS_PER_SECOND = 1e9;

    private ClockReport() {}

    static JsonObject of(Recorder recorder) {
        var newest = recorder.clockNow();
        if (newest.isEmpty()) {
            return new JsonObject()
                    .put("state", "unknown")
                    .put("since", null)
                    .put("uncertainty", null)
                    .put("words", "not known yet");
        }
        var step = newest.get();
        var line = recorder.clock();
        boolean isLost = line.isLost(ClockLine.ONLY_EPOCH, step.stamp());
        return new JsonObject()
                .put("state", step.synced() ? "synced" : isLost ? "never-set" : "unsynced")
                .put("since", Times.text(line.timeOf(ClockLine.ONLY_EPOCH, step.stamp())))
                .put(
                        "uncertainty",
                        step.uncertaintyNanos() < 0
                                ? null
                                : step.uncertaintyNanos() / NANOS_PER_SECOND)
                .put("words", words(step, isLost));
    }

    private static String words(ClockStep step, boolean isLost) {
        if (isLost) {
            return "shows %s, so it was never set; what is recorded gets its right times once it is"
                    .formatted(Times.text(step.wallNanos()));
        }
        if (!step.synced()) {
            return "nothing keeps it right; set up time sync, as alarms can't be put in order with those of other gateways";
        }
        return step.uncertaintyNanos() < 0
                ? "kept right by a time source"
                : String.format(
                        Locale.ROOT,
                        "kept right by a time source, within %.3f s",
                        step.uncertaintyNanos() / NANOS_PER_SECOND);
    }
}
