package io.drme.driver.mqtt;

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
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * All faults of a broker for a whole minute, each on a broker of its own and all at once, beside
 * one that behaves. Only with {@code --long}: a machine that stands still fails it.
 */
@Timeout(300)
@EnabledIfSystemProperty(named = "drme.long", matches = "true")
class LastingFaultsTest {
    private static final Duration LASTING = Duration.ofSeconds(60);
    private static final Duration CHANGES_EVERY = Duration.ofMillis(100);
    private static final long A_TOPIC = 1_000_000;
    private static final int TOPICS = 4;
    private static final String GOOD = "good";

    private final SystemClock clock = new SystemClock();
    private final MqttDriverFactory factory = new MqttDriverFactory();

    private static Plant plant(SystemClock clock) throws Exception {
        var topics = new StringBuilder();
        for (int i = 1; i <= TOPICS; i++) {
            topics.append(
                    "t/%d: {value: {counter: {start: %d, every: %dms}}}, "
                            .formatted(i, i * A_TOPIC, CHANGES_EVERY.toMillis()));
        }
        var devices = new StringBuilder("devices:\n");
        Stream.concat(Stream.of(GOOD), Stream.of(FaultKind.values()).map(FaultKind::text))
                .forEach(name ->
                        devices.append(
                                "  %s: {protocol: mqtt, listen: '127.0.0.1:0', every: 30ms, topics: {%s}}\n"
                                        .formatted(name, topics)));
        var plant = Plant.parse("plant.yaml", devices.toString(), Plant.Overrides.NONE, clock);
        plant.start();
        return plant;
    }

    @Test
    void aGoodBrokerLosesNoChangeAndTheBadOnesComeBackByThemselves() throws Exception {
        try (var plant = plant(clock)) {
            var modes =
                    plant.member(GOOD).orElseThrow().device().faultKinds().stream()
                            .filter(kind -> kind != FaultKind.NONE && !kind.isAboutValues())
                            .toList();
            assertThat(modes).hasSizeGreaterThan(10);
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
                good.keepsItsChanges();
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

        /** Every value that came; each is of one topic and one tenth of a second. */
        private final Set<Long> seen = ConcurrentHashMap.newKeySet();

        Running(Plant plant, String broker) {
            var yaml =
                    new StringBuilder(
                            "url: \"mqtt://127.0.0.1:%d\"\ntimeout: 2s\nkeep-alive: 1s\ntags:\n"
                                    .formatted(plant.address(broker).getPort()));
            for (int i = 1; i <= TOPICS; i++) {
                yaml.append("  t-%1$d: {address: t/%1$d, type: int64, poll: 1s}\n".formatted(i));
            }
            var fixture = DeviceFixture.of(broker, factory, yaml.toString());
            device = new WatchedDevice(fixture, factory, Path.of("unused"), clock, this::take);
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
            seen.add(value);
            if (value / A_TOPIC != tag - DeviceFixture.FIRST_TABLE_INDEX + 1) {
                wrong.compareAndSet("", "tag %d got %d".formatted(tag, value));
            }
        }

        void awaitGood() throws InterruptedException {
            long enough = samples.get() + 3L * TOPICS;
            device.awaitGood(() -> samples.get() >= enough);
        }

        void keepsItsChanges() throws InterruptedException {
            seen.clear();
            clock.sleep(LASTING);
            long due = LASTING.dividedBy(CHANGES_EVERY);
            for (long topic = 1; topic <= TOPICS; topic++) {
                long of = topic;
                assertThat(seen.stream().filter(value -> value / A_TOPIC == of).count())
                        .as("changes of topic %d, of %d", topic, due)
                        .isGreaterThanOrEqualTo(due * 99 / 100);
            }
        }

        @Override
        public void close() {
            device.close();
            assertThat(wrong.get()).as("a value of another tag").isEmpty();
        }
    }
}
