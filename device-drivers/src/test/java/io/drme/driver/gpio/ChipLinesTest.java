package io.drme.driver.gpio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drme.driver.DriverException;
import io.drme.driver.gpio.GpioAddress.Bias;
import io.drme.driver.gpio.GpioAddress.Edge;
import io.drme.driver.gpio.LineBackend.Present;
import io.drme.model.Reason;
import io.drme.time.SystemClock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A chip over the calls of the kernel, of which the other side is a test's. */
@Timeout(30)
class ChipLinesTest implements LineBackend.Listener {
    private static final SystemClock CLOCK = new SystemClock();

    private record Heard(int index, boolean active, long timeNanos, int number) {}

    private final FakeChip chip = new FakeChip(8);
    private final LinkedBlockingQueue<Heard> heard = new LinkedBlockingQueue<>();
    private final LinkedBlockingQueue<String> losses = new LinkedBlockingQueue<>();

    private ChipLines lines() {
        return new ChipLines("cabinet", Path.of(FakeChip.PATH), CLOCK, chip);
    }

    private static GpioAddress watch(int line, Edge edge, boolean activeLow) {
        return new GpioAddress(
                line, new GpioAddress.Use.Watch(edge, Duration.ZERO), activeLow, Bias.AS_IS);
    }

    @Override
    public void changed(int index, boolean active, long timeNanos, int number) {
        heard.add(new Heard(index, active, timeNanos, number));
    }

    @Override
    public void appeared(int index, Present.Level level) {
        heard.add(new Heard(index, level.active(), level.timeNanos(), 0));
    }

    @Override
    public void heard() {}

    @Override
    public void lost(String why, @Nullable Throwable cause) {
        losses.add(why);
    }

    private Heard next() throws InterruptedException {
        var next = heard.poll(15, TimeUnit.SECONDS);
        assertThat(next).as("a change").isNotNull();
        return next;
    }

    @Test
    void chipWithoutTheRightIsRefusedWithWhatToDo() {
        for (int errno : new int[] {Kernel.EACCES, Kernel.EPERM}) {
            chip.refuse(errno);
            try (var lines = lines()) {
                assertThatThrownBy(() -> lines.open(List.of(watch(1, Edge.BOTH, false))))
                        .isInstanceOf(DriverException.Refused.class)
                        .hasMessageContaining("device cabinet")
                        .hasMessageContaining("no right to use /dev/gpiochip7")
                        .hasMessageContaining("usermod -aG gpio")
                        .hasMessageContaining("KERNEL==\"gpiochip*\"");
            }
        }
    }

    @Test
    void lineThatAnotherHoldsIsRefusedAndItsNeighbourUnaffected() throws Exception {
        try (var first = lines();
                var second = lines()) {
            first.open(List.of(watch(1, Edge.BOTH, false)));
            var found =
                    second.open(List.of(watch(1, Edge.BOTH, false), watch(2, Edge.BOTH, false)));
            assertThat(found.get(0))
                    .isEqualTo(
                            new Present.Missing(
                                    Reason.REFUSED,
                                    "is used by another program; gpioinfo shows by which"));
            assertThat(found.get(1)).isInstanceOf(Present.Level.class);
        }
        assertThat(chip.held()).isZero();
    }

    // The level is read after the request, so it may be younger than an edge that waits already.
    @Test
    void edgeBetweenRequestAndFirstLevelComesBehindALevelThatIsOlder() throws Exception {
        for (boolean activeLow : new boolean[] {false, true}) {
            heard.clear();
            chip.set(3, activeLow, CLOCK.epochNanos());
            long[] edge = new long[1];
            chip.afterRequest(() -> {
                edge[0] = CLOCK.epochNanos();
                chip.set(3, !activeLow, edge[0]);
            });
            try (var lines = lines()) {
                var found = lines.open(List.of(watch(3, Edge.BOTH, activeLow)));
                var level = (Present.Level) found.getFirst();
                lines.start(this);
                assertThat(level.active()).isFalse();
                assertThat(level.timeNanos()).isLessThanOrEqualTo(edge[0]);
                assertThat(next()).isEqualTo(new Heard(0, true, edge[0], 1));
                chip.set(3, activeLow, edge[0] + 1);
                assertThat(next()).isEqualTo(new Heard(0, false, edge[0] + 1, 2));
            }
        }
    }

    @Test
    void eventsThatTheKernelDroppedAreMissingInTheNumbers() throws Exception {
        try (var lines = lines()) {
            lines.open(List.of(watch(5, Edge.RISING, false)));
            // Nobody reads yet; the kernel keeps the newest.
            chip.pulse(5, ChipLines.EVENT_BUFFER + 40, 1_000);
            lines.start(this);
            assertThat(next().number()).isEqualTo(41);
        }
    }

    @Test
    void pulledChipIsTold() throws Exception {
        try (var lines = lines()) {
            lines.open(List.of(watch(1, Edge.BOTH, false)));
            lines.start(this);
            chip.pull();
            assertThat(losses.poll(15, TimeUnit.SECONDS)).contains("/dev/gpiochip7 is gone");
        }
    }
}
