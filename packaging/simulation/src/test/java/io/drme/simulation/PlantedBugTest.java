package io.drme.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.util.ArrayList;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A simulation is believed once it has found mistakes that were made on purpose. */
@Execution(ExecutionMode.CONCURRENT)
class PlantedBugTest {
    private static final boolean LONG = Boolean.getBoolean("drme.long");

    /** Most are found by the first. */
    private static final long SEEDS = LONG ? 2_000 : 100;

    /**
     * This takes a restore of the centre after which the gateway has let go what is gone there:
     * fewer than one world in a hundred, so it is looked for with {@code --long} only.
     */
    private static final PlantedBug RARE = PlantedBug.SILENT_ABOUT_GAPS;

    /** What each breaks, as the failure says it. */
    private static final Map<PlantedBug, String> BREAKS =
            Map.ofEntries(
                    Map.entry(
                            PlantedBug.RECEIPT_BEFORE_COMMIT,
                            "the receipt lies: .* is not committed"),
                    Map.entry(PlantedBug.WATERMARK, ".* is within the ranges and not there"),
                    Map.entry(PlantedBug.NO_ORIGINS, ".* is doubled: in .*"),
                    Map.entry(
                            PlantedBug.JOURNAL_NOT_SYNCED,
                            ".* counters say .*, which is none of what was handed on.*|.* lost by damage although no byte was.*"),
                    Map.entry(
                            PlantedBug.SYNC_TOO_LATE,
                            ".* counters say .*, which is none of what was handed on.*|.* lost by damage although no byte was.*"),
                    Map.entry(PlantedBug.STALE_COUNTERS, "the account of .* does not balance.*"),
                    Map.entry(
                            PlantedBug.SENT_IS_ACKNOWLEDGED,
                            ".* count as acknowledged and were never here"),
                    Map.entry(
                            PlantedBug.SILENT_ABOUT_GAPS,
                            "the account of .* does not balance.*|a hole that nobody explains.*"),
                    Map.entry(
                            PlantedBug.BARE_CLOCK,
                            "ticks of block .* are out of order.*|.*stamps go back.*"),
                    Map.entry(
                            PlantedBug.ALARM_TWICE,
                            ".* alarm .* was left .*, the next transition is from .*"),
                    Map.entry(
                            PlantedBug.DECIDED_FORGOTTEN,
                            ".* says it was decided at .*, and it was at .*"));

    static Stream<PlantedBug> bugs() {
        return Stream.of(PlantedBug.values())
                .filter(bug -> bug != PlantedBug.NONE)
                .filter(bug -> LONG || bug != RARE);
    }

    @ParameterizedTest
    @MethodSource("bugs")
    void isFoundByWhatItBreaks(PlantedBug bug) {
        var others = new ArrayList<String>();
        for (long seed = 1; seed <= SEEDS; seed++) {
            var failure =
                    Simulation.run(new Simulation.Setting(seed, WorldSize.SMALL, bug), null)
                            .failure();
            var message = failure.map(f -> String.valueOf(f.cause().getMessage())).orElse("");
            if (message.matches("(?s)" + BREAKS.get(bug))) {
                return;
            }
            if (!message.isEmpty()) {
                others.add("seed " + seed + ": " + message);
            }
        }
        fail("%s is not found in seeds 1 to %d; other finds: %s", bug, SEEDS, others);
    }

    @Test
    void eachHasAWordForTheCommandLine() {
        for (var bug : PlantedBug.values()) {
            assertThat(PlantedBug.ofText(bug.text())).contains(bug);
        }
        assertThat(PlantedBug.ofText("watermelon")).isEqualTo(Optional.empty());
    }
}
