package io.drme.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.drme.config.Problems;
import io.drme.model.Tag;
import io.drme.model.ValueType;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What a configuration is reckoned to take before it runs. */
class ReckoningTest {
    private static Reckoning reckon(int tags, double rate, String pipelines) {
        var sources =
                IntStream.range(0, tags)
                        .mapToObj(i -> Tag.of("press/t" + i, ValueType.FLOAT64))
                        .toArray(Tag[]::new);
        return Reckoning.of(
                Pipelines.of("pipelines:\n" + pipelines, sources), tag -> tag < tags ? rate : 0);
    }

    private static List<String> problems(Reckoning reckoning, EngineBudget budget) {
        var problems = new Problems();
        reckoning.check(budget, problems);
        return problems.list().stream().map(Object::toString).toList();
    }

    @Test
    void itIsSamplesASecondTimesWhatASampleCosts() {
        var line =
                reckon(
                                1_000,
                                10,
                                "  x: {from: 'press/*', steps: [{map: 'value * 2.0'}, {filter: 'value > 3'}, {scale: {factor: 2}}], to: 'x/{tag}'}")
                        .pipelines()
                        .getFirst();

        assertThat(line.samples()).isEqualTo(10_000);
        assertThat(line.nanosASample()).isEqualTo(40 + 3 * 40 + 40);
        assertThat(line.cpu()).isCloseTo(10_000 * 200 / 1e9, within(1e-9));
        assertThat(line.text())
                .isEqualTo(
                        "pipelines.x: 1,000 tags, 10,000 samples/s x 3 steps (200 ns a sample) = 0.200 % of a core");
    }

    @Test
    void windowsCostByWhatTheyAreMadeOfAndGiveFewerSamplesOn() {
        var lines =
                reckon(
                                100,
                                10,
                                """
                                  a: {from: 'press/*', steps: [{aggregate: {window: 10s, every: 1s, functions: [avg, max]}}], to: 'a/{tag}/{function}'}
                                  b: {from: 'a/**', steps: [{map: 'value + 1.0'}], to: 'b/{tag}'}
                                """)
                        .pipelines();

        // 1,000 samples in, 100 windows a second of 10 panes (as 4) and 2 functions, 200 results
        // out, and 10 looks a second at each of 100 tags.
        assertThat(lines.get(0).cpu() * 1e9)
                .isCloseTo(
                        1_000 * (40 + 60.0)
                                + 100 * (4 * 130 + 2 * 1_800)
                                + 200 * 40
                                + 100 * 10 * 25,
                        within(1.0));
        assertThat(lines.get(1).samples()).isCloseTo(200, within(1e-6));
    }

    @Test
    void whatFitsIsNoProblem() {
        var reckoning =
                reckon(
                        1_000,
                        1,
                        "  x: {from: 'press/*', steps: [{map: 'value * 2.0'}], to: 'x/{tag}'}");

        assertThat(problems(reckoning, EngineBudget.usual())).isEmpty();
    }

    @Test
    void whatDoesNotFitIsToldWithTheArithmetic() {
        var reckoning =
                reckon(
                        1_000,
                        1_000,
                        """
                          x: {from: 'press/*', steps: [{map: 'value * 2.0'}], to: 'x/{tag}'}
                          y: {from: 'x/**', steps: [{map: 'value * 2.0'}], to: 'y/{tag}'}
                        """);

        assertThat(problems(reckoning, new EngineBudget(0.2, 64L << 20)))
                .singleElement()
                .asString()
                .contains("engine.cpu: pipelines.x: 1,000 tags, 1,000,000 samples/s x 1 step (120")
                .contains("all 2 pipelines together 24.0 %, and engine.cpu allows 20.0 %")
                .contains("raise engine.cpu, poll slower, or leave pipelines or steps out");
    }

    @Test
    void memoryIsAddedUpToo() {
        var yaml =
                "  x: {from: 'press/*', steps: [{aggregate: {window: 1h, every: 1s, functions: [avg]}}], to: 'x/{tag}'%s}";

        assertThat(problems(reckon(20, 1, yaml.formatted("")), new EngineBudget(1, 2L << 20)))
                .singleElement()
                .asString()
                .contains("engine.memory: pipelines.x: 20 tags, state and room for samples ")
                .contains("engine.memory allows 2.0 MiB");
        assertThat(
                        problems(
                                reckon(20, 1, yaml.formatted(", memory: 1MiB")),
                                new EngineBudget(1, 64L << 20)))
                .singleElement()
                .asString()
                .contains("pipelines.x.memory: is 1.0 MiB, but the state of 20 tags takes up to");
    }

    @Test
    void onePipelineOfOneTagIsToldInTheSingular() {
        var line =
                reckon(
                        1,
                        1,
                        "  x: {from: 'press/*', steps: [{map: 'value * 2.0'}], to: 'x/{tag}'}");

        assertThat(line.pipelines().getFirst().text()).startsWith("pipelines.x: 1 tag, 1.00 samp");
    }
}
