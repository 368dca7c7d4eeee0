package io.drme.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.model.Tag;
import io.drme.model.ValueType;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What of a changed pipeline goes on, step by step, and what it says of the rest. */
class MigrationTest {
    private static final Tag OIL = Tag.of("press/oil", ValueType.FLOAT64);
    private static final Tag WATER = Tag.of("press/water", ValueType.FLOAT64);
    private static final String WINDOW = "{aggregate: {window: 10s, functions: [max]}}";

    private final List<String> losses = new ArrayList<>();

    private static String pipeline(String steps) {
        return "pipelines: {p: {from: \"press/*\", steps: [%s], to: \"p/{path}/{function}\"}}"
                .formatted(steps);
    }

    private Rig change(String before, String after, Tag... tags) {
        var was = new Rig(pipeline(before), OIL).real("press/oil", 1, 77);
        var now = new Rig(pipeline(after), tags.length == 0 ? new Tag[] {OIL} : tags);
        assertThat(now.pipelines().restore(was.pipelines().snapshot(), l -> losses.add(l.text())))
                .isTrue();
        assertThat(now.pipelines().lossesAfter(was.pipelines()).stream().map(Loss::text))
                .as("the same, told before")
                .isEqualTo(losses);
        return now;
    }

    @Test
    void aStepBehindTheWindowDoesNotEndIt() {
        var rig = change(WINDOW, WINDOW + ", {map: \"value * 2\"}");
        rig.real("press/oil", 10, 1);
        assertThat(rig.lines()).containsExactly("10s p/oil/max 154.0");
        assertThat(losses).isEmpty();
    }

    @Test
    void anotherLimitBeforeTheWindowDoesNotEndIt() {
        var rig =
                change("{filter: \"value > 1\"}, " + WINDOW, "{filter: \"value > 0\"}, " + WINDOW);
        rig.real("press/oil", 10, 1);
        assertThat(rig.lines()).containsExactly("10s p/oil/max 77.0");
        assertThat(losses).isEmpty();
    }

    @Test
    void aStepThatIsTakenOutBeforeTheWindowDoesNotEndIt() {
        var rig = change("{smooth: {median: 3}}, " + WINDOW, WINDOW);
        rig.real("press/oil", 10, 1);
        assertThat(rig.lines()).containsExactly("10s p/oil/max 77.0");
        assertThat(losses).containsExactly("pipeline 'p' steps[0] smooth is forgotten: it is gone");
    }

    @Test
    void onlyTheStepThatWasChangedBeginsAnew() {
        var second = "{aggregate: {window: 20s, functions: [avg]}}";
        var rig = change(WINDOW + ", " + second, WINDOW + ", " + second.replace("20s", "30s"));
        rig.real("press/oil", 30, 1).real("press/oil", 60, 1);
        assertThat(rig.lines()).first().asString().startsWith("30s p/oil/max-avg 77.0");
        assertThat(losses)
                .containsExactly("pipeline 'p' steps[1] aggregate begins anew: it was changed");
    }

    @Test
    void whereLanesAreOfAnotherTypeTheWindowBeginsAnewAndSaysSo() {
        var rig = change("{map: \"value\"}, " + WINDOW, "{map: \"int(value)\"}, " + WINDOW);
        rig.real("press/oil", 2, 3).real("press/oil", 10, 1);
        assertThat(rig.lines()).containsExactly("10s p/oil/max 3");
        assertThat(losses)
                .containsExactly(
                        "pipeline 'p' steps[1] aggregate begins anew for all tags: what comes to it is of another kind or type than before");
    }

    @Test
    void aNewTagLosesNothing() {
        var rig = change(WINDOW, WINDOW, OIL, WATER);
        rig.real("press/oil", 10, 1);
        assertThat(rig.lines()).containsExactly("10s p/oil/max 77.0");
        assertThat(losses).isEmpty();
    }

    @Test
    void twoAlikeStepsKeepTheirOrder() {
        var alike = "{smooth: {median: 3}}, ";
        var rig = change(alike + alike + WINDOW, alike + "{map: \"value\"}, " + alike + WINDOW);
        rig.real("press/oil", 10, 1);
        assertThat(rig.lines()).containsExactly("10s p/oil/max 77.0");
        assertThat(losses).isEmpty();
    }

    @Test
    void itIsKnownHowFarBackResultsLook() {
        assertThat(
                        new Rig(
                                        """
                                        pipelines:
                                          a: {from: "press/oil", steps: [{aggregate: {window: 10s, lateness: 5s, functions: [max]}}], to: "a/x"}
                                          b: {from: "a/x", steps: [{filter: "value > 1"}, {aggregate: {window: 30s, functions: [max]}}], to: "b/x"}
                                        """,
                                        OIL)
                                .pipelines()
                                .looksBack())
                .hasSeconds(45);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    {states: {of: {on: "value > 1"}, window: 10s}}                     | 86410
                    {states: {of: {on: "value > 1"}, window: 10s, max-age: 5s}}        | 15
                    {aggregate: {window: 10s, hold: true, functions: [max]}}           | 86410
                    {aggregate: {window: 10s, hold: false, functions: [max]}}          | 10
                    {pattern: {when: "value > 1", times: 2, within: 30s, lateness: 4s}} | 34
                    """)
    void whatAStepKeepsIsLookedBackOn(String step, long seconds) {
        var text =
                """
                pipelines:
                  a: {from: "press/oil", steps: [%s], to: "%s"}
                """
                        .formatted(step, step.startsWith("{pattern") ? "a/x" : "a/{function}");
        assertThat(new Rig(text, OIL).pipelines().looksBack()).hasSeconds(seconds);
    }
}
