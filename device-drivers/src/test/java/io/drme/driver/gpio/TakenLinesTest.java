package io.drme.driver.gpio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drme.driver.DriverException;
import io.drme.driver.PushedDriver;
import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.model.Reason;
import io.drme.testing.ManualClock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Lines that another program held when the device was connected, and lets go later. */
@Timeout(60)
class TakenLinesTest {
    private static final int FREE = 1;
    private static final int TAKEN = 3;

    private final ManualClock clock = new ManualClock();
    private final FakeChip chip = new FakeChip(8);

    @TempDir private Path directory;

    private PushedDriver driver(String taken) {
        chip.describe(TAKEN, "", "somebody", false);
        var tags = List.of("{address: 'line:1'}", taken);
        var built = GpioRig.built("chip://" + FakeChip.PATH, tags, directory);
        return new GpioDriver(built.spec(), built.group(), directory, clock, chip);
    }

    private static Batch next(PushedDriver driver) throws Exception {
        var batch = new Batch();
        while (batch.size() == 0) {
            driver.take(batch, Duration.ofMillis(50));
        }
        return batch;
    }

    /** Connects: one line is there, the other is refused. */
    private static void connect(PushedDriver driver) throws Exception {
        driver.connect();
        var first = next(driver);
        assertThat(first.size()).isEqualTo(2);
        assertThat(first.qualities()[0]).isEqualTo(Quality.GOOD);
        assertThat(first.qualities()[1]).isEqualTo(Quality.bad(Reason.REFUSED));
    }

    @Test
    void aLineIsTakenOnceItIsFreeAndTheOthersAreNotGivenBackForIt() throws Exception {
        try (var driver = driver("{address: 'line:3'}")) {
            connect(driver);
            chip.describe(TAKEN, "", "", false);
            chip.set(TAKEN, true, 5);
            clock.advance(ChipLines.FIRST_RETRY);
            var appeared = next(driver);
            assertThat(appeared.size()).isEqualTo(1);
            assertThat(appeared.qualities()[0]).isEqualTo(Quality.GOOD);
            assertThat(appeared.bits()[0]).isEqualTo(1);
            chip.set(TAKEN, false, 1_000);
            assertThat(next(driver).bits()[0]).as("its changes are told").isZero();
            chip.set(FREE, true, 2_000);
            assertThat(next(driver).bits()[0]).as("and its neighbour's").isEqualTo(1);
        }
        assertThat(chip.held()).as("all are given back").isZero();
    }

    // An expander on a bus that does not answer just then: the line was had, but had no level.
    @Test
    void aLineThatCouldNotBeReadIsGivenBackAndAskedForAgain() throws Exception {
        try (var driver = driver("{address: 'line:3'}")) {
            chip.describe(TAKEN, "", "", false);
            chip.mute(TAKEN, true);
            connect(driver);
            assertThat(chip.held()).as("it is not kept").isEqualTo(1);
            chip.set(TAKEN, true, 5);
            chip.mute(TAKEN, false);
            clock.advance(ChipLines.FIRST_RETRY);
            var appeared = next(driver);
            assertThat(appeared.qualities()[0]).isEqualTo(Quality.GOOD);
            assertThat(appeared.bits()[0]).isEqualTo(1);
        }
        assertThat(chip.held()).isZero();
    }

    @Test
    void itIsAskedForAgainAsLongAsItTakes() throws Exception {
        try (var driver = driver("{address: 'line:3'}")) {
            connect(driver);
            for (int i = 0; i < 10; i++) {
                clock.advance(ChipLines.MOST_RETRY);
                driver.take(new Batch(), Duration.ofMillis(1));
            }
            assertThat(chip.held()).isEqualTo(1);
            chip.describe(TAKEN, "", "", false);
            clock.advance(ChipLines.MOST_RETRY);
            assertThat(next(driver).qualities()[0]).isEqualTo(Quality.GOOD);
        }
    }

    @Test
    void anOutputComesWithItsSafeValueAndCanBeWrittenThen() throws Exception {
        try (var driver = driver("{address: 'line:3', access: write, safe: 1}")) {
            connect(driver);
            var outputs = driver.outputs().orElseThrow();
            assertThatThrownBy(() -> outputs.write(1, 0))
                    .isInstanceOf(DriverException.Refused.class)
                    .hasMessageContaining("line 3 is not ours");
            chip.describe(TAKEN, "", "", false);
            clock.advance(ChipLines.FIRST_RETRY);
            assertThat(next(driver).bits()[0]).isEqualTo(1);
            assertThat(chip.isHigh(TAKEN)).isTrue();
            assertThat(outputs.write(1, 0)).isZero();
            assertThat(chip.isHigh(TAKEN)).isFalse();
        }
        assertThat(chip.isHigh(TAKEN)).as("safe at the stop").isTrue();
    }

    @Test
    void aCounterGivesACountAndNoLevel() throws Exception {
        try (var driver = driver("{address: 'line:3', count: rising, poll: 1s}")) {
            connect(driver);
            chip.describe(TAKEN, "", "", false);
            clock.advance(ChipLines.FIRST_RETRY);
            assertThat(next(driver).bits()[0]).as("the count").isZero();
            chip.pulse(TAKEN, 3, 1_000);
            clock.advance(Duration.ofSeconds(2));
            long count = 0;
            while (count < 3) {
                count = next(driver).bits()[0];
                clock.advance(Duration.ofSeconds(1));
            }
            assertThat(count).isEqualTo(3);
        }
    }
}
