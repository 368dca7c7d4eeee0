package io.drme.trial;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Tests inside a configuration pass where it does what they say, and else show the difference. */
class TrialsTest {
    private static final String PARTS =
            """
            pipelines:
              mean: {from: "press-3/oil", steps: [{filter: "value > 50"}, {aggregate: {window: 10s, functions: [avg, count]}}], to: "mean/{function}"}
              kelvin: {from: "press-3/oil", steps: [{map: "value + 273.15"}], to: "kelvin"}
            alarms:
              oil-hot: {tag: "press-3/oil", high: 80, low: 10, deadband: 2, on-delay: 2s, off-delay: 5s, latch: true}
            """;

    private static String outcome(String given, String expect) throws Exception {
        var yaml = PARTS + "tests:\n  t:\n    given:\n%s    expect:\n%s".formatted(given, expect);
        var outcomes = Bed.outcomes(yaml).toList();
        assertThat(outcomes).hasSize(1);
        return outcomes.getFirst();
    }

    private static final String HOT =
            """
                  - {at: 0s, press-3/oil: 79}
                  - {at: 1s, press-3/oil: {value: 81, quality: uncertain}}
                  - {at: 5s, press-3/oil: {bad: comms-lost}}
                  - {from: 10s, to: 20s, every: 1s, press-3/oil: 85..95}
                  - {at: 21s, press-3/oil: 70}
                  - {at: 28s}
            """;

    @Test
    void resultsAreExpectedWithValueQualityAndReason() throws Exception {
        assertThat(
                        outcome(
                                HOT,
                                """
                                      - {at: 10s, mean/avg: {value: 80, quality: uncertain, reason: input-not-good}, mean/count: {value: 2, quality: uncertain}}
                                      - {at: 20s, mean/avg: 89.5}
                                      - {at: 20s, mean/avg: 89, within: 0.5}
                                      - {at: 5s, kelvin: {bad: comms-lost}}
                                      - {at: 0s, kelvin: 352.15}
                                      - {between: [11s, 13s], press-3/oil: 87}
                                      - {none: "mean/*", from: 11s, to: 19s}
                                """))
                .isEqualTo("t: ok");
    }

    @Test
    void theFirstDifferenceInTheOrderOfTheFileIsShownWithItsPlace() throws Exception {
        assertThat(
                        outcome(
                                HOT,
                                """
                                      - {at: 20s, mean/avg: 89.5}
                                      - {at: 20s, mean/avg: 89.6}
                                      - {at: 20s, mean/count: 11}
                                """))
                .isEqualTo("t: gateway.yaml:17 expected 20s mean/avg 89.6; got 20s 89.5");
    }

    @Test
    void aGoodValueIsNotAnUncertainOne() throws Exception {
        assertThat(outcome(HOT, "      - {at: 10s, mean/avg: 80}\n"))
                .endsWith("expected 10s mean/avg 80; got 10s 80 uncertain input-not-good");
        assertThat(outcome(HOT, "      - {at: 20s, mean/avg: {value: 89.5, quality: uncertain}}\n"))
                .endsWith("expected 20s mean/avg 89.5 uncertain; got 20s 89.5");
        assertThat(outcome(HOT, "      - {at: 5s, kelvin: {bad: timeout}}\n"))
                .endsWith("expected 5s kelvin bad timeout; got 5s bad comms-lost");
    }

    @Test
    void whereNothingCameTheNeighboursAreShown() throws Exception {
        assertThat(outcome(HOT, "      - {at: 15s, mean/avg: 80}\n"))
                .endsWith(
                        "expected 15s mean/avg 80; got nothing then; before: 10s 80 uncertain input-not-good; after: 20s 89.5");
        assertThat(outcome(HOT, "      - {at: 40s, kelvin: 80}\n"))
                .endsWith(
                        "after: nothing until 42s, where the test ends: a line {at: …} lets more time pass");
    }

    @Test
    void anAlarmIsExpectedInAStateAtATimeOrToComeIntoItBetweenTwo() throws Exception {
        assertThat(
                        outcome(
                                HOT,
                                """
                                      - {at: 2.9s, alarm: oil-hot, state: normal}
                                      - {at: 3s, alarm: oil-hot, tag: press-3/oil, state: unacknowledged}
                                      - {between: [2s, 4s], alarm: oil-hot, state: unacknowledged}
                                      - {no-alarm: oil-hot, to: 2.9s}
                                      - {at: 25.9s, alarm: oil-hot, state: unacknowledged}
                                      - {at: 26s, alarm: oil-hot, state: returned}
                                """))
                .isEqualTo("t: ok");
        assertThat(
                        outcome(
                                HOT,
                                "      - {between: [4s, 9s], alarm: oil-hot, state: unacknowledged}\n"))
                .endsWith(
                        "expected 4s to 9s alarm oil-hot unacknowledged; got unacknowledged from 3s on, on press-3/oil; returned from 26s on, on press-3/oil");
        assertThat(outcome(HOT, "      - {no-alarm: oil-hot}\n"))
                .contains("expected no alarm oil-hot; got unacknowledged from 3s on");
    }

    @Test
    void aPersonAcknowledgesAndResets() throws Exception {
        assertThat(
                        outcome(
                                HOT
                                        + "      - {at: 27s, acknowledge: oil-hot}\n      - {at: 29s, reset: oil-hot}\n",
                                """
                                      - {at: 27s, alarm: oil-hot, state: latched}
                                      - {at: 29s, alarm: oil-hot, state: normal}
                                """))
                .isEqualTo("t: ok");
    }

    @Test
    void whatComesIsRefusedWhereNothingMayCome() throws Exception {
        assertThat(outcome(HOT, "      - {none: \"mean/**\", from: 11s}\n"))
                .endsWith("expected none of mean/** from 11s on; got 20s mean/avg 89.5");
    }

    // Its own clock decides to which window a sample belongs; this one comes after its end.
    @Test
    void aSampleMayComeLate() throws Exception {
        assertThat(
                        outcome(
                                """
                                      - {at: 1s, press-3/oil: 60}
                                      - {at: 12s, press-3/oil: 70}
                                      - {at: 13s, source: 9s, press-3/oil: 90}
                                """,
                                "      - {at: 10s, mean/avg: 60, mean/count: 1}\n      - {at: 20s, mean/count: 1}\n      - {at: 22s, alarm: oil-hot, state: unacknowledged}\n"))
                .isEqualTo("t: ok");
    }

    @Test
    void eachTestBeginsAnew() throws Exception {
        var test =
                "    given: [{at: 1s, press-3/oil: 90}, {at: 3s}]\n    expect: [{between: [3s, 3s], alarm: oil-hot, state: unacknowledged}]\n";

        assertThat(Bed.outcomes(PARTS + "tests:\n  a:\n%s  b:\n%s".formatted(test, test)))
                .containsExactly("a: ok", "b: ok");
    }

    @Test
    void wholeNumbersTruthAndTextsAreValuesToo() throws Exception {
        var yaml =
                """
                pipelines:
                  double: {from: "press-3/count", steps: [{map: "value * 2"}], to: "double"}
                tests:
                  t:
                    given:
                      - {at: 0s, press-3/count: 9007199254740993, press-3/running: true, press-3/mode: "1..2"}
                      - {from: 1s, to: 3s, every: 1s, press-3/count: 10..20}
                    expect:
                      - {at: 0s, double: 18014398509481986, press-3/running: true, press-3/mode: "1..2"}
                      - {at: 2s, double: 30}
                """;

        assertThat(Bed.outcomes(yaml)).containsExactly("t: ok");
        assertThat(Bed.outcomes(yaml.replace("18014398509481986", "18014398509481985")))
                .singleElement()
                .asString()
                .endsWith("expected 0s double 18014398509481985; got 0s 18014398509481986");
    }

    // A day in steps of a second: the gateway's ticks between make no difference to a window.
    @Test
    void aDayPassesInOneTest() throws Exception {
        var yaml =
                """
                pipelines:
                  day: {from: "press-3/oil", steps: [{aggregate: {window: 24h, every: 1h, functions: [avg, count]}}], to: "day/{function}"}
                tests:
                  t:
                    given: [{from: 0s, to: 24h, every: 1m, press-3/oil: 60}]
                    expect: [{at: 24h, day/avg: 60, day/count: 1440}]
                """;

        assertThat(Bed.outcomes(yaml)).containsExactly("t: ok");
    }

    @Test
    void twoAreTheSameWhereTheSameIsWrittenWhereverItStands() {
        var one =
                PARTS + "tests: {t: {given: [{at: 1s, press-3/oil: 1}], expect: [{none: kelvin}]}}";

        assertThat(Bed.tests(one)).isEqualTo(Bed.tests("# moved\n" + one));
        assertThat(Bed.tests(one)).isNotEqualTo(Bed.tests(one.replace("oil: 1}", "oil: 2}")));
    }
}
