package io.drme.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.config.Problems;
import io.drme.model.Reason;
import io.drme.model.Tag;
import io.drme.model.ValueType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Rows of a table beside samples: a plain model over seeds, and what no model says.
 *
 * <p>Planted and caught: the row of the lane before; an empty cell that counts as 0; a dropped
 * sample that has a row.
 */
class LookupTest {
    private static final Tag OIL = Tag.of("press-1/oil", ValueType.FLOAT64);
    private static final Tag WATER = Tag.of("press-2/water", ValueType.FLOAT64);
    private static final Tag CODE = Tag.of("press-1/code", ValueType.INT64);
    private static final Tag NAME = Tag.of("press-1/name", ValueType.TEXT);
    private static final Tag DOOR = Tag.of("press-1/door", ValueType.BOOLEAN);

    @ParameterizedTest
    @MethodSource("io.drme.testing.Seeds#all")
    void eachSampleMeetsTheRowOfItsTag(long seed) {
        var random = random(seed);
        boolean drops = random.nextBoolean();
        Map<String, Double> limits = new HashMap<>();
        var rows = new ArrayList<String>();
        var tags = new Tag[30];
        for (int i = 0; i < tags.length; i++) {
            tags[i] = Tag.of("m/" + i, ValueType.FLOAT64);
            if (random.nextInt(4) > 0) {
                double limit = random.nextInt(-40, 40) / 4.0;
                limits.put("m/" + i, limit);
                rows.add("m/%d: {limit: %s, note: 'row %d'}".formatted(i, limit, i));
            } else if (random.nextBoolean()) {
                rows.add("m/%d: {limit: '', note: ''}".formatted(i));
                limits.put("m/" + i, Double.NaN);
            }
        }
        var yaml =
                "pipelines: {p: {from: m/*, to: 'p/{path}', steps: [{lookup: {table: {%s}, missing: %s, give: value - limit}}]}}"
                        .formatted(String.join(", ", rows), drops ? "drop" : "bad");
        var rig = new Rig(yaml, tags);
        var expected = new ArrayList<String>();

        for (int i = 0; i < 100; i++) {
            int tag = random.nextInt(tags.length);
            double value = random.nextInt(-40, 40) / 4.0;
            rig.real("m/" + tag, i, value);
            var limit = limits.get("m/" + tag);
            if (limit != null || !drops) {
                double known = limit == null ? Double.NaN : limit;
                expected.add(
                        "%ds p/%d %s"
                                .formatted(
                                        i,
                                        tag,
                                        Double.isNaN(known)
                                                ? "bad input-not-good"
                                                : value - known));
            }
        }

        assertThat(rig.lines()).isEqualTo(expected);
    }

    @Test
    void aValueMayBeTheKey() {
        var yaml =
                """
                pipelines:
                  p:
                    from: ["press-1/code", "press-1/name", "press-1/door"]
                    steps: [{lookup: {table: {7: {say: jam}, 12: {say: empty}, a: {say: first}, "true": {say: open}}, key: value, give: "say"}}]
                    to: "say/{path}"
                """;
        var rig = new Rig(yaml, CODE, NAME, DOOR);

        rig.integer("press-1/code", 1, 12).integer("press-1/code", 2, 8);
        rig.text("press-1/name", 3, "a").bool("press-1/door", 4, true);
        rig.bad("press-1/code", 5, Reason.TIMEOUT);

        assertThat(rig.lines())
                .containsExactly(
                        "1s say/code 'empty'",
                        "2s say/code bad input-not-good",
                        "3s say/name 'first'",
                        "4s say/door 'open'",
                        "5s say/code bad timeout");
    }

    @Test
    void whatCanNotBeToldPassesAsBad() {
        var yaml =
                "pipelines: {p: {from: '*/*', to: 'p/{path}', steps: [{lookup: {table: {press-1/oil: {high: 80}}, keep: value > high}}]}}";
        var rig = new Rig(yaml, OIL, WATER);

        rig.real("press-1/oil", 1, 81).real("press-1/oil", 2, 80).real("press-2/water", 3, 1);
        rig.bad("press-1/oil", 4, Reason.TIMEOUT).uncertain("press-1/oil", 5, 90);

        assertThat(rig.lines())
                .containsExactly(
                        "1s p/oil 81.0",
                        "3s p/water bad input-not-good",
                        "4s p/oil bad timeout",
                        "5s p/oil 90.0 uncertain device-uncertain");
    }

    @Test
    void withOtherRowsTheStepsBehindGoOnWhereTheyWere() {
        var yaml =
                """
                pipelines:
                  p:
                    from: "press-1/oil"
                    steps:
                      - lookup: {table: {press-1/oil: {offset: 1.5}}, give: "value + offset"}
                      - aggregate: {window: 10s, functions: [sum]}
                    to: "p"
                """;
        var before = new Rig(yaml, OIL);
        before.real("press-1/oil", 1, 10);
        var snapshot = before.pipelines().snapshot();

        var after = new Rig(yaml.replace("1.5", "100.25"), OIL);
        assertThat(after.pipelines().restore(snapshot)).isTrue();
        after.real("press-1/oil", 2, 10).real("press-1/oil", 10, 0);

        assertThat(after.lines()).containsExactly("10s p " + (11.5 + 110.25));
    }

    @Test
    void aColumnHasTheNarrowestTypeOfItsCells() {
        var problems = new Problems();
        var table =
                Table.read(
                                Rig.top(
                                        "{a: {w: 1, d: 1, t: 1, b: true, 'no name': 1}, b: {w: -5, d: 2.5, t: 1f, b: false}}",
                                        problems))
                        .orElseThrow();

        assertThat(problems.list()).isEmpty();
        assertThat(table.columns()).containsExactly("w", "d", "t", "b");
        assertThat(table.types())
                .containsExactly(
                        ValueType.INT64, ValueType.FLOAT64, ValueType.TEXT, ValueType.BOOLEAN);
    }

    @Test
    void whatIsWrongIsTold() {
        assertThat(
                        Rig.problems(
                                """
                                pipelines:
                                  a: {from: "**", steps: [{lookup: {give: "value"}}], to: "a"}
                                  b: {from: "**", steps: [{lookup: {table: {x: {high: 1}}, key: tagg}}], to: "b"}
                                  c: {from: "**", steps: [{lookup: {table: {x: {high: 1}}, give: "value > hihg"}}], to: "c"}
                                  d: {from: "**", steps: [{lookup: {table: {x: {high: 1}}, key: value, give: "high"}}], to: "d"}
                                  e: {from: "**", steps: [{lookup: {table: {}, give: "high"}}], to: "e"}
                                """,
                                OIL))
                .containsExactly(
                        "gateway.yaml:2: pipelines.a.steps[0].lookup.table: is missing; give {file: FILE.csv}, or rows by their keys",
                        "gateway.yaml:3: pipelines.b.steps[0].lookup.key: 'tagg' is not known (did you mean 'tag'?); allowed: tag, device, path, value",
                        "gateway.yaml:3: pipelines.b.steps[0].lookup.give: is missing; give an expression over value and the columns of the table",
                        "gateway.yaml:4: pipelines.c.steps[0].lookup.give: at character 9: unknown name 'hihg' (did you mean 'high'?); known: value, quality, reason, time, high, high.quality, high.reason, high.time, tag; a text needs quotes\n      value > hihg\n              ^",
                        "gateway.yaml:5: pipelines.d.steps[0].lookup.key: press-1/oil is a number with decimals, which is no key; make it whole before with map: \"int(value)\"",
                        "gateway.yaml:6: pipelines.e.steps[0].lookup.table: has no column that an expression can name; expected rows such as press-1/oil: {high: 80}");
    }

    /** The first numbers of small seeds are much alike. */
    private static Random random(long seed) {
        var random = new Random(seed);
        random.nextLong();
        return random;
    }
}
