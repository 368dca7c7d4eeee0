package io.drme.driver.gpio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drme.driver.Driver;
import io.drme.driver.DriverException;
import io.drme.driver.PushedDriver;
import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.sim.fault.Fault;
import io.drme.sim.fault.FaultKind;
import io.drme.sim.fault.Faults;
import io.drme.time.SystemClock;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Outputs with a safe state, over a chip held by the test and over the simulator. */
@Timeout(60)
class OutputsTest {
    private static final String LAMP = "{address: 'line:3', access: write, safe: 0}";
    private static final String VALVE = "{address: 'line:3', access: write, safe: 1, active: low}";

    private final FakeChip chip = new FakeChip(8);

    private PushedDriver driver(String... tags) {
        var built = GpioRig.built("chip://" + FakeChip.PATH, List.of(tags), Path.of("unused"));
        return new GpioDriver(
                built.spec(), built.group(), Path.of("unused"), new SystemClock(), chip);
    }

    private static long write(Driver driver, int tag, long bits) throws Exception {
        return driver.outputs().orElseThrow().write(tag, bits);
    }

    /** The next sample. */
    private static boolean next(PushedDriver driver) throws Exception {
        var batch = new Batch();
        var clock = new SystemClock();
        long deadline = clock.nanoTime() + Duration.ofSeconds(15).toNanos();
        while (batch.size() == 0) {
            assertThat(clock.nanoTime()).as("a sample").isLessThan(deadline);
            driver.take(batch, Duration.ofMillis(200));
        }
        assertThat(batch.size()).isEqualTo(1);
        assertThat(batch.qualities()[0]).isEqualTo(Quality.GOOD);
        return batch.bits()[0] == 1;
    }

    @Test
    void outputIsSafeFromTheFirstMomentAndWhatIsWrittenIsReadBackAndASample() throws Exception {
        chip.set(3, true, 1);
        try (var driver = driver(LAMP)) {
            driver.connect();
            assertThat(chip.isHigh(3)).isFalse();
            assertThat(next(driver)).isFalse();
            assertThat(write(driver, 0, 1)).isEqualTo(1);
            assertThat(chip.isHigh(3)).isTrue();
            assertThat(next(driver)).isTrue();
        }
    }

    @Test
    void activeLowTurnsTheLevelAndTheSafeValue() throws Exception {
        try (var driver = driver(VALVE)) {
            driver.connect();
            assertThat(chip.isHigh(3)).isFalse();
            assertThat(next(driver)).isTrue();
            assertThat(write(driver, 0, 0)).isZero();
            assertThat(chip.isHigh(3)).isTrue();
        }
        assertThat(chip.isHigh(3)).as("safe at the stop").isFalse();
    }

    @Test
    void stopLeavesTheSafeValueUnlessTheTagKeepsIts() throws Exception {
        try (var driver = driver(LAMP)) {
            driver.connect();
            write(driver, 0, 1);
        }
        assertThat(chip.isHigh(3)).isFalse();
        assertThat(chip.held()).isZero();
        try (var driver = driver("{address: 'line:3', access: write, safe: 0, on-stop: keep}")) {
            driver.connect();
            write(driver, 0, 1);
        }
        assertThat(chip.isHigh(3)).isTrue();
    }

    @Test
    void reconnectBringsTheSafeValue() throws Exception {
        try (var driver = driver(LAMP)) {
            driver.connect();
            assertThat(next(driver)).isFalse();
            write(driver, 0, 1);
            driver.disconnect();
            assertThat(chip.isHigh(3)).isFalse();
            driver.connect();
            assertThat(next(driver)).isFalse();
        }
    }

    @Test
    void outputThatDoesNotFollowIsReadBackAsItIs() throws Exception {
        try (var driver = driver(LAMP)) {
            driver.connect();
            assertThat(next(driver)).isFalse();
            chip.shortCircuit();
            assertThat(write(driver, 0, 1)).isZero();
            assertThat(next(driver)).isFalse();
        }
    }

    @Test
    void inputAndLineOfAnotherAndDeviceAwayAreNotWritten() throws Exception {
        try (var driver = driver("{address: 'line:1'}")) {
            assertThat(driver.outputs()).isEmpty();
        }
        chip.describe(5, "", "somebody", true);
        try (var driver =
                driver(
                        LAMP,
                        "{address: 'line:5', access: write, safe: 0}",
                        "{address: 'line:1'}")) {
            assertThatThrownBy(() -> write(driver, 0, 1))
                    .isInstanceOf(DriverException.Unreachable.class)
                    .hasMessageContaining("cabinet is not connected");
            driver.connect();
            for (int tag : new int[] {1, 2}) {
                assertThatThrownBy(() -> write(driver, tag, 1))
                        .isInstanceOf(DriverException.Refused.class)
                        .hasMessageContaining("is not ours");
            }
            assertThat(write(driver, 0, 1)).isEqualTo(1);
        }
    }

    @Test
    void outputWithoutASafeValueOrWithAnInputsKeysIsRefused() {
        for (var wrong :
                List.of(
                        "{address: 'line:5', access: write}",
                        "{address: 'line:5', safe: 1}",
                        "{address: 'line:5', access: write, safe: 2}",
                        "{address: 'line:5', access: write, safe: 1, edge: rising}",
                        "{address: 'line:5', access: write, safe: 1, debounce: 1ms}",
                        "{address: 'line:5', access: write, safe: 1, type: int64}",
                        "{address: 'line:5', access: write, safe: 1, count: both}")) {
            assertThatThrownBy(
                            () -> GpioRig.built("chip:///dev/x", List.of(wrong), Path.of("unused")))
                    .as(wrong)
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void simulatedOutputIsSafeWrittenReadBackAndSafeAgain() throws Exception {
        try (var rig = new GpioRig("chip-lines: 32\n", List.of(VALVE))) {
            try (var driver = (PushedDriver) rig.driver()) {
                driver.connect();
                assertThat(next(driver)).isTrue();
                assertThat(level(rig)).isZero();
                assertThat(write(driver, 0, 0)).isZero();
                assertThat(next(driver)).isFalse();
                assertThat(level(rig)).isEqualTo(1);
                try (var other = (PushedDriver) rig.driver()) {
                    other.connect();
                    var batch = new Batch();
                    other.take(batch, Duration.ofSeconds(1));
                    assertThat(Quality.isBad(batch.qualities()[0])).as("it is taken").isTrue();
                }
            }
            assertThat(level(rig)).isZero();
        }
    }

    // A stop interrupts the thread that closes, and more than once.
    @Test
    void interruptsDoNotKeepTheSafeValueFromTheLine() throws Exception {
        try (var rig = new GpioRig("chip-lines: 32\n", List.of(VALVE))) {
            var driver = (PushedDriver) rig.driver();
            driver.connect();
            write(driver, 0, 0);
            assertThat(level(rig)).isEqualTo(1);
            Thread.currentThread().interrupt();
            driver.close();
            assertThat(Thread.interrupted()).isTrue();
            assertThat(level(rig)).isZero();
        }
        var driver = driver(LAMP);
        driver.connect();
        write(driver, 0, 1);
        Thread.currentThread().interrupt();
        driver.close();
        assertThat(Thread.interrupted()).isTrue();
        assertThat(chip.isHigh(3)).isFalse();
        assertThat(chip.held()).isZero();
    }

    @Test
    void silentSimulatorBoundsTheWrite() throws Exception {
        try (var rig = new GpioRig("chip-lines: 32\n", List.of(VALVE));
                var driver = (PushedDriver) rig.driver()) {
            driver.connect();
            rig.faults().set(Faults.WHOLE, Fault.of(FaultKind.SILENT), Optional.empty());
            assertThatThrownBy(() -> write(driver, 0, 0))
                    .isInstanceOf(DriverException.Unreachable.class)
                    .hasMessageContaining("did not say within 1s that it was set");
        }
    }

    /** The electrical level of line 3 of a simulator. */
    private static int level(GpioRig rig) throws Exception {
        try (var socket = new Socket(rig.address().getAddress(), rig.address().getPort());
                var in =
                        new BufferedReader(
                                new InputStreamReader(
                                        socket.getInputStream(), StandardCharsets.US_ASCII))) {
            assertThat(in.readLine()).startsWith("hello");
            socket.getOutputStream().write("get 3\n".getBytes(StandardCharsets.US_ASCII));
            return Integer.parseInt(in.readLine().substring("level 3 ".length()));
        }
    }
}
