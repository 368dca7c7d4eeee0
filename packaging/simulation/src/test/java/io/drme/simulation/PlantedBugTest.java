package io.drme.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.simulation.Simulation.Setting;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A simulation is believed once it has found mistakes that were made on purpose. */
@Execution(ExecutionMode.CONCURRENT)
class PlantedBugTest {
    /** Most are found by the first; one needs a centre that is restored to before a release. */
    private static final long SEEDS = 100;

    /**
     * This takes a copy of a gateway that delivers under a new epoch what the first has not
     * delivered yet, and then is gone: about one world in a hundred.
     */
    private static final Map<PlantedBug, Long> FIRST_SEEDS = Map.of(PlantedBug.NO_ORIGINS, 230L);

    /** What each breaks, as the failure says it. */
    private static final Map<PlantedBug, String> BREAKS =
            Map.of(
                    PlantedBug.RECEIPT_BEFORE_COMMIT,
                    "the receipt lies: .* is not committed",
                    PlantedBug.WATERMARK,
                    ".* is within the ranges and not there",
                    PlantedBug.NO_ORIGINS,
                    ".* is doubled: in .*",
                    PlantedBug.JOURNAL_NOT_SYNCED,
                    ".* counters say .*, which is none of what was handed on.*",
                    PlantedBug.SYNC_TOO_LATE,
                    ".* counters say .*, which is none of what was handed on.*",
                    PlantedBug.STALE_COUNTERS,
                    "the account of .* does not balance.*",
                    PlantedBug.SENT_IS_ACKNOWLEDGED,
                    ".* count as acknowledged and were never here",
                    PlantedBug.SILENT_ABOUT_GAPS,
                    "the account of .* does not balance.*|a hole that nobody explains.*",
                    PlantedBug.BARE_CLOCK,
                    "ticks of block .* are out of order.*|.*stamps go back.*",
                    PlantedBug.ALARM_TWICE,
                    ".* alarm .* was left .*, the next transition is from .*");

    @ParameterizedTest
    @EnumSource(value = PlantedBug.class, mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void isFoundByWhatItBreaks(PlantedBug bug) {
        long first = FIRST_SEEDS.getOrDefault(bug, 1L);
        var found =
                LongStream.range(first, first + SEEDS)
                        .mapToObj(seed -> new Setting(seed, WorldSize.SMALL, bug))
                        .map(setting -> Simulation.run(setting, null))
                        .flatMap(result -> result.failure().stream())
                        .map(Simulation.Failure::cause)
                        .findFirst();
        assertThat(found)
                .as("%s is found from seed %d to %d", bug, first, first + SEEDS - 1)
                .hasValueSatisfying(cause ->
                        assertThat(cause)
                                .isInstanceOf(BrokenInvariant.class)
                                .message()
                                .matches(BREAKS.get(bug)));
    }

    @Test
    void eachHasAWordForTheCommandLine() {
        for (var bug : PlantedBug.values()) {
            assertThat(PlantedBug.ofText(bug.text())).contains(bug);
        }
        assertThat(PlantedBug.ofText("watermelon")).isEqualTo(Optional.empty());
    }
}
