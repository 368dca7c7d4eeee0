package io.drme.stream;

import io.drme.config.Problems;
import io.drme.config.Where;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.IntToDoubleFunction;
import java.util.stream.Collectors;

/**
 * What pipelines will take, reckoned before they run: from how often tags come, the number of lanes
 * and what steps of a kind cost. For whoever has to say whether a configuration fits.
 *
 * <p>The costs are about twice what an x86 core of 2024 takes; a filtered sample counts like one
 * that passes, and every sample like one that leaves its deadband.
 *
 * @param pipelines each of them, in order
 */
public record Reckoning(List<Line> pipelines) {
    /** Ticks a second, as the agent makes them. */
    private static final double TICKS = 10;

    private static final int MOST_NAMED = 3;
    private static final double LOW = 10;
    private static final double PERCENT = 100;
    private static final double NANOS_A_SECOND = 1e9;

    /**
     * One pipeline.
     *
     * @param samples that it takes in, a second
     * @param lanes that it takes in
     * @param steps how many it has
     * @param nanosASample what one of the samples costs with all that comes of it, ticks too
     * @param cpu part of one core
     * @param stateBytes what it remembers at most
     * @param memoryBytes that, and the room for samples that it needs or asks for
     */
    public record Line(
            String name,
            Where where,
            double samples,
            int lanes,
            int steps,
            double nanosASample,
            double cpu,
            long stateBytes,
            long memoryBytes) {

        /** The arithmetic, for a person. */
        public String text() {
            return String.format(
                    Locale.ROOT,
                    "pipelines.%s: %s, %s samples/s x %s (%,.0f ns a sample) = %.3g %% of a core",
                    name,
                    tags(lanes),
                    String.format(Locale.ROOT, samples < LOW ? "%.3g" : "%,.0f", samples),
                    steps == 1 ? "1 step" : steps + " steps",
                    nanosASample,
                    cpu * PERCENT);
        }
    }

    /**
     * Reckons.
     *
     * @param samplesASecond how often a tag of the devices comes, by its index; of others 0
     */
    public static Reckoning of(Pipelines pipelines, IntToDoubleFunction samplesASecond) {
        var all = pipelines.list();
        var rates = new Rates(all.size(), pipelines.routes());
        for (int tag = 0; tag < pipelines.table().size(); tag++) {
            rates.add(tag, samplesASecond.applyAsDouble(tag));
        }
        var lines = new ArrayList<Line>();
        for (int i = 0; i < all.size(); i++) {
            lines.add(line(all.get(i), rates, i));
        }
        return new Reckoning(List.copyOf(lines));
    }

    /** How many samples a second come into each stage of each pipeline. */
    private static final class Rates {
        private final double[][] ofStages;
        private final int[] lanes;
        private final Routes routes;

        private Rates(int pipelines, Routes routes) {
            this.ofStages = new double[pipelines][PipelineConfig.MAX_STEPS];
            this.lanes = new int[pipelines];
            this.routes = routes;
        }

        private void add(int tag, double rate) {
            var places = routes.places();
            for (int at = routes.begin(tag); at < routes.end(tag); at += Routes.WIDTH) {
                ofStages[places[at]][places[at + 1]] += rate;
                lanes[places[at]]++;
            }
        }
    }

    private static Line line(Pipeline pipeline, Rates rates, int index) {
        double taken = 0;
        double flow = 0;
        double nanos = 0;
        var steps = pipeline.steps();
        for (int i = 0; i < steps.size(); i++) {
            double beside = rates.ofStages[index][i];
            taken += beside;
            flow += beside;
            int lanes = i == 0 ? rates.lanes[index] : pipeline.lanesOf(i - 1);
            nanos += StepCost.of(steps.get(i)).nanosASecond(flow, lanes, TICKS);
            flow = StepCost.of(steps.get(i)).results(flow, lanes);
        }
        nanos += taken * StepCost.NANOS_TAKEN + flow * StepCost.NANOS_GIVEN;
        give(pipeline, flow, rates);
        long memory =
                pipeline.share()
                        .memoryBytes()
                        .orElse(pipeline.stateBytes() + Share.LEAST_MEMORY_BYTES);
        return new Line(
                pipeline.name(),
                pipeline.where(),
                taken,
                rates.lanes[index],
                steps.size(),
                taken == 0 ? 0 : nanos / taken,
                nanos / NANOS_A_SECOND,
                pipeline.stateBytes(),
                memory);
    }

    private static void give(Pipeline pipeline, double flow, Rates rates) {
        var tagsOfLane = pipeline.tagsOfLane();
        for (var tags : tagsOfLane) {
            for (int tag : tags) {
                rates.add(tag, flow / tagsOfLane.length);
            }
        }
    }

    /** All together, as part of one core. */
    public double cpu() {
        return pipelines.stream().mapToDouble(Line::cpu).sum();
    }

    /** All together, in bytes. */
    public long memoryBytes() {
        return pipelines.stream().mapToLong(Line::memoryBytes).sum();
    }

    /** Notes what can't fit into a budget, with the arithmetic. */
    public void check(EngineBudget budget, Problems problems) {
        for (var line : pipelines) {
            if (line.memoryBytes() < line.stateBytes() + Share.LEAST_MEMORY_BYTES) {
                problems.add(
                        line.where(),
                        "pipelines." + line.name() + ".memory",
                        String.format(
                                Locale.ROOT,
                                "is %s, but the state of %s takes up to %s, and samples that wait need %s; give more, or shorten windows",
                                size(line.memoryBytes()),
                                tags(line.lanes()),
                                size(line.stateBytes()),
                                size(Share.LEAST_MEMORY_BYTES)));
            }
        }
        if (cpu() > budget.cpu()) {
            var greatest = greatest(Comparator.comparingDouble(Line::cpu));
            problems.add(
                    greatest.getFirst().where(),
                    "engine.cpu",
                    String.format(
                            Locale.ROOT,
                            "%s; %s together %.3g %%, and engine.cpu allows %.3g %%: raise engine.cpu, poll slower, or leave pipelines or steps out",
                            greatest.stream().map(Line::text).collect(Collectors.joining("; ")),
                            all(),
                            cpu() * PERCENT,
                            budget.cpu() * PERCENT));
        }
        if (memoryBytes() > budget.memoryBytes()) {
            var greatest = greatest(Comparator.comparingLong(Line::memoryBytes));
            problems.add(
                    greatest.getFirst().where(),
                    "engine.memory",
                    String.format(
                            Locale.ROOT,
                            "%s; %s together %s, and engine.memory allows %s: raise engine.memory, shorten windows, or choose a longer 'every'",
                            greatest.stream()
                                    .map(l ->
                                            String.format(
                                                    Locale.ROOT,
                                                    "pipelines.%s: %s, state and room for samples %s",
                                                    l.name(),
                                                    tags(l.lanes()),
                                                    size(l.memoryBytes())))
                                    .collect(Collectors.joining("; ")),
                            all(),
                            size(memoryBytes()),
                            size(budget.memoryBytes())));
        }
    }

    private List<Line> greatest(Comparator<Line> order) {
        return pipelines.stream().sorted(order.reversed()).limit(MOST_NAMED).toList();
    }

    private String all() {
        return pipelines.size() == 1
                ? "the one pipeline"
                : "all %d pipelines".formatted(pipelines.size());
    }

    private static String tags(int count) {
        return count == 1 ? "1 tag" : String.format(Locale.ROOT, "%,d tags", count);
    }

    private static String size(long bytes) {
        return String.format(Locale.ROOT, "%.1f MiB", (double) bytes / (1L << 20));
    }
}
