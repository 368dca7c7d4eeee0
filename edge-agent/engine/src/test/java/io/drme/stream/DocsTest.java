package io.drme.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.model.Reason;
import io.drme.stream.DocExamples.Example;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
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
        var script = example.script();
        boolean isPolling = false;
        for (int i = 0; i < script.size(); i++) {
            var words = script.get(i).split(" ", -1);
            boolean goesOn =
                    i + 1 < script.size() && isOfOnePoll(words, script.get(i + 1).split(" ", -1));
            if (goesOn && !isPolling) {
                rig.poll(Rig.nanos(seconds(words)));
            }
            play(rig, words);
            if (isPolling && !goesOn) {
                rig.polled();
            }
            isPolling = goesOn;
        }
        assertThat(rig.lines()).isEqualTo(example.results());
    }

    /** Samples of one second that stand one below the other are those of a poll. */
    private static boolean isOfOnePoll(String[] words, String[] next) {
        return words[0].equals("in") && next[0].equals("in") && words[1].equals(next[1]);
    }

    private static double seconds(String[] words) {
        return words[1].endsWith("s")
                ? Double.parseDouble(words[1].substring(0, words[1].length() - 1))
                : 0;
    }

    private static void play(Rig rig, String[] words) {
        double seconds = seconds(words);
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
}
