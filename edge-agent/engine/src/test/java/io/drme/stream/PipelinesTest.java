package io.drme.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.config.Problems;
import io.drme.model.Reason;
import io.drme.model.SyncMode;
import io.drme.model.Tag;
import io.drme.model.TagName;
import io.drme.model.ValueType;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** How pipelines are put together: names, types, what leaves the site, reloads, problems. */
class PipelinesTest {
    private static final Tag OIL =
            new Tag(
                    new TagName("press-3/oil/temperature"),
                    ValueType.FLOAT64,
                    "Cel",
                    0,
                    new SyncMode.Raw());
    private static final Tag DOOR = Tag.of("cabinet/door", ValueType.BOOLEAN);
    private static final Tag SERIAL = Tag.of("press-3/serial", ValueType.TEXT);

    private static final String HEALTH =
            """
            pipelines:
              press-health:
                from: ["press-*/oil/temperature"]
                steps:
                  - filter: "quality == 'good'"
                  - aggregate: {window: 10s, every: 1s, functions: [avg, max, count]}
                to: ["press-health/{tag}/{function}"]
            """;

    private static Tag tag(Rig rig, String name) {
        var table = rig.pipelines().table();
        return table.get(table.indexOf(new TagName(name)).orElseThrow());
    }

    @Test
    void derivedTagsAreNamedAfterTheirSource() {
        var rig = new Rig(HEALTH, OIL);

        assertThat(rig.pipelines().table().tags().stream().map(t -> t.name().text()))
                .containsExactly(
                        "press-3/oil/temperature",
                        "press-health/press-3/oil/temperature/avg",
                        "press-health/press-3/oil/temperature/max",
                        "press-health/press-3/oil/temperature/count");
        assertThat(DerivedName.of("x/{device}/{path}/{function}", "press-3/oil/level", "avg"))
                .isEqualTo("x/press-3/oil/level/avg");
    }

    @Test
    void derivedTagsKeepTheUnitUnlessTheyCount() {
        var rig = new Rig(HEALTH, OIL);

        assertThat(tag(rig, "press-health/press-3/oil/temperature/max").unit()).isEqualTo("Cel");
        assertThat(tag(rig, "press-health/press-3/oil/temperature/count").unit()).isEmpty();
        assertThat(tag(rig, "press-health/press-3/oil/temperature/count").type())
                .isEqualTo(ValueType.INT64);
    }

    @Test
    void aFilterThatCanNotTellPassesTheSampleAsBad() {
        var rig =
                new Rig(
                        """
                        pipelines: {p: {from: "**", steps: [{filter: "value > 80"}], to: "p/x"}}
                        """,
                        OIL);

        rig.real("press-3/oil/temperature", 1, 81).real("press-3/oil/temperature", 2, 80);
        rig.bad("press-3/oil/temperature", 3, Reason.TIMEOUT);

        assertThat(rig.lines()).containsExactly("1s p/x 81.0", "3s p/x bad timeout");
    }

    @Test
    void scaleAndMapWorkOnTheValueAndKeepTheQuality() {
        var rig =
                new Rig(
                        """
                        pipelines:
                          p:
                            from: "**"
                            steps: [{scale: {factor: 1.8, offset: 32}}, {map: "1 / (value - 212)"}]
                            unit: "[degF]"
                            to: "p/x"
                        """,
                        OIL);
        var oil = OIL.name().text();

        rig.real(oil, 1, 0).uncertain(oil, 2, 0).bad(oil, 3, Reason.STALE).real(oil, 4, 100);

        assertThat(rig.lines())
                .containsExactly(
                        "1s p/x " + 1 / -180.0,
                        "2s p/x " + 1 / -180.0 + " uncertain device-uncertain",
                        "3s p/x bad stale",
                        "4s p/x bad out-of-range");
        assertThat(tag(rig, "p/x").unit()).isEqualTo("[degF]");
    }

    @Test
    void aMapMayChangeTheType() {
        var rig =
                new Rig(
                        """
                        pipelines:
                          hot: {from: "press-3/oil/*", steps: [{map: "value > 80"}], to: "hot"}
                          why: {from: "press-3/oil/*", steps: [{map: "value > 80 ? 'hot' : 'ok'"}], to: "why"}
                        """,
                        OIL);

        rig.real(OIL.name().text(), 1, 81);

        assertThat(rig.lines()).containsExactly("1s hot true", "1s why 'hot'");
    }

    @Test
    void aPipelineSeesWhatThoseAboveItDerive() {
        var rig =
                new Rig(
                        """
                        pipelines:
                          kelvin: {from: "press-3/oil/*", steps: [{scale: {offset: 273.15}}], to: "kelvin"}
                          peak: {from: "kelvin", steps: [{aggregate: {window: 2s, functions: [max]}}], to: "peak"}
                        """,
                        OIL);

        rig.real(OIL.name().text(), 0, 0).tick(3);

        assertThat(rig.lines()).containsExactly("0s kelvin 273.15", "2s peak 273.15");
    }

    @Test
    void whatIsDerivedFromALocalTagStaysLocalUnlessSaidOtherwise() {
        var local = new Tag(OIL.name(), ValueType.FLOAT64, "", 0, new SyncMode.Local());
        var yaml =
                """
                pipelines:
                  a: {from: "press-3/**", steps: [{map: "value"}], to: "a"}
                  b: {from: "press-3/**", steps: [{map: "value"}], to: "b", sync: raw}
                """;
        var rig = new Rig(yaml, local);

        assertThat(tag(rig, "a").sync()).isEqualTo(new SyncMode.Local());
        assertThat(tag(rig, "b").sync()).isEqualTo(new SyncMode.Raw());
    }

    @Test
    void aTagThatSyncsAggregatesHasThemAsDerivedTags() {
        var energy =
                new Tag(
                        new TagName("press-3/energy"),
                        ValueType.INT64,
                        "kW.h",
                        0,
                        new SyncMode.Aggregate(10_000_000_000L));
        var rig = new Rig("pipelines: {}", energy);

        rig.integer("press-3/energy", 1, 4).integer("press-3/energy", 2, 6).tick(11);

        assertThat(rig.lines())
                .containsExactly(
                        "10s press-3/energy/min 4",
                        "10s press-3/energy/max 6",
                        "10s press-3/energy/avg 5.0",
                        "10s press-3/energy/count 2");
        assertThat(tag(rig, "press-3/energy/avg").sync()).isEqualTo(new SyncMode.Raw());
        assertThat(rig.pipelines().count()).isEqualTo(1);
    }

    @Test
    void aPipelineMaySyncAggregatesOfItsResults() {
        var yaml =
                """
                pipelines:
                  double: {from: "press-3/**", steps: [{map: "value * 2"}], to: "d", sync: "aggregate: 10s"}
                """;
        var rig = new Rig(yaml, OIL).real(OIL.name().text(), 1, 4).tick(11).tick(12);

        assertThat(rig.lines())
                .containsExactly(
                        "1s d 8.0",
                        "10s d/min 8.0",
                        "10s d/max 8.0",
                        "10s d/avg 8.0",
                        "10s d/count 1");
    }

    @Test
    void aReloadGoesOnWhereAPipelineDidNotChange() {
        var rig = new Rig(HEALTH, OIL).real(OIL.name().text(), 0.5, 10);
        var snapshot = rig.pipelines().snapshot();
        var other = Tag.of("press-2/oil/temperature", ValueType.FLOAT64);

        var more = new Rig(HEALTH, other, OIL);
        assertThat(more.pipelines().restore(snapshot)).isTrue();
        more.real(OIL.name().text(), 1, 0);
        assertThat(more.lines()).first().asString().endsWith("press-3/oil/temperature/avg 10.0");

        var changed = new Rig(HEALTH.replace("10s", "20s"), OIL);
        assertThat(changed.pipelines().restore(snapshot)).isTrue();
        changed.real(OIL.name().text(), 1, 0);
        assertThat(changed.lines()).isEmpty();
    }

    // Indexes stay for the life of the process, so the table of before comes along.
    @Test
    void aReloadAgainstTheTableOfBeforeSeesOnlyTheTagsOfNow() {
        var problems = new Problems();
        var configs = PipelineConfig.readAll(Rig.top(HEALTH, problems));
        var gone = Tag.of("press-2/oil/temperature", ValueType.FLOAT64);
        var before = Pipelines.compile(configs, List.of(gone, OIL), problems);

        var after = Pipelines.compile(configs, before.table(), List.of(OIL.name()), problems);

        assertThat(problems.list()).isEmpty();
        assertThat(after.table().tags()).isEqualTo(before.table().tags());
        assertThat(after.present().stream().mapToObj(i -> after.table().get(i).name().text()))
                .containsExactly(
                        "press-3/oil/temperature",
                        "press-health/press-3/oil/temperature/avg",
                        "press-health/press-3/oil/temperature/max",
                        "press-health/press-3/oil/temperature/count");
    }

    @Test
    void bytesThatAreNoSnapshotAreRefused() {
        var rig = new Rig(HEALTH, OIL).real(OIL.name().text(), 0.5, 10);
        var snapshot = rig.pipelines().snapshot();
        snapshot[9] ^= 1;

        assertThat(rig.pipelines().restore(snapshot)).isFalse();
        assertThat(rig.pipelines().restore(new byte[3])).isFalse();
    }

    @Test
    void everyProblemOfTheFileIsFoundAtOnce() {
        assertThat(
                        Rig.problems(
                                """
                                pipelines:
                                  Bad Name: {from: "a", steps: [{map: "value"}], to: "x"}
                                  empty: {}
                                  steps: {from: "a", steps: [{filtr: "value"}, {map: "value", scale: {}}], to: "x"}
                                  window: {from: "a", steps: [{aggregate: {every: 3s, window: 10s, functions: [average, avg, avg]}}], to: "{functon}"}
                                  name: {from: "a", steps: [{map: "value"}], to: "X/{tag}", sync: "aggregate: 1ms"}
                                """))
                .containsExactly(
                        "gateway.yaml:2: pipelines.Bad Name: 'Bad Name' is not a name; expected words of a-z 0-9 - _ . joined by '/'",
                        "gateway.yaml:2: pipelines.Bad Name.from: no tag matches 'a'; give a name, or a pattern: '*' matches within one word, '**' any depth",
                        "gateway.yaml:3: pipelines.empty.from: is missing or empty; give globs of tags, such as [\"press-*/oil/*\"]",
                        "gateway.yaml:3: pipelines.empty.steps: expected a list of steps, each one of: "
                                + String.join(", ", StepKind.keys()),
                        "gateway.yaml:3: pipelines.empty.to: is missing or empty; give names of derived tags, such as [\"empty/{tag}\"]",
                        "gateway.yaml:4: pipelines.steps.steps[0].filtr: is not a known key (did you mean 'filter'?); known here: "
                                + String.join(", ", new TreeSet<>(StepKind.keys())),
                        "gateway.yaml:4: pipelines.steps.steps[1]: expected one key, one of: "
                                + String.join(", ", StepKind.keys()),
                        "gateway.yaml:5: pipelines.window.steps[0].aggregate.every: 3s does not divide the window of 10s; choose one that does, such as 5s",
                        "gateway.yaml:5: pipelines.window.steps[0].aggregate.functions: 'average' is not known; any percentile may be, such as p97.5; allowed: avg, min, max, sum, count, stddev, first, last, range, delta, time-avg, integral, median, p50, p90, p95, p99",
                        "gateway.yaml:5: pipelines.window.steps[0].aggregate.functions: 'avg' stands twice; remove one",
                        "gateway.yaml:5: pipelines.window.to: '{functon}' in '{functon}' is not known; allowed: {tag}, {device}, {path}, {function}",
                        "gateway.yaml:5: pipelines.window.from: no tag matches 'a'; give a name, or a pattern: '*' matches within one word, '**' any depth",
                        "gateway.yaml:6: pipelines.name.to: 'X/{tag}' makes no tag name; expected words of a-z 0-9 - _ . joined by '/'",
                        "gateway.yaml:6: pipelines.name.sync: 'aggregate: 1ms' is not raw, local or \"aggregate: 10s\" (100ms to 1d, in quotes); give one",
                        "gateway.yaml:6: pipelines.name.from: no tag matches 'a'; give a name, or a pattern: '*' matches within one word, '**' any depth");
    }

    @Test
    void whatDoesNotFitTheTagsNamesTheTag() {
        assertThat(
                        Rig.problems(
                                """
                                pipelines:
                                  a: {from: "**", steps: [{scale: {factor: 2}}], to: "a/{tag}"}
                                  b: {from: "**", steps: [{aggregate: {window: 1s, functions: [avg]}}], to: "b/{tag}"}
                                  c: {from: "**", steps: [{filter: "value > 80"}], to: "c/{tag}"}
                                  d: {from: "press-3/*/*", steps: [{aggregate: {window: 1s, functions: [avg, max]}}], to: "d"}
                                  e: {from: "**", steps: [{filter: "true"}], to: "e"}
                                  f: {from: "cabinet/door", steps: [{filter: "value"}], to: "press-3/oil/temperature"}
                                """,
                                OIL,
                                DOOR,
                                SERIAL))
                .containsExactly(
                        "gateway.yaml:2: pipelines.a.steps[0].scale: cabinet/door is true or false and can't be scaled; leave it out of 'from'",
                        "gateway.yaml:3: pipelines.b.steps[0].aggregate.functions: press-3/serial is a text, of which there is no avg; use count, first or last, or leave it out of 'from'",
                        "gateway.yaml:4: pipelines.c.steps[0].filter: at character 7: for cabinet/door, true or false: true or false can't be compared with a whole number\n      value > 80\n            ^",
                        "gateway.yaml:5: pipelines.d.to: makes 'd' of both press-3/oil/temperature and press-3/oil/temperature; add {function}",
                        "gateway.yaml:6: pipelines.e.to: makes 'e' of both press-3/oil/temperature and cabinet/door; add {tag}",
                        "gateway.yaml:7: pipelines.f.to: makes 'press-3/oil/temperature' of cabinet/door, but there is a tag of that name already; choose another");
    }

    @Test
    void anAggregateThatWouldTakeTooMuchMemoryIsRefused() {
        var tags = new Tag[1_000];
        for (int i = 0; i < tags.length; i++) {
            tags[i] = Tag.of("a/" + i, ValueType.FLOAT64);
        }
        var yaml =
                "pipelines: {p: {from: 'a/*', steps: [{aggregate: {window: 1h, every: 1s,"
                        + " functions: [avg]}}], to: 'p/{tag}'}}";

        assertThat(Rig.problems(yaml, tags))
                .singleElement()
                .asString()
                .contains("would take 467 MiB for 1000 tags; at most 256 MiB are allowed");
    }

    @Test
    void withoutPipelinesNothingIsDerived() {
        var pipelines = Pipelines.compile(List.of(), List.of(OIL), new Problems());

        assertThat(pipelines.count()).isZero();
        assertThat(pipelines.table().size()).isEqualTo(1);
    }
}
