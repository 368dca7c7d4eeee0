package io.drme.driver.gpio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drme.driver.Driver;
import io.drme.driver.DriverContract;
import io.drme.driver.DriverException;
import io.drme.driver.PushedDriver;
import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.model.Reason;
import io.drme.sim.fault.Fault;
import io.drme.sim.fault.FaultKind;
import io.drme.sim.fault.Faults;
import io.drme.time.SystemClock;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The contract over the simulator, and what is GPIO's own. */
class GpioDriverTest implements DriverContract {
    private static final String CHIP =
            """
            chip-lines: 32
            lines:
              17: {value: {square: {period: 400ms}}}
              4: {value: false}
            """;
    private static final List<String> TAGS =
            List.of("{address: 'line:17'}", "{address: 'line:99'}");

    @Override
    public Rig rig() throws Exception {
        return new GpioRig(CHIP, TAGS);
    }

    @Test
    void edgesComeInOrderWithTheTimeOfTheEdge() throws Exception {
        try (var rig = new GpioRig(CHIP, List.of("{address: 'line:17'}"));
                var driver = (PushedDriver) rig.driver()) {
            driver.connect();
            var batch = take(driver, 6);
            long before = 0;
            for (int i = 0; i < batch.size(); i++) {
                assertThat(batch.sourceTimes()[i]).isGreaterThan(before);
                before = batch.sourceTimes()[i];
                if (i > 0) {
                    assertThat(batch.bits()[i]).isNotEqualTo(batch.bits()[i - 1]);
                }
            }
            long span = batch.sourceTimes()[5] - batch.sourceTimes()[1];
            assertThat(Duration.ofNanos(span))
                    .isBetween(Duration.ofMillis(600), Duration.ofMillis(1_000));
        }
    }

    @Test
    void activeLowTurnsTheLevelAndRisingEdgesAreThoseToActive() throws Exception {
        try (var rig =
                        new GpioRig(
                                CHIP, List.of("{address: 'line:4', active: low, edge: rising}"));
                var driver = (PushedDriver) rig.driver()) {
            driver.connect();
            assertThat(levels(take(driver, 1))).containsExactly(true);
            set(rig, "set 4 1");
            set(rig, "set 4 0");
            // Only the edge to active is told, which is the electrical fall.
            assertThat(levels(take(driver, 1))).containsExactly(true);
        }
    }

    // A bouncing contact gives one edge, not five.
    @Test
    void debounceSwallowsWhatDoesNotHold() throws Exception {
        try (var rig = new GpioRig(CHIP, List.of("{address: 'line:4', debounce: 300ms}"));
                var driver = (PushedDriver) rig.driver()) {
            driver.connect();
            assertThat(levels(take(driver, 1))).containsExactly(false);
            for (var command : List.of("set 4 1", "set 4 0", "set 4 1", "set 4 0", "set 4 1")) {
                set(rig, command);
            }
            assertThat(levels(take(driver, 1))).containsExactly(true);
            var rest = new Batch();
            driver.take(rest, Duration.ofMillis(400));
            assertThat(rest.size()).isZero();
        }
    }

    @Test
    void secondTagOnALineIsRefusedAndTheFirstUnaffected() throws Exception {
        var twice = List.of("{address: 'line:4'}", "{address: 'line:4', active: low}");
        try (var rig = new GpioRig(CHIP, twice);
                var driver = rig.driver()) {
            driver.connect();
            assertThat(DriverContract.readAll(driver, rig))
                    .containsEntry(rig.known(), Quality.GOOD)
                    .containsEntry(rig.unknown(), Quality.bad(Reason.REFUSED));
        }
    }

    @Test
    void simulatorThatRefusesIsToldWithItsWords() throws Exception {
        try (var rig = new GpioRig(CHIP, TAGS);
                var driver = rig.driver()) {
            driver.connect();
            DriverContract.readAll(driver, rig);
            rig.faults().set(Faults.WHOLE, Fault.of(FaultKind.EXCEPTION), Optional.empty());
            assertThatThrownBy(() -> take((PushedDriver) driver, 1_000))
                    .isInstanceOf(DriverException.Unreachable.class)
                    .hasMessageContaining("simulated fault");
        }
    }

    @Test
    void missingChipIsToldWithThoseThatThereAre() {
        Driver driver = GpioRig.driver("chip:///dev/gpiochip-none", List.of("{address: 'line:1'}"));
        assertThatThrownBy(driver::connect)
                .isInstanceOf(DriverException.Unreachable.class)
                .hasMessageContaining("cabinet")
                .hasMessageContaining("/dev/gpiochip-none")
                .hasMessageContaining("this machine has");
        driver.close();
    }

    @Test
    void fileThatIsNoChipIsSaidToBeNone() {
        Driver driver = GpioRig.driver("chip:///dev/null", List.of("{address: 'line:1'}"));
        assertThatThrownBy(driver::connect)
                .isInstanceOf(DriverException.Unreachable.class)
                .hasMessageContaining("/dev/null is no GPIO chip");
        driver.close();
    }

    private static Batch take(PushedDriver driver, int samples) throws Exception {
        var batch = new Batch();
        var clock = new SystemClock();
        long deadline = clock.nanoTime() + LIMIT.toNanos();
        while (batch.size() < samples) {
            assertThat(clock.nanoTime()).as("%d samples", batch.size()).isLessThan(deadline);
            driver.take(batch, Duration.ofMillis(100));
        }
        return batch;
    }

    private static List<Boolean> levels(Batch batch) {
        var levels = new ArrayList<Boolean>();
        for (int i = 0; i < batch.size(); i++) {
            levels.add(batch.bits()[i] == 1);
        }
        return levels;
    }

    /** One command on the control port; returns once the simulator has done it. */
    private static void set(GpioRig rig, String command) throws IOException {
        try (var socket = new Socket(rig.address().getAddress(), rig.address().getPort());
                var in =
                        new BufferedReader(
                                new InputStreamReader(
                                        socket.getInputStream(), StandardCharsets.US_ASCII))) {
            assertThat(in.readLine()).isEqualTo("hello drme-gpio/2 32");
            socket.getOutputStream().write((command + "\n").getBytes(StandardCharsets.US_ASCII));
            assertThat(in.readLine()).startsWith("level ");
        }
    }
}
