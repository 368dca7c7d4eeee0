package io.drme.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.config.Problems;
import io.drme.config.Where;
import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.model.ValueType;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** docs/expressions.md says what is true. */
class ExpressionDocsTest {
    private static final String PAGE = "expressions.md";
    private static final String TAG = "press-3/oil/temperature";

    /** 2026-03-29T14:05:09.026Z. */
    private static final long TIME = 1_774_793_109_026_000_000L;

    @Test
    void everyExpressionOfTheTableGivesWhatItSays() {
        var batch = new Batch();
        batch.addDouble(0, TIME, 80.5, Quality.GOOD);
        var rows = rows(List.of("expression", "gives"));

        assertThat(rows).hasSizeGreaterThan(8);
        for (var row : rows) {
            var text = row.getFirst().replace("`", "");
            var program =
                    Expression.of(text, new Where(PAGE, 1, 1), "key")
                            .program(ValueType.FLOAT64, TAG, false, new Problems())
                            .orElseThrow();
            assertThat(shown(EvaluationTest.result(program, batch, 0, TAG)))
                    .as(text)
                    .isEqualTo(row.get(1).replace("`", ""));
        }
    }

    private static String shown(Optional<Object> result) {
        return result.map(r -> r instanceof String text ? "'" + text + "'" : r.toString())
                .orElse("unknown");
    }

    @Test
    void theStepsOfEveryFunctionAreThoseOfThePage() throws SyntaxError {
        var rows = rows(List.of("function", "takes", "steps"));
        var known = new HashSet<String>();
        for (var row : rows) {
            for (var call : row.getFirst().split("<br>", -1)) {
                var text = call.replace("`", "");
                var term = Typing.of(Parser.parse(text), Environment.ofValue(ValueType.FLOAT64));
                assertThat(Cost.of(term)).as(text).isEqualTo(Integer.parseInt(row.get(2)));
                known.add(text.replaceAll("^[a-z']+\\.|\\(.*", ""));
            }
        }
        assertThat(known).isEqualTo(Calls.names());
    }

    private static List<List<String>> rows(List<String> head) {
        var rows = DocExamples.rows(PAGE);
        int from = rows.indexOf(head);
        assertThat(from).as(head.toString()).isNotNegative();
        return rows.subList(from + 2, rows.size()).stream()
                .takeWhile(row -> row.size() == head.size() + 1 || row.size() == head.size())
                .takeWhile(row -> row.getFirst().startsWith("`"))
                .toList();
    }
}
