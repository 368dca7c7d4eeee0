package io.drme.trial;

import io.drme.config.Problems;
import io.drme.model.SyncMode;
import io.drme.model.Tag;
import io.drme.model.TagTable;
import io.drme.stream.PipelineConfig;
import io.drme.stream.Pipelines;
import io.drme.stream.TagGlobs;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * Which tags each pipeline of a configuration reads and derives. Found by compiling them one after
 * the other, so that it needs nothing of how they are built.
 */
final class Anatomy {
    private final List<List<String>> sources = new ArrayList<>();
    private final List<List<String>> derived = new ArrayList<>();

    private Anatomy() {}

    static Anatomy of(Bench bench) {
        var anatomy = new Anatomy();
        var table = TagTable.EMPTY.with(raw(bench.allTags()));
        var names = Bench.names(bench.allTags());
        var present = new BitSet();
        present.set(0, table.size());
        for (var config : bench.pipelines()) {
            var one =
                    Pipelines.compile(
                            List.of(raw(config)), table, names, new Problems(), (_, _, _, _) -> {});
            var before = table;
            anatomy.sources.add(
                    Arrays.stream(TagGlobs.resolve(config.from(), before, present, (_, _) -> {}))
                            .mapToObj(i -> before.get(i).name().text())
                            .toList());
            var after = one.present();
            after.andNot(present);
            table = TagTable.EMPTY.with(raw(one.table().tags()));
            var now = table;
            anatomy.derived.add(after.stream().mapToObj(i -> now.get(i).name().text()).toList());
            present = one.present();
            names = present.stream().mapToObj(i -> now.get(i).name()).toList();
        }
        return anatomy;
    }

    /** The same without the implicit pipelines of a tag that syncs aggregates. */
    static List<Tag> raw(Collection<Tag> tags) {
        return tags.stream()
                .map(t -> new Tag(t.name(), t.type(), t.unit(), t.deadband(), new SyncMode.Raw()))
                .toList();
    }

    private static PipelineConfig raw(PipelineConfig config) {
        return new PipelineConfig(
                config.name(),
                config.from(),
                config.steps(),
                config.to(),
                Optional.of(new SyncMode.Raw()),
                config.unit(),
                config.share(),
                config.where());
    }

    /** The names of the tags that a pipeline reads. */
    List<String> sources(int pipeline) {
        return sources.get(pipeline);
    }

    /** The names of the tags that it derives. */
    List<String> derived(int pipeline) {
        return derived.get(pipeline);
    }
}
