package io.drme.trial;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A test that is wrong is refused with place, key and what to do. */
class TrialProblemsTest {
    private static final String PARTS =
            """
            pipelines: {kelvin: {from: "press-3/oil", steps: [{map: "value + 273.15"}], to: "kelvin"}}
            alarms: {oil-hot: {tag: "press-3/oil", high: 80}}
            """;

    private static String test(String given, String expect) {
        return PARTS
                + "tests:\n  t:\n    given:\n      - %s\n    expect:\n      - %s\n"
                        .formatted(given, expect);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    {atx: 1s, press-3/oil: 1}                      | tests.t.given[0].atx: is not a known key (did you mean 'at'?)
                    {at: 1, press-3/oil: 1}                        | tests.t.given[0].at: '1' is not a time with its unit
                    {at: 1us, press-3/oil: 1}                      | tests.t.given[0].at: is no whole number of milliseconds
                    {at: 33d, press-3/oil: 1}                      | tests.t.given[0].at: 33d is outside 0s to 32d
                    {press-3/oil: 1}                               | tests.t.given[0].at: is missing
                    {from: 1s, to: 2s, press-3/oil: 1}             | tests.t.given[0].every: is missing
                    {from: 3s, to: 2s, every: 1s, press-3/oil: 1}  | tests.t.given[0].to: is before 'from'
                    {from: 1s, to: 2s, every: 1s}                  | tests.t.given[0].every: a series gives nothing
                    {from: 0s, to: 1h, every: 1ms, press-3/oil: 1} | tests.t.given: makes 3600001 samples; at most 1000000
                    {at: 1s, to: 2s, press-3/oil: 1}               | tests.t.given[0].to: can't stand beside 'at'
                    {at: 1s, press-3/oi: 1}                        | tests.t.given[0].press-3/oi: no tag matches 'press-3/oi' (did you mean 'press-3/oil'?)
                    {at: 1s, press-3/oil: warm}                    | tests.t.given[0].press-3/oil: 'warm' is not a number, as press-3/oil needs it
                    {at: 1s, press-3/count: 1.5}                   | tests.t.given[0].press-3/count: '1.5' is not a whole number
                    {at: 1s, press-3/running: 1}                   | tests.t.given[0].press-3/running: '1' is not true or false
                    {at: 1s, press-3/oil: 1..2}                    | tests.t.given[0].press-3/oil: a ramp needs a series
                    {at: 1s, press-3/oil: {bad: gone}}             | tests.t.given[0].press-3/oil.bad: 'gone' is not known; allowed: timeout
                    {at: 1s, press-3/oil: {valu: 1}}               | tests.t.given[0].press-3/oil.valu: is not a known key (did you mean 'value'?)
                    {at: 1s, press-3/oil: {value: 1, quality: bad}} | tests.t.given[0].press-3/oil.quality: a bad sample has no value; use {bad: comms-lost}
                    {at: 1s, press-3/oil: [1]}                     | tests.t.given[0].press-3/oil: expected a value
                    {at: 1s, acknowledge: oil-ht}                  | tests.t.given[0].acknowledge: there is no alarm 'oil-ht' (did you mean 'oil-hot'?)
                    {at: 1s, acknowledge: oil-hot, press-3/oil: 1} | tests.t.given[0].press-3/oil: can't stand beside 'acknowledge'
                    """)
    void inGiven(String line, String told) {
        assertThat(Bed.problems(test(line, "{none: kelvin}")))
                .anyMatch(p -> p.startsWith("gateway.yaml:") && p.contains(told));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    {kelvin: 1}                                  | tests.t.expect[0]: expected one of
                    {at: 1s}                                     | tests.t.expect[0]: expects nothing
                    {att: 1s, kelvin: 1}                         | tests.t.expect[0].att: is not a known key (did you mean 'at'?)
                    {at: 1s, kelvn: 1}                           | tests.t.expect[0].kelvn: no tag matches 'kelvn' (did you mean 'kelvin'?)
                    {at: 1s, kelvin: 1, withn: 1}                | tests.t.expect[0].withn: no tag matches 'withn' (did you mean 'within'?)
                    {at: 1s, kelvin: 1, within: -1}              | tests.t.expect[0].within: -1.0 is negative
                    {at: 1s, press-3/running: true, within: 1}   | tests.t.expect[0].press-3/running: 'within' needs a number
                    {between: [2s], kelvin: 1}                   | tests.t.expect[0].between: expected two times
                    {between: [2s, 1s], kelvin: 1}               | tests.t.expect[0].between: expected two times
                    {at: 1s, between: [1s, 2s], kelvin: 1}       | tests.t.expect[0].between: can't stand beside 'at'
                    {at: 1s, alarm: oil-hot}                     | tests.t.expect[0].state: is missing
                    {at: 1s, alarm: oil-hot, state: hot}         | tests.t.expect[0].state: 'hot' is not known
                    {at: 1s, alarm: oil-ho, state: normal}       | tests.t.expect[0].alarm: there is no alarm 'oil-ho'
                    {at: 1s, alarm: oil-hot, tag: kelvin, state: normal} | tests.t.expect[0].tag: the alarm 'oil-hot' watches no tag 'kelvin'
                    {at: 1s, kelvin: 1, state: normal}           | tests.t.expect[0].state: needs an alarm
                    {none: kelvins}                              | tests.t.expect[0].none: no tag matches 'kelvins'
                    {none: kelvin, at: 1s}                       | tests.t.expect[0].at: is not a known key
                    {no-alarm: oil-hot, from: 2s, to: 1s}        | tests.t.expect[0].to: is before 'from'
                    """)
    void inExpect(String line, String told) {
        assertThat(Bed.problems(test("{at: 1s, press-3/oil: 1}", line)))
                .anyMatch(p -> p.startsWith("gateway.yaml:") && p.contains(told));
    }

    @Test
    void allProblemsComeAtOnce() {
        assertThat(Bed.problems(test("{at: x, press-3/oil: {bad: y}}", "{at: z, kelvin: 1}")))
                .hasSize(3);
        assertThat(Bed.problems(test("{at: 1s, press-3/oi: 1}", "{at: 1s, kelvn: 1}"))).hasSize(2);
    }

    @Test
    void aTestNeedsBothParts() {
        assertThat(Bed.problems(PARTS + "tests: {t: {given: [{at: 1s}], expct: []}}"))
                .anyMatch(p -> p.contains("expct: is not a known key (did you mean 'expect'?)"));
        assertThat(Bed.problems(PARTS + "tests: {t: {given: [], expect: 5}}")).hasSize(2);
    }
}
