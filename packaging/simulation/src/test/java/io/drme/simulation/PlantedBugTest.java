package io.drme.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.simulation.Simulation.Setting;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A simulation is believed once it has found mistakes that were made on purpose. */
@Execution(ExecutionMode.CONCURRENT)
class PlantedBugTest {
    /** Most are found by the first; one needs a centre that is restored to before a release. */
    private static final boolean LONG = Boolean.getBoolean("drme.long");

    private static final long SEEDS = LONG ? 2_000 : 100;

    /**
     * This takes a restore of the centre after which the gateway has let go what is gone there:
     * fewer than one world in a hundred, so it is looked for with {@code --long} only.
     */
    private static final PlantedBug RARE = PlantedBug.SILENT_ABOUT_GAPS;

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
                    ".* counters say .*, which is none of what was handed on.*|.* lost by damage although no byte was.*",
                    PlantedBug.SYNC_TOO_LATE,
                    ".* counters say .*, which is none of what was handed on.*|.* lost by damage although no byte was.*",
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

    static Stream<PlantedBug> bugs() {
        return Stream.of(PlantedBug.values())
                .filter(bug -> bug != PlantedBug.NONE)
                .filter(bug -> LONG || bug != RARE);
    }

    @ParameterizedTest
    @MethodSource("bugs")
    void isFoundByWhatItBreaks(PlantedBug bug) {
        var found =
                LongStream.rangeClosed(1, SEEDS)
                        .mapToObj(seed -> new Setting(seed, WorldSize.SMALL, bug))
                        .map(setting -> Simulation.run(setting, null))
                        .flatMap(result -> result.failure().stream())
                        .map(Simulation.Failure::cause)
                        .findFirst();
        assertThat(found)
                .as("%s is found from seed %d to %d", bug, 1, SEEDS)
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
