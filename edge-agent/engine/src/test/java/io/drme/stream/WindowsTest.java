package io.drme.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.model.Reason;
import io.drme.model.Tag;
import io.drme.model.TagName;
import io.drme.model.ValueType;
import org.junit.jupiter.api.Test;

/** Windows by session and by count, what is weighted by time, and what may not stand together. */
class WindowsTest {
    private static final Tag KW = Tag.of("kw", ValueType.FLOAT64);

    private static String yaml(String aggregate) {
        return "pipelines: {p: {from: kw, steps: [{aggregate: {%s}}], to: '{function}'}}"
                .formatted(aggregate);
    }

    private static Rig rig(String aggregate) {
        return new Rig(yaml(aggregate), KW);
    }

    private static String problem(String aggregate) {
        var found = Rig.problems(yaml(aggregate), KW);
        assertThat(found).hasSize(1);
        return found.getFirst().replaceFirst("^.*steps\\[0]\\.aggregate\\.?", "");
    }

    @Test
    void aSessionThatIsTooLongIsCut() {
        var rig = rig("session: {gap: 2s, max: 3s}, functions: [count, first]");

        rig.real("kw", 0, 1).real("kw", 1, 2).real("kw", 2.5, 3).real("kw", 3.5, 4).tick(7);

        assertThat(rig.lines())
                .containsExactly("3s count 3", "3s first 1.0", "5.5s count 1", "5.5s first 4.0");
    }

    @Test
    void aStragglerCountsWhileItsSessionIsOpenAndIsLateAfter() {
        var rig = rig("session: {gap: 5s}, functions: [count, first]");

        rig.real("kw", 10, 1).realAt("kw", 11, 6, 2).realAt("kw", 12, 0, 3).tick(16);

        assertThat(rig.lines()).containsExactly("15s count 2", "15s first 2.0");
        assertThat(rig.pipelines().late()).isEqualTo(1);
    }

    @Test
    void aStragglerOfASessionThatWasToldIsLateAndNoPartOfTheNext() {
        var rig = rig("session: {gap: 5s}, functions: [count]").real("kw", 10, 1).tick(16);
        rig.realAt("kw", 16.5, 14.9, 2); // before its end, 15 s, and after its last sample

        rig.realAt("kw", 17, 17, 3).realAt("kw", 18, 14.9, 2).realAt("kw", 19, 15, 4).tick(40);

        assertThat(rig.lines()).containsExactly("15s count 1", "22s count 2");
        assertThat(rig.pipelines().late()).isEqualTo(2);
    }

    @Test
    void theEndOfASessionThatWasToldIsKnownAfterARestart() {
        var rig = rig("session: {gap: 5s}, functions: [count]").real("kw", 10, 1).tick(16);
        var restarted = rig("session: {gap: 5s}, functions: [count]");
        restarted.pipelines().restore(rig.pipelines().snapshot());

        restarted.realAt("kw", 16.5, 14.9, 2).realAt("kw", 17, 15, 2).tick(40);

        assertThat(restarted.lines()).containsExactly("20s count 1");
        assertThat(restarted.pipelines().late()).isEqualTo(1);
    }

    @Test
    void badSamplesDoNotKeepASessionAliveButShow() {
        var rig = rig("session: {gap: 3s}, functions: [count]").real("kw", 0, 1);

        for (int second = 1; second < 6; second++) {
            rig.bad("kw", second, Reason.TIMEOUT);
        }
        rig.real("kw", 20, 1).tick(24);

        assertThat(rig.lines())
                .containsExactly("3s count 1 uncertain input-not-good", "23s count 1");
    }

    @Test
    void aClockSetBackEndsWhatIsOpen() {
        for (var window : new String[] {"session: {gap: 5s}", "count: 100"}) {
            var rig = rig(window + ", functions: [integral, count]").real("kw", 4_000, 1);

            for (int i = 0; i < AggregateOperator.MAX_LATE_RUN; i++) {
                rig.realAt("kw", 4_001 + i, 400 + i * 0.5, 1);
            }
            assertThat(rig.lines())
                    .hasSize(2)
                    .last()
                    .asString()
                    .endsWith("count 1 uncertain input-not-good");
            assertThat(rig.pipelines().late()).isEqualTo(AggregateOperator.MAX_LATE_RUN - 1);
        }
    }

    @Test
    void whatIsOlderThanTheLastCountIsLate() {
        var rig = rig("count: 2, functions: [count, max]");

        rig.real("kw", 1, 1).real("kw", 5, 2).realAt("kw", 6, 4, 9).real("kw", 7, 3);
        rig.realAt("kw", 8, 6, 4);

        assertThat(rig.lines())
                .containsExactly("5s count 2", "5s max 2.0", "7s count 2", "7s max 4.0");
        assertThat(rig.pipelines().late()).isEqualTo(1);
    }

    @Test
    void anIntegralOverATimeThatIsNotKnownIsUncertain() {
        var rig = rig("window: 10s, functions: [integral, time-avg]");

        rig.real("kw", 4, 2).real("kw", 10, 3).bad("kw", 25, Reason.TIMEOUT).real("kw", 28, 3);
        rig.real("kw", 30, 3).tick(41);

        assertThat(rig.lines())
                .containsExactly(
                        "10s integral 12.0 uncertain input-not-good",
                        "10s time-avg 2.0",
                        "20s integral 30.0",
                        "20s time-avg 3.0",
                        "30s integral 21.0 uncertain input-not-good",
                        "30s time-avg 3.0 uncertain input-not-good",
                        "40s integral 30.0",
                        "40s time-avg 3.0");
    }

    @Test
    void aDifferenceThatLeaves64BitsIsBad() {
        var tag = Tag.of("kw", ValueType.INT64);
        var rig = new Rig(yaml("count: 2, functions: [range, delta]"), tag);

        rig.integer("kw", 1, Long.MAX_VALUE).integer("kw", 2, -1);
        rig.integer("kw", 3, Long.MIN_VALUE).integer("kw", 4, -1);

        assertThat(rig.lines())
                .containsExactly(
                        "2s range bad out-of-range",
                        "2s delta " + Long.MIN_VALUE,
                        "4s range " + Long.MAX_VALUE,
                        "4s delta " + Long.MAX_VALUE);
    }

    @Test
    void theUnitIsThatOfTheResult() {
        var tag = new Tag(new TagName("kw"), ValueType.FLOAT64, "kW", 0, KW.sync());
        var table =
                new Rig(yaml("count: 2, functions: [count, p95, integral], per: h"), tag)
                        .pipelines()
                        .table();

        assertThat(table.get(table.indexOf(new TagName("count")).orElseThrow()).unit()).isEmpty();
        assertThat(table.get(table.indexOf(new TagName("p95")).orElseThrow()).unit())
                .isEqualTo("kW");
        assertThat(table.get(table.indexOf(new TagName("integral")).orElseThrow()).unit())
                .isEqualTo("kW.h");
    }

    @Test
    void mistakesAreNamed() {
        assertThat(problem("functions: [avg]"))
                .isEqualTo(
                        "window: is missing; give a time such as 10s, or 'session: {gap: 30s}', or 'count: 100'");
        assertThat(problem("window: 10s, count: 3, functions: [avg]"))
                .isEqualTo(
                        "count: can't stand beside 'window': a window is by time, by session or by count; remove one");
        assertThat(problem("count: 3, lateness: 1s, functions: [avg]"))
                .isEqualTo("lateness: goes with 'window' only, not with 'count'; remove it");
        assertThat(problem("count: 0, functions: [avg]"))
                .isEqualTo("count: 0 is outside 1 to 1000000; give one within");
        assertThat(problem("session: {}, functions: [avg]"))
                .isEqualTo(
                        "session.gap: is missing; give the silence that ends a session, such as 30s");
        assertThat(problem("count: 3, functions: [p100]"))
                .startsWith("functions: 'p100' is not known");
        assertThat(problem("count: 3, functions: [p0]")).startsWith("functions: 'p0' is not known");
        assertThat(problem("count: 3, functions: [integral], per: week"))
                .isEqualTo("per: 'week' is not known; allowed: s, min, h, d");
    }
}
