package io.drme.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class SectionTest {
    private final Problems problems = new Problems();

    @Test
    void everyProblemIsFoundInOneRunWithFileLineKeyAndRemedy() {
        var section =
                read(
                        """
                        poll: 5
                        unit-id: 300
                        max-size: 2gigs
                        tiemout: 1s
                        """);

        section.duration("poll", Duration.ofSeconds(1), Duration.ofMillis(1), Duration.ofDays(1));
        section.integer("unit-id", 1, 0, 247);
        section.bytes("max-size", 1, 1, 1 << 20);
        section.duration(
                "timeout", Duration.ofSeconds(1), Duration.ofMillis(1), Duration.ofDays(1));
        section.done();

        assertThatThrownBy(() -> problems.throwIfAny("gateway.yaml"))
                .isInstanceOf(InvalidConfigException.class)
                .hasMessage(
                        """
                        gateway.yaml has 4 problems:
                          - gateway.yaml:1: poll: '5' is not a time with its unit, such as 500ms, 10s, 5m or 7d; give one
                          - gateway.yaml:2: unit-id: 300 is outside 0 to 247; give one within
                          - gateway.yaml:3: max-size: '2gigs' is not a size with its unit, such as 64KiB, 256MiB or 2GiB; give one
                          - gateway.yaml:4: tiemout: is not a known key (did you mean 'timeout'?); known here: max-size, poll, timeout, unit-id\
                        """);
    }

    @Test
    void aKeyThatStandsTwiceNamesBothLines() {
        read(
                """
                a: 1
                b: 2
                a: 3
                """);

        assertThat(problems.list())
                .singleElement()
                .hasToString("gateway.yaml:3: a: stands twice, first in line 1; remove one");
    }

    @Test
    void brokenYamlSaysWhere() {
        YamlReader.parse("gateway.yaml", "a: [1, 2\nb: 3\n", problems);

        assertThat(problems.list())
                .singleElement()
                .satisfies(p -> {
                    assertThat(p.where().line()).isGreaterThanOrEqualTo(2);
                    assertThat(p.message()).startsWith("not readable as YAML");
                });
    }

    // A billion laughs would otherwise take the memory of the gateway.
    @Test
    void aliasesThatMultiplyAreRefused() {
        var yaml = new StringBuilder("l0: &l0 [x, x]\n");
        for (int i = 1; i < 60; i++) {
            yaml.append("l%d: &l%d [*l%d, *l%d]\n".formatted(i, i, i - 1, i - 1));
        }
        YamlReader.parse("gateway.yaml", yaml.toString(), problems);

        assertThat(problems.none()).isFalse();
    }

    @Test
    void anAliasWithinWhatItNamesIsNamed() {
        YamlReader.parse("gateway.yaml", "&x\na: 1\nb: [*x]\n", problems);

        assertThat(problems.list())
                .singleElement()
                .satisfies(p -> {
                    assertThat(p.key()).isEqualTo("b[0]");
                    assertThat(p.message()).startsWith("an alias stands within what it names");
                });
    }

    @Test
    void anEscapeThatTheFileEndsInIsAProblemAndNoCrash() {
        YamlReader.parse("gateway.yaml", "a: \"c\\x", problems);

        assertThat(problems.list())
                .singleElement()
                .satisfies(p -> assertThat(p.message()).contains("backslash"));
    }

    private Section read(String yaml) {
        return new Section(
                YamlReader.parse("gateway.yaml", yaml, problems).orElseThrow(), "", problems);
    }
}
