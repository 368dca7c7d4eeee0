package io.drme.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.config.Problems;
import io.drme.config.Where;
import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.model.Reason;
import io.drme.model.ValueType;
import io.drme.stream.DocExamples.Example;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** docs/pipelines.md and the pages of the operators say what is true. */
class DocsTest {
    private static final String PAGE = "pipelines.md";

    static Stream<Example> examples() {
        return Stream.concat(
                        Stream.of(PAGE), StepKind.keys().stream().map(DocsTest::pageOfOperator))
                .flatMap(page -> DocExamples.of(page).stream());
    }

    private static String pageOfOperator(String key) {
        return "operators/" + key + ".md";
    }

    @ParameterizedTest
    @MethodSource("examples")
    void everyExampleGivesWhatThePageSays(Example example) {
        var rig = new Rig(example.yaml(), example.tags());
        for (var line : example.script()) {
            play(rig, line.split(" ", -1));
        }
        assertThat(rig.lines()).isEqualTo(example.results());
    }

    private static void play(Rig rig, String[] words) {
        double seconds =
                words[1].endsWith("s")
                        ? Double.parseDouble(words[1].substring(0, words[1].length() - 1))
                        : 0;
        switch (words[0]) {
            case "tick" -> rig.tick(seconds);
            case "in" -> {
                if (words[3].equals("bad")) {
                    var reason = words[4].toUpperCase(Locale.ROOT).replace('-', '_');
                    rig.bad(words[2], seconds, Reason.valueOf(reason));
                } else {
                    rig.number(words[2], seconds, words[3]);
                }
            }
            default -> assertThat(words[0]).isIn("tag", "out");
        }
    }

    @ParameterizedTest
    @MethodSource("keys")
    void everyOperatorHasAPageWithAnExampleAndARowInTheList(String key) {
        var page = pageOfOperator(key);

        assertThat(DocExamples.of(page)).anyMatch(e -> e.yaml().contains(key + ":"));
        assertThat(DocExamples.page(page)).startsWith("# " + key + "\n");
        assertThat(DocExamples.page(PAGE)).contains("| [" + key + "](" + page + ") |");
    }

    static List<String> keys() {
        return StepKind.keys();
    }

    @Test
    void everyExpressionOfTheTableGivesWhatItSays() {
        var batch = new Batch();
        batch.addDouble(0, 0, 80.5, Quality.GOOD);
        var rows = expressions();

        assertThat(rows).hasSizeGreaterThan(8);
        for (var row : rows) {
            var text = row.getFirst().replace("`", "");
            var program =
                    Expression.of(text, new Where(PAGE, 1, 1), "key")
                            .program(
                                    ValueType.FLOAT64,
                                    "press-3/oil/temperature",
                                    false,
                                    new Problems())
                            .orElseThrow();
            assertThat(result(program, batch)).as(text).isEqualTo(row.get(1).replace("`", ""));
        }
    }

    private static List<List<String>> expressions() {
        var rows = DocExamples.rows(PAGE);
        int from = rows.indexOf(List.of("expression", "gives"));
        assertThat(from).isPositive();
        return rows.subList(from + 2, rows.size());
    }

    private static String result(Program program, Batch batch) {
        long bits = program.bits(batch, 0, "press-3/oil/temperature");
        if (!program.isKnown()) {
            return "unknown";
        }
        return switch (program.type()) {
            case BOOLEAN -> String.valueOf(bits != 0);
            case INT64 -> String.valueOf(bits);
            case FLOAT64 -> String.valueOf(Double.longBitsToDouble(bits));
            case TEXT -> throw new IllegalStateException("no text in the table");
        };
    }
}
