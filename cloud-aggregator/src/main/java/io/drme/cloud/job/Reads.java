package io.drme.cloud.job;

import io.drme.cloud.config.FleetConfig.By;
import io.drme.cloud.config.FleetConfig.FleetPipeline;
import io.drme.cloud.store.BlockStore.Gateway;
import io.drme.cloud.store.FleetRows.FleetKey;
import io.drme.cloud.store.FleetStore;
import io.drme.model.Glob;
import io.drme.model.TagName;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Which tags a pipeline reads, and for which of its keys. Results of other pipelines are read only
 * where a pattern begins with {@code fleet/}, and only those of pipelines above it. Immutable.
 */
final class Reads {
    private static final String RESULTS = FleetStore.GATEWAY + "/";

    private final FleetPipeline pipeline;
    private final List<Glob> globs;
    private final List<Glob> ofResults;
    private final Set<String> above;

    /** What a pipeline reads, of whose neighbours these stand above it. */
    Reads(FleetPipeline pipeline, Set<String> above) {
        this.pipeline = pipeline;
        this.above = Set.copyOf(above);
        var all =
                Stream.concat(
                                pipeline.config().from().stream(),
                                pipeline.config().beside().stream())
                        .toList();
        this.globs = all.stream().map(Glob::of).toList();
        this.ofResults = all.stream().filter(t -> t.startsWith(RESULTS)).map(Glob::of).toList();
    }

    String job() {
        return pipeline.name();
    }

    FleetPipeline pipeline() {
        return pipeline;
    }

    /** Whether it may read results of other pipelines. */
    boolean readsResults() {
        return !ofResults.isEmpty() && !above.isEmpty();
    }

    /** By which name a pipeline knows a tag. */
    static String fullName(Gateway gateway, String tag) {
        return gateway.name() + "/" + tag;
    }

    /** Whether it reads a tag; names that are too long for the engine are read by none. */
    boolean isRead(Gateway gateway, String tag) {
        var name = fullName(gateway, tag);
        var patterns = gateway.isDerived() ? ofResults : globs;
        return TagName.isValid(name) && patterns.stream().anyMatch(g -> g.matches(name));
    }

    /** The key to which a gateway belongs. */
    FleetKey keyOf(Gateway gateway) {
        return new FleetKey(
                job(),
                switch (pipeline.by()) {
                    case FLEET -> "";
                    case SITE -> gateway.site();
                    case GATEWAY -> gateway.name();
                });
    }

    /** Whether a key is of a pipeline above. */
    boolean isAbove(FleetKey key) {
        return above.contains(key.job());
    }

    /** What stands before the names of a key's results. */
    static String prefix(FleetKey key) {
        return key.name().isEmpty() ? "" : key.name() + "/";
    }

    /** Whether it is computed in one place. */
    boolean isOne() {
        return pipeline.by() == By.FLEET;
    }
}
