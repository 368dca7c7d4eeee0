package io.drme.edge.web;

import io.drme.edge.recording.Recorder;
import io.drme.log.StoreConfig;
import io.drme.log.StoreView;
import io.drme.log.Wear;
import io.drme.model.StreamKind;
import io.drme.web.Schema;
import io.vertx.core.json.JsonObject;
import java.util.Locale;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** The store as status, command line and page show it, in figures and in words. */
final class StoreReport {
    static final Schema SCHEMA =
            Schema.object(
                    Schema.field("sizeBytes", Schema.integer("what it takes on disk")),
                    Schema.field("failing", Schema.bool("whether the disk refuses writes")),
                    Schema.field("failures", Schema.integer("refused since the start")),
                    Schema.field("pendingBlocks", Schema.integer("blocks without a receipt")),
                    Schema.field("pendingEvents", Schema.integer("events without a receipt")),
                    Schema.field("epoch", Schema.text("this life of the data directory")),
                    Schema.field("whenFull", Schema.text("drop-oldest, thin or stop")),
                    Schema.optional(
                            "autonomyHours",
                            Schema.number(
                                    "hours until something gives way, were the line down from now on")),
                    Schema.field("autonomy", Schema.text("the same in words")),
                    Schema.field(
                            "writtenBytes",
                            Schema.integer("pages written to the disk since the start, in bytes")),
                    Schema.optional(
                            "writtenBytesADay",
                            Schema.integer("pages written in a day at the present rate")),
                    Schema.field("wear", Schema.text("the same in words")),
                    Schema.field(
                            "measuredOver", Schema.text("window of the two rates, as in 3600s")));

    private static final double TENTHS = 10;
    private static final double HOURS_SHORT = 2;
    private static final double HOURS_LONG = 72;
    private static final int MINUTES_PER_HOUR = 60;
    private static final int HOURS_PER_DAY = 24;
    private static final double MEBI = 1 << 20;

    private StoreReport() {}

    static JsonObject of(Recorder recorder) throws InterruptedException {
        var view = recorder.view();
        var wear = recorder.wear();
        long bytes = recorder.ask(s -> s.sizeBytes());
        return new JsonObject()
                .put("sizeBytes", bytes)
                .put("failing", recorder.isFailing())
                .put("failures", recorder.failures())
                .put("pendingBlocks", pending(view, StreamKind.DATA))
                .put("pendingEvents", pending(view, StreamKind.EVENTS))
                .put("epoch", view.epoch().toString())
                .put("whenFull", recorder.whenFull().text())
                .put("autonomyHours", tenths(wear.autonomyHours()))
                .put("autonomy", autonomy(wear.autonomyHours(), recorder.whenFull()))
                .put("writtenBytes", wear.bytesWritten())
                .put("writtenBytesADay", whole(wear.bytesADay()))
                .put("wear", wear(wear))
                .put("measuredOver", wear.window().toSeconds() + "s");
    }

    private static long pending(StoreView view, StreamKind stream) {
        return view.held(stream).minus(view.acknowledged(stream)).size();
    }

    private static @Nullable Double tenths(OptionalDouble value) {
        return value.isPresent() ? Math.round(value.getAsDouble() * TENTHS) / TENTHS : null;
    }

    private static @Nullable Long whole(OptionalDouble value) {
        return value.isPresent() ? Math.round(value.getAsDouble()) : null;
    }

    /** How long the store lasts, for somebody who wants to know whether to drive out tonight. */
    static String autonomy(OptionalDouble hours, StoreConfig.WhenFull whenFull) {
        if (hours.isEmpty()) {
            return "not known: too little was stored yet";
        }
        var then =
                switch (whenFull) {
                    case DROP_OLDEST -> "the oldest samples are dropped";
                    case THIN -> "the oldest samples are thinned";
                    case STOP -> "new samples are refused";
                };
        return "the disk holds %s more without the line, then %s"
                .formatted(span(hours.getAsDouble()), then);
    }

    private static String span(double hours) {
        if (hours < HOURS_SHORT) {
            return Math.round(hours * MINUTES_PER_HOUR) + " min";
        }
        return hours < HOURS_LONG
                ? Math.round(hours) + " h"
                : Math.round(hours / HOURS_PER_DAY) + " days";
    }

    private static String wear(Wear wear) {
        return wear.bytesADay().isEmpty()
                ? "not known in the first minute"
                : String.format(
                        Locale.ROOT,
                        "%.1f MiB are written to the disk a day, %.1f GiB a year",
                        wear.bytesADay().getAsDouble() / MEBI,
                        wear.bytesAYear().getAsDouble() / MEBI / 1_024);
    }
}
