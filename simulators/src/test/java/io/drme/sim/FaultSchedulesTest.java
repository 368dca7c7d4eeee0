package io.drme.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drme.config.InvalidConfigException;
import io.drme.sim.fault.Fault;
import io.drme.sim.fault.FaultKind;
import io.drme.sim.fault.Faults;
import io.drme.testing.ManualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FaultSchedulesTest {
    private final ManualClock clock = new ManualClock();

    private Faults faults(long seed, String... schedule) throws InvalidConfigException {
        var yaml =
                new StringBuilder(
                        """
                        seed: %d
                        devices:
                          press:
                            protocol: modbus
                            units: {1: {points: {level: {address: "input:7", value: 42}}}, 2: {points: {level: {address: "input:7", value: 43}}}}
                            faults:
                        """
                                .formatted(seed));
        for (var line : schedule) {
            yaml.append("      - ").append(line).append('\n');
        }
        return Plant.parse("plant.yaml", yaml.toString(), Plant.Overrides.NONE, clock)
                .member("press")
                .orElseThrow()
                .faults();
    }

    /** At which seconds, from now on, something is wrong with a unit. */
    private List<Integer> wrong(Faults faults, String unit, int seconds) {
        var wrong = new ArrayList<Integer>();
        for (int second = 0; second < seconds; second++) {
            if (faults.of(unit).kind() != FaultKind.NONE) {
                wrong.add(second);
            }
            clock.advance(Duration.ofSeconds(1));
        }
        return wrong;
    }

    @Test
    void aFaultComesAfterItsTimeAndGoesAgain() throws Exception {
        var faults = faults(1, "{fault: silent, after: 3s, for: 2s}");
        assertThat(wrong(faults, "1", 10)).containsExactly(3, 4);
    }

    @Test
    void aFaultThatIsRepeatedComesAtEachInterval() throws Exception {
        var faults = faults(1, "{fault: slow, delay: 300ms, after: 1s, for: 2s, every: 5s}");
        assertThat(wrong(faults, "1", 13)).containsExactly(1, 2, 6, 7, 11, 12);
        clock.advance(Duration.ofSeconds(3));
        assertThat(faults.of("1")).isEqualTo(new Fault(FaultKind.SLOW, Duration.ofMillis(300), 0));
    }

    @Test
    void aFaultWithoutAnEndStays() throws Exception {
        var faults = faults(1, "{fault: reset, after: 2s}");
        assertThat(wrong(faults, "1", 5)).containsExactly(2, 3, 4);
    }

    @Test
    void aFaultOfOneUnitLeavesTheOthersAlone() throws Exception {
        var faults = faults(1, "{fault: exception, code: 2, unit: 2}");
        assertThat(faults.of("1")).isEqualTo(Fault.NONE);
        assertThat(faults.of("2"))
                .isEqualTo(new Fault(FaultKind.EXCEPTION, Fault.DEFAULT_DELAY, 2));
        assertThat(faults.all()).containsOnlyKeys("2");
    }

    // What a person does at the machine is what is looked at just then.
    @Test
    void whatIsSetByHandGoesBeforeTheSchedule() throws Exception {
        var faults = faults(1, "{fault: silent, unit: 1}");
        faults.set(Faults.WHOLE, Fault.of(FaultKind.SLOW), Optional.of(Duration.ofSeconds(5)));
        assertThat(faults.of("1").kind()).isEqualTo(FaultKind.SLOW);
        clock.advance(Duration.ofSeconds(5));
        assertThat(faults.of("1").kind()).isEqualTo(FaultKind.SILENT);
    }

    @Test
    void theSpreadIsThatOfTheSeedAndEachTimeAnother() throws Exception {
        var line = "{fault: silent, for: 1s, every: 100s, spread: 90s}";
        var first = begins(faults(7, line));
        assertThat(begins(faults(7, line))).isEqualTo(first);
        assertThat(begins(faults(8, line))).isNotEqualTo(first);
        var offsets = first.stream().map(s -> s % 100).distinct().toList();
        assertThat(first).hasSizeBetween(9, 20);
        assertThat(offsets).hasSizeGreaterThan(5);
    }

    private List<Integer> begins(Faults faults) {
        return wrong(faults, "1", 1_000);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{fault: silnt}                             | faults.1.fault: 'silnt' is not a fault (did you mean 'silent'?)",
                "{after: 3s}                                | faults.1.fault: is missing",
                "{fault: crc}                               | faults.1.fault: 'press' (modbus) can't be crc; it can:",
                "{fault: silent, unit: 9}                   | faults.1.fault: 'press' has no unit '9'; it has: 1, 2",
                "{fault: silent, every: 5s}                 | faults.1.every: needs 'for'",
                "{fault: silent, every: 5s, for: 4s, spread: 2s} | faults.1.every: is shorter than 'for' and 'spread'",
                "{fault: silent, fro: 4s}                   | faults.1.fro: is not a known key (did you mean 'for'?)",
                "silent                                     | faults: has something else than {fault",
            })
    void aMistakeIsToldWhereItStands(String line, String expected) {
        assertThatThrownBy(() -> faults(1, line))
                .isInstanceOf(InvalidConfigException.class)
                .hasMessageContaining(expected);
    }
}
