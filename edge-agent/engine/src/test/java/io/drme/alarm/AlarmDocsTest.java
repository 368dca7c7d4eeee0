package io.drme.alarm;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.stream.DocExamples;
import io.drme.stream.DocExamples.Example;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** docs/alarms.md says what is true. */
class AlarmDocsTest {
    private static final String PAGE = "alarms.md";

    static Stream<Example> examples() {
        assertThat(DocExamples.of(PAGE)).hasSizeGreaterThan(2);
        return DocExamples.of(PAGE).stream();
    }

    @ParameterizedTest
    @MethodSource("examples")
    void everyExampleGivesWhatThePageSays(Example example) {
        var rig = new AlarmRig(example.yaml(), example.tags());
        for (var line : example.script()) {
            play(rig, line.split(" ", -1));
        }
        assertThat(rig.lines()).isEqualTo(example.results());
    }

    private static void play(AlarmRig rig, String[] words) {
        double seconds =
                words[1].endsWith("s")
                        ? Double.parseDouble(words[1].substring(0, words[1].length() - 1))
                        : 0;
        switch (words[0]) {
            case "tick" -> rig.tick(seconds);
            case "acknowledge" -> rig.acknowledge(rig.id(), seconds, words[2]);
            case "in" -> {
                if (words[3].equals("bad")) {
                    rig.bad(words[2], seconds);
                } else if (words[3].equals("true") || words[3].equals("false")) {
                    rig.bool(words[2], seconds, Boolean.parseBoolean(words[3]));
                } else {
                    rig.real(words[2], seconds, Double.parseDouble(words[3]));
                }
            }
            default -> assertThat(words[0]).isIn("tag", "out");
        }
    }

    // Each state with each input, so that neither the table nor the machine knows more.
    @Test
    void theTableOfStatesIsTheMachine() {
        var rows = DocExamples.rows(PAGE);
        int from = rows.indexOf(List.of("from", "input", "to", "to, with `latch`"));
        assertThat(from).isPositive();
        var table = rows.subList(from + 2, rows.size());

        for (var state : AlarmState.values()) {
            for (var input : Input.values()) {
                var row =
                        table.stream()
                                .filter(r -> r.get(0).equals(state.text()))
                                .filter(r -> r.get(1).equals(text(input)))
                                .findFirst()
                                .orElse(List.of("", "", "", ""));
                assertThat(next(Machine.UNLATCHED, state, input))
                        .as("%s %s", state, input)
                        .isEqualTo(row.get(2));
                assertThat(next(Machine.LATCHED_UNTIL_RESET, state, input))
                        .as("%s %s, latched", state, input)
                        .isEqualTo(row.get(3));
            }
        }
        assertThat(table)
                .allMatch(
                        r -> Arrays.stream(Input.values()).anyMatch(i -> text(i).equals(r.get(1))));
    }

    private static String text(Input input) {
        return input.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static String next(Machine machine, AlarmState state, Input input) {
        return machine.next(state, input).map(AlarmState::text).orElse("");
    }
}
