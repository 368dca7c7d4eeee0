package io.drme.edge;

import io.drme.config.Quantities;
import io.drme.driver.TagSpec;
import io.drme.model.SyncMode;
import io.drme.model.TagTable;
import io.drme.schema.TagCatalogue;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The tags of a configuration as the centre is told of them. */
final class Catalogue {
    private Catalogue() {}

    static List<TagCatalogue.Entry> entries(Layout.Ready ready) {
        var specs = new HashMap<String, TagSpec>();
        var drivers = new HashMap<String, String>();
        for (var device : ready.devices()) {
            drivers.put(device.spec().name(), device.spec().driver());
            device.spec().tags().forEach(t -> specs.put(t.name().text(), t));
        }
        var entries = new ArrayList<TagCatalogue.Entry>();
        TagTable table = ready.plan().pipelines().table();
        // The table keeps what was configured before, as batches under way have its indexes.
        var present = ready.plan().pipelines().present();
        for (int i = present.nextSetBit(0); i >= 0; i = present.nextSetBit(i + 1)) {
            var tag = table.get(i);
            var spec = specs.get(tag.name().text());
            var device = tag.name().device();
            entries.add(
                    new TagCatalogue.Entry(
                            tag.name().text(),
                            tag.type(),
                            tag.unit(),
                            tag.deadband(),
                            spec == null ? 0 : spec.poll().toNanos(),
                            tag.sync(),
                            spec == null ? "pipeline" : drivers.getOrDefault(device, "pipeline"),
                            device,
                            spec == null ? null : finite(spec.low()),
                            spec == null ? null : finite(spec.high())));
        }
        return entries;
    }

    /** One of the items of {@code /api/v1/tags}. */
    static JsonObject item(String gateway, TagCatalogue.Entry e) {
        return new JsonObject()
                .put("gateway", gateway)
                .put("tag", e.name())
                .put("type", e.type().name().toLowerCase(Locale.ROOT))
                .put("unit", e.unit().isEmpty() ? null : e.unit())
                .put("device", e.device())
                .put("source", e.driver())
                .put("deadband", e.deadband())
                .put("pollNanos", e.pollNanos())
                .put(
                        "sync",
                        switch (e.sync()) {
                            case SyncMode.Raw _ -> "raw";
                            case SyncMode.Local _ -> "local";
                            case SyncMode.Aggregate(long window) ->
                                    "aggregate: " + Quantities.text(Duration.ofNanos(window));
                        });
    }

    private static @Nullable Double finite(double end) {
        return Double.isFinite(end) ? end : null;
    }
}
