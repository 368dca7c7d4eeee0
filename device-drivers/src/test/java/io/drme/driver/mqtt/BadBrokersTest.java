package io.drme.driver.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.driver.DeviceFixture;
import io.drme.driver.DeviceLoop;
import io.drme.driver.DeviceStatus.State;
import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.sim.Plant;
import io.drme.sim.fault.Fault;
import io.drme.sim.fault.FaultKind;
import io.drme.sim.fault.Faults;
import io.drme.time.SystemClock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Brokers that misbehave in each way that the simulator knows. Every value says its own topic, so
 * that one which landed on another tag is seen.
 */
@Timeout(60)
class BadBrokersTest {
    private static final int TOPICS = 8;

    private static final String PLANT =
            """
            devices:
              bad: {protocol: mqtt, listen: "127.0.0.1:0", every: 30ms, topics: TOPICS}
              good: {protocol: mqtt, listen: "127.0.0.1:0", every: 30ms, topics: TOPICS}
            """;

    /** With these a broker may pass values on all the same. */
    private static final List<FaultKind> NOW_AND_THEN =
            List.of(
                    FaultKind.JITTER,
                    FaultKind.SLOW,
                    FaultKind.ONE_CONNECTION,
                    FaultKind.DRIP,
                    FaultKind.SHORT);

    private final SystemClock clock = new SystemClock();
    private final MqttDriverFactory factory = new MqttDriverFactory();
    private Plant plant;

    @BeforeEach
    void start() throws Exception {
        plant = plant();
    }

    private static Plant plant() throws Exception {
        var topics = new StringBuilder("{");
        for (int i = 0; i < TOPICS; i++) {
            topics.append(
                    "t/%1$d: {value: address}, j/%1$d: {fields: {v: {value: address}}}, "
                            .formatted(i));
        }
        var plant =
                Plant.parse(
                        "plant.yaml",
                        PLANT.replace("TOPICS", topics + "}"),
                        Plant.Overrides.NONE,
                        new SystemClock());
        plant.start();
        return plant;
    }

    @AfterEach
    void stop() {
        plant.close();
    }

    private DeviceFixture fixture(String broker) {
        var yaml =
                new StringBuilder(
                        "url: \"mqtt://127.0.0.1:%d\"\ntimeout: %s\nkeep-alive: 1s\ntags:\n"
                                .formatted(
                                        plant.address(broker).getPort(),
                                        broker.equals("bad") ? "600ms" : "10s"));
        for (int i = 0; i < TOPICS; i++) {
            yaml.append("  t-%1$d: {address: t/%1$d, type: int64, poll: 100ms}\n".formatted(i));
            yaml.append(
                    "  j-%1$d: {address: j/%1$d, path: /v, type: int64, poll: 100ms}\n"
                            .formatted(i));
        }
        return DeviceFixture.of(broker, factory, yaml.toString());
    }

    private void fault(FaultKind kind) {
        plant.member("bad")
                .orElseThrow()
                .faults()
                .set(Faults.WHOLE, new Fault(kind, Duration.ofMillis(300), 0), Optional.empty());
    }

    static List<FaultKind> modes() throws Exception {
        try (var plant = plant()) {
            return plant.member("bad").orElseThrow().device().faultKinds().stream()
                    .filter(kind -> kind != FaultKind.NONE && !kind.isAboutValues())
                    .toList();
        }
    }

    @Test
    void allThatMakesSenseForABrokerIsTried() throws Exception {
        assertThat(modes())
                .containsExactlyInAnyOrder(
                        FaultKind.SILENT,
                        FaultKind.SLOW,
                        FaultKind.RESET,
                        FaultKind.EXCEPTION,
                        FaultKind.SHORT,
                        FaultKind.GARBAGE,
                        FaultKind.DRIP,
                        FaultKind.HALF_OPEN,
                        FaultKind.JITTER,
                        FaultKind.RESTART,
                        FaultKind.ONE_CONNECTION);
    }

    // Two devices, each with its loop: what one broker does is not felt at the other.
    @ParameterizedTest
    @MethodSource("modes")
    void aGoodNeighbourGoesOnAndTheBadOneComesBackByItself(FaultKind kind) throws Exception {
        try (var bad = new Running("bad");
                var good = new Running("good")) {
            bad.awaitGood(1);
            good.awaitGood(1);
            fault(kind);
            if (!NOW_AND_THEN.contains(kind)) {
                bad.awaitNotGood();
            }
            good.awaitGood(5);
            assertThat(good.loop.status().counters().badSamples()).isZero();
            assertThat(good.loop.status().counters().failures()).isZero();
            fault(FaultKind.NONE);
            bad.awaitGood(2);
        }
    }

    /** A device's loop in its own thread, with the queue that it fills. */
    private final class Running implements AutoCloseable {
        private final DeviceFixture fixture;
        private final ArrayBlockingQueue<Batch> queue = new ArrayBlockingQueue<>(256);
        private final DeviceLoop loop;
        private final Thread thread;

        Running(String broker) {
            fixture = fixture(broker);
            loop =
                    new DeviceLoop(
                            fixture.spec(),
                            fixture.groups(),
                            factory.create(
                                    fixture.spec(), fixture.groups(), Path.of("unused"), clock),
                            0,
                            queue,
                            clock,
                            new SplittableRandom(1));
            thread = Thread.ofVirtual().name("device-" + broker).start(loop);
        }

        /** The next batch, of which each good value is that of its own topic. */
        private int next() throws InterruptedException {
            var batch = queue.poll(30, TimeUnit.SECONDS);
            assertThat(batch).as("a tick").isNotNull();
            int good = 0;
            for (int i = 0; i < batch.size(); i++) {
                if (Quality.isGood(batch.qualities()[i])) {
                    int index = batch.tags()[i] - DeviceFixture.FIRST_TABLE_INDEX;
                    var name = fixture.spec().tags().get(index).name().text();
                    assertThat(name).endsWith("-" + batch.bits()[i]);
                    good++;
                }
            }
            return good;
        }

        void awaitGood(int times) throws InterruptedException {
            queue.clear();
            for (int good = 0; good < times * 2 * TOPICS; ) {
                good += next();
            }
        }

        void awaitNotGood() throws InterruptedException {
            while (loop.status().state() == State.GOOD) {
                next();
            }
        }

        @Override
        public void close() {
            loop.stop();
            queue.clear();
            try {
                assertThat(thread.join(Duration.ofSeconds(10))).isTrue();
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
