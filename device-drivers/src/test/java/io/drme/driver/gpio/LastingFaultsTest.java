package io.drme.driver.gpio;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.driver.DeviceFixture;
import io.drme.driver.WatchedDevice;
import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.sim.Plant;
import io.drme.sim.fault.Fault;
import io.drme.sim.fault.FaultKind;
import io.drme.sim.fault.Faults;
import io.drme.time.SystemClock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * All faults of a chip for a whole minute, each on a chip of its own and all at once, beside one
 * that behaves. Only with {@code --long}: a machine that stands still fails it.
 */
@Timeout(300)
@EnabledIfSystemProperty(named = "drme.long", matches = "true")
class LastingFaultsTest {
    private static final Duration LASTING = Duration.ofSeconds(60);
    private static final Duration CHANGES_EVERY = Duration.ofMillis(100);
    private static final int LOW = 0;
    private static final int HIGH = 1;
    private static final int SWINGING = 2;
    private static final int COUNTED = 3;
    private static final int LINE_COUNT = 4;

    /** Both swing at one pace; of one the edges are told, of the other counted. */
    private static final String LINES =
            "1: {value: true}, 2: {value: {square: {period: 200ms}}}, 3: {value: {square: {period: 200ms}}}";

    /** With these the levels themselves are wrong, and nobody can tell. */
    private static final Set<FaultKind> LYING =
            Set.of(FaultKind.SPIKES, FaultKind.STUCK, FaultKind.DRIFT, FaultKind.CHATTER);

    private static final String GOOD = "good";

    @TempDir private Path directory;

    private final SystemClock clock = new SystemClock();
    private final GpioDriverFactory factory = new GpioDriverFactory();

    private static Plant plant(SystemClock clock) throws Exception {
        var devices = new StringBuilder("devices:\n");
        Stream.concat(Stream.of(GOOD), Stream.of(FaultKind.values()).map(FaultKind::text))
                .forEach(name ->
                        devices.append(
                                "  %s: {protocol: gpio, listen: '127.0.0.1:0', tick: 1ms, lines: {%s}}\n"
                                        .formatted(name, LINES)));
        var plant = Plant.parse("plant.yaml", devices.toString(), Plant.Overrides.NONE, clock);
        plant.start();
        return plant;
    }

    @Test
    void aGoodChipLosesNoEdgeAndTheBadOnesComeBackByThemselves() throws Exception {
        try (var plant = plant(clock)) {
            var modes =
                    plant.member(GOOD).orElseThrow().device().faultKinds().stream()
                            .filter(kind -> kind != FaultKind.NONE && !LYING.contains(kind))
                            .toList();
            assertThat(modes).hasSizeGreaterThanOrEqualTo(10);
            var bad = new ArrayList<Running>();
            try (var good = new Running(plant, GOOD)) {
                for (var kind : modes) {
                    bad.add(new Running(plant, kind.text()));
                }
                good.awaitGood();
                for (var one : bad) {
                    one.awaitGood();
                }
                modes.forEach(kind -> fault(plant, kind, kind));
                good.keepsItsEdges();
                modes.forEach(kind -> fault(plant, kind, FaultKind.NONE));
                for (var one : bad) {
                    one.awaitGood();
                }
                assertThat(good.device.status().counters().failures()).isZero();
                assertThat(good.device.status().counters().badSamples()).isZero();
            } finally {
                bad.forEach(Running::close);
            }
        }
    }

    private static void fault(Plant plant, FaultKind at, FaultKind kind) {
        plant.member(at.text())
                .orElseThrow()
                .faults()
                .set(Faults.WHOLE, new Fault(kind, Duration.ofSeconds(1), 0), Optional.empty());
    }

    /** A device, and what it delivered. */
    private final class Running implements AutoCloseable {
        private final WatchedDevice device;
        private final AtomicLong samples = new AtomicLong();
        private final AtomicReference<String> wrong = new AtomicReference<>("");
        private final AtomicLong edges = new AtomicLong();
        private final AtomicLong counted = new AtomicLong();

        Running(Plant plant, String chip) {
            var fixture =
                    DeviceFixture.of(
                            chip,
                            factory,
                            """
                            url: "sim://127.0.0.1:%d"
                            timeout: 2s
                            tags:
                              low: {address: "line:0", poll: 100ms}
                              high: {address: "line:1", poll: 100ms}
                              swinging: {address: "line:2", poll: 100ms}
                              counted: {address: "line:3", count: both, poll: 100ms}
                            """
                                    .formatted(plant.address(chip).getPort()));
            device =
                    new WatchedDevice(fixture, factory, directory.resolve(chip), clock, this::take);
        }

        private void take(Batch batch) {
            for (int i = 0; i < batch.size(); i++) {
                if (Quality.isGood(batch.qualities()[i])) {
                    take(batch.tags()[i], batch.bits()[i]);
                }
            }
        }

        private void take(int tag, long value) {
            samples.incrementAndGet();
            int line = tag - DeviceFixture.FIRST_TABLE_INDEX;
            boolean fits =
                    switch (line) {
                        case LOW, HIGH -> value == line;
                        case SWINGING -> {
                            edges.incrementAndGet();
                            yield value == 0 || value == 1;
                        }
                        case COUNTED -> counted.getAndSet(value) <= value;
                        default -> false;
                    };
            if (!fits) {
                wrong.compareAndSet("", "line %d gave %d".formatted(line, value));
            }
        }

        void awaitGood() throws InterruptedException {
            long enough = samples.get() + 3L * LINE_COUNT;
            device.awaitGood(() -> samples.get() >= enough);
        }

        void keepsItsEdges() throws InterruptedException {
            long edgesBefore = edges.get();
            long countBefore = counted.get();
            clock.sleep(LASTING);
            long due = LASTING.dividedBy(CHANGES_EVERY);
            assertThat(edges.get() - edgesBefore)
                    .as("edges told, of %d", due)
                    .isGreaterThanOrEqualTo(due * 99 / 100);
            assertThat(counted.get() - countBefore)
                    .as("edges counted, of %d", due)
                    .isGreaterThanOrEqualTo(due * 99 / 100);
        }

        @Override
        public void close() {
            device.close();
            assertThat(wrong.get()).as("a value of another line").isEmpty();
        }
    }
}
