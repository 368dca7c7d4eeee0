package io.drme.trial;

import io.drme.config.Problems;
import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.model.SyncMode;
import io.drme.model.TagName;
import io.drme.model.TagTable;
import io.drme.stream.PipelineConfig;
import io.drme.stream.Pipelines;
import io.drme.stream.Step;
import io.drme.trial.Trials.Uncovered;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/**
 * Which way the filters of pipelines go. Each has a probe beside it: a pipeline with the same steps
 * up to the filter, and then its condition as a value. So what a filter is asked is seen from
 * outside, whatever the steps before it are.
 */
final class Filters {
    /** No person gives a tag such a name. */
    private static final String PREFIX = "..";

    private final List<PipelineConfig> configs;
    private final TagTable table;
    private final List<TagName> names;
    private final List<Probe> probes = new ArrayList<>();

    private static final class Probe {
        private final int pipeline;
        private final int step;
        private final Optional<PipelineConfig> config;
        private boolean wasTrue;
        private boolean wasFalse;

        Probe(int pipeline, int step, Optional<PipelineConfig> config) {
            this.pipeline = pipeline;
            this.step = step;
            this.config = config;
        }
    }

    Filters(List<PipelineConfig> configs, Anatomy anatomy, TagTable derived, BitSet present) {
        this.configs = configs;
        this.table = TagTable.EMPTY.with(Anatomy.raw(derived.tags()));
        this.names = present.stream().mapToObj(i -> table.get(i).name()).toList();
        for (int p = 0; p < configs.size(); p++) {
            var steps = configs.get(p).steps();
            for (int s = 0; s < steps.size(); s++) {
                var condition = steps.get(s).asked();
                if (condition.isPresent()) {
                    var before = new ArrayList<>(steps.subList(0, s));
                    before.add(condition.get());
                    probes.add(new Probe(p, s, probe(p, anatomy.sources(p), before)));
                }
            }
        }
    }

    /** A pipeline that can be compiled: with {@code {function}} in its names where it needs it. */
    private Optional<PipelineConfig> probe(int pipeline, List<String> sources, List<Step> steps) {
        for (var template : List.of("/{tag}", "/{tag}/{function}")) {
            var config =
                    new PipelineConfig(
                            configs.get(pipeline).name(),
                            sources,
                            List.copyOf(steps),
                            List.of(PREFIX + probes.size() + template),
                            Optional.of(new SyncMode.Raw()),
                            Optional.empty(),
                            configs.get(pipeline).share(),
                            configs.get(pipeline).where());
            var problems = new Problems();
            var made =
                    Pipelines.compile(List.of(config), table, names, problems, (_, _, _, _) -> {});
            if (problems.none() && made.count() == 1) {
                return Optional.of(config);
            }
        }
        return Optional.empty();
    }

    /** Begins a test. */
    Run begin() {
        return new Run();
    }

    void uncovered(int pipeline, List<Uncovered> all) {
        for (var probe : probes) {
            if (probe.pipeline == pipeline && !(probe.wasTrue && probe.wasFalse)) {
                all.add(
                        new Uncovered(
                                Optional.of(configs.get(pipeline).where()),
                                "pipelines.%s.steps[%d].filter"
                                        .formatted(configs.get(pipeline).name(), probe.step),
                                probe.config.isEmpty()
                                        ? "can't be looked into: with its names a tag's would be too long"
                                        : !probe.wasTrue && !probe.wasFalse
                                                ? "never true and never false"
                                                : probe.wasTrue ? "never false" : "never true"));
            }
        }
    }

    /** The probes of one test, with nothing in them yet. */
    final class Run {
        private final Pipelines running;
        private final Batch all = new Batch();
        private final Batch out = new Batch();

        private Run() {
            running =
                    Pipelines.compile(
                            probes.stream().flatMap(p -> p.config.stream()).toList(),
                            table,
                            names,
                            new Problems(),
                            (_, _, _, _) -> {});
        }

        void process(Batch in, Batch derived) {
            if (!probes.isEmpty()) {
                all.begin(in.group(), in.gatewayTime());
                add(in);
                add(derived);
                out.begin(0, in.gatewayTime());
                running.process(all, out);
                note();
            }
        }

        void tick(long nowNanos, Batch derived) {
            if (!probes.isEmpty()) {
                out.begin(0, derived.gatewayTime());
                if (derived.size() > 0) {
                    running.process(derived, out);
                }
                running.tick(nowNanos, out);
                note();
            }
        }

        private void add(Batch batch) {
            for (int i = 0; i < batch.size(); i++) {
                all.addFrom(batch, i);
            }
        }

        /** What can't be told is neither true nor false. */
        private void note() {
            for (int i = 0; i < out.size(); i++) {
                if (!Quality.isBad(out.qualities()[i])) {
                    var name = running.table().get(out.tags()[i]).name().device();
                    var probe = probes.get(Integer.parseInt(name.substring(PREFIX.length())));
                    probe.wasTrue |= out.bits()[i] != 0;
                    probe.wasFalse |= out.bits()[i] == 0;
                }
            }
        }
    }
}
