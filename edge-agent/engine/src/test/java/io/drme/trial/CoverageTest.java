package io.drme.trial;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What no test tries is named: pipelines, filters, limits, tags. */
class CoverageTest {
    private static final String PARTS =
            """
            pipelines:
              high: {from: "press-3/oil", steps: [{filter: "value > 50"}, {aggregate: {window: 10s, functions: [avg, max]}}, {filter: "value < 90"}], to: "high/{function}"}
              twice: {from: "press-3/count", steps: [{map: "value * 2"}], to: "twice"}
            alarms:
              oil: {tag: ["press-3/oil"], high: 80, low: 20}
              stopped: {tag: "press-3/running", when: "!value"}
            """;

    private static String test(String given) {
        return PARTS
                + "tests: {t: {given: [%s], expect: [{none: twice, to: 1ms}]}}".formatted(given);
    }

    @Test
    void withoutATestAllIsNamed() throws Exception {
        assertThat(Bed.uncovered(PARTS))
                .containsExactly(
                        "pipelines.high: never gives a result",
                        "pipelines.high.steps[0].filter: never true and never false",
                        "pipelines.high.steps[2].filter: never true and never false",
                        "pipelines.twice: never gives a result",
                        "alarms.oil.high: never raised from above",
                        "alarms.oil.low: never raised from below",
                        "alarms.stopped.when: never raised",
                        "press-3/oil: no test gives this tag",
                        "press-3/count: no test gives this tag",
                        "press-3/running: no test gives this tag");
    }

    @Test
    void aFilterIsCoveredOnceItWasTrueAndFalse() throws Exception {
        assertThat(Bed.uncovered(test("{at: 1s, press-3/oil: 60}, {at: 12s}")))
                .doesNotContain("pipelines.high: never gives a result")
                .contains(
                        "pipelines.high.steps[0].filter: never false",
                        "pipelines.high.steps[2].filter: never false");
        assertThat(Bed.uncovered(test("{at: 1s, press-3/oil: 40}")))
                .contains(
                        "pipelines.high.steps[0].filter: never true",
                        "pipelines.high.steps[2].filter: never true and never false");
        assertThat(
                        Bed.uncovered(
                                test(
                                        "{at: 1s, press-3/oil: 60}, {at: 2s, press-3/oil: 40}, {at: 11s, press-3/oil: 95}, {at: 22s}")))
                .noneMatch(line -> line.contains("filter"));
    }

    // Whether the value is above 50 can't be told of a bad sample: it went neither way.
    @Test
    void whatCantBeToldIsNeitherTrueNorFalse() throws Exception {
        assertThat(Bed.uncovered(test("{at: 1s, press-3/oil: {bad: timeout}}")))
                .contains("pipelines.high.steps[0].filter: never true and never false");
    }

    @Test
    void aLimitIsCoveredOnceItWasCrossedAndCameBack() throws Exception {
        assertThat(Bed.uncovered(test("{at: 1s, press-3/oil: 81}")))
                .contains(
                        "alarms.oil.high: never returned",
                        "alarms.oil.low: never raised from below");
        assertThat(Bed.uncovered(test("{at: 1s, press-3/oil: 81}, {at: 2s, press-3/oil: 50}")))
                .contains("alarms.oil.low: never raised from below")
                .noneMatch(line -> line.contains("oil.high"));
        assertThat(
                        Bed.uncovered(
                                test(
                                        "{at: 1s, press-3/oil: 10}, {at: 2s, press-3/oil: 50}, {at: 3s, press-3/running: false}, {at: 4s, press-3/running: true}")))
                .contains("alarms.oil.high: never raised from above")
                .noneMatch(line -> line.contains("oil.low") || line.contains("stopped"));
    }

    // What one test leaves open another may cover.
    @Test
    void allTestsCountTogether() throws Exception {
        var yaml =
                PARTS
                        + """
                        tests:
                          up: {given: [{at: 1s, press-3/running: true}], expect: [{none: twice}]}
                          down: {given: [{at: 1s, press-3/running: false}, {at: 2s, press-3/running: true}], expect: [{none: twice}]}
                        """;

        assertThat(Bed.uncovered(yaml))
                .noneMatch(line -> line.contains("running") || line.contains("stopped"));
    }

    // The probes look on; a pipeline that reads all must not read them.
    @Test
    void lookingOnChangesNothing() throws Exception {
        var yaml =
                """
                pipelines:
                  high: {from: "press-3/oil", steps: [{filter: "value > 50"}], to: "high"}
                  any: {from: "**", steps: [{aggregate: {window: 1s, functions: [count]}}], to: "n/{tag}"}
                tests:
                  t: {given: [{at: 0s, press-3/oil: 60}, {at: 3s}], expect: [{at: 1s, n/press-3/oil: 1, n/high: 1}]}
                """;

        assertThat(Bed.outcomes(yaml)).containsExactly("t: ok");
        assertThat(Bed.problems(yaml.replace("n/high: 1", "n/..0: 1")))
                .singleElement()
                .asString()
                .contains("no tag matches 'n/..0'");
    }
}
