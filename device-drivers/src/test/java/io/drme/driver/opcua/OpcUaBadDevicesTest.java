package io.drme.driver.opcua;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.driver.DeviceLoop;
import io.drme.driver.DeviceStatus.State;
import io.drme.driver.SimulatorRig;
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
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * All that a simulated server can do wrong, each on a server of its own and all at once, beside one
 * that behaves: the good one does not feel it, the bad ones come back without a person, and no
 * value ever lands on another tag. Every value tells which node it is of: its millions. With {@code
 * -Ddrme.long=true} each fault lasts a minute.
 */
@Timeout(300)
class OpcUaBadDevicesTest {
    private static final String GOOD = "good";
    private static final int NODES = 4;
    private static final long A_NODE = 1_000_000;
    private static final long LIMIT_SECONDS = 60;
    private static final Duration LASTING =
            Boolean.getBoolean("drme.long") ? Duration.ofSeconds(60) : Duration.ZERO;

    /** Longer than any time limit, so that it is sure to be noticed. */
    private static final Duration DELAY = Duration.ofSeconds(10);

    /** With these a device may go on well all the same. */
    private static final Set<FaultKind> NOW_AND_THEN =
            Set.of(
                    FaultKind.JITTER,
                    FaultKind.RESTART,
                    FaultKind.ONE_CONNECTION,
                    FaultKind.WRONG_CLOCK,
                    FaultKind.FROZEN);

    private final SystemClock clock = new SystemClock();

    @TempDir Path directory;

    @Test
    void everyModeIsBorneWithoutAPersonANeighbourOrAWrongValue() throws Exception {
        try (var plant = Plant.parse("bad", scenario(), Plant.Overrides.NONE, clock)) {
            plant.start();
            var modes = modes(plant);
            assertThat(modes).hasSizeGreaterThanOrEqualTo(12);
            try (var good = new Running(plant, GOOD);
                    var threads = Executors.newVirtualThreadPerTaskExecutor()) {
                good.awaitGood();
                var running = new EnumMap<FaultKind, Future<?>>(FaultKind.class);
                for (var kind : modes) {
                    Callable<Void> one = () -> bear(plant, kind);
                    running.put(kind, threads.submit(one));
                }
                for (var one : running.entrySet()) {
                    while (!one.getValue().isDone()) {
                        good.awaitGood();
                    }
                    one.getValue().get();
                }
                var counters = good.loop.status().counters();
                assertThat(counters.failures()).as("failures of the good one").isZero();
                assertThat(counters.badSamples()).as("bad samples of the good one").isZero();
                assertThat(counters.connects()).isOne();
                assertThat(counters.lostValues()).isZero();
                // All servers share the cores of one machine: once it may look too late.
                assertThat(good.changes).isGreaterThan(NODES * 5L);
                assertThat(good.missed)
                        .as("of %d changes, those that the good one missed", good.changes)
                        .isLessThanOrEqualTo(Math.max(NODES, good.changes / 100));
            }
        }
    }

    private static String scenario() {
        var devices =
                Stream.concat(Stream.of(GOOD), Stream.of(FaultKind.values()).map(FaultKind::text))
                        .map(name ->
                                "  %s: {protocol: opcua, listen: '127.0.0.1:0', security: none, tick: 20ms, nodes: {%s}}\n"
                                        .formatted(name, nodes(name.equals(GOOD) ? "1s" : "200ms")))
                        .collect(Collectors.joining());
        return "devices:\n" + devices;
    }

    private static String nodes(String every) {
        var nodes = new ArrayList<String>();
        for (int i = 1; i <= NODES; i++) {
            nodes.add(
                    "'nsu=urn:acme:%s;s=v%d': {name: n%d, value: {counter: {start: %d, every: %s}}}"
                            .formatted(i % 2 == 0 ? "a" : "b", (i + 1) / 2, i, i * A_NODE, every));
        }
        return String.join(", ", nodes);
    }

    private static List<FaultKind> modes(Plant plant) {
        return plant.member(GOOD).orElseThrow().device().faultKinds().stream()
                .filter(k -> k != FaultKind.NONE)
                .toList();
    }

    private Void bear(Plant plant, FaultKind kind) throws Exception {
        var faults = plant.member(kind.text()).orElseThrow().faults();
        try (var bad = new Running(plant, kind.text())) {
            bad.awaitGood();
            bad.isHonest = !kind.isAboutValues();
            boolean isShort = kind == FaultKind.RESTART || kind == FaultKind.DRIP;
            var delay = isShort ? Duration.ofMillis(500) : DELAY;
            faults.set(Faults.WHOLE, new Fault(kind, delay, 0), Optional.empty());
            long begun = clock.nanoTime();
            bad.awaitEffect(kind);
            while (clock.nanoTime() - begun < LASTING.toNanos()) {
                bad.next();
            }
            faults.set(Faults.WHOLE, Fault.NONE, Optional.empty());
            bad.awaitRecovery(clock.epochNanos());
        } catch (AssertionError e) {
            throw new AssertionError(kind.text() + ": " + e.getMessage(), e);
        }
        return null;
    }

    /** A device's loop in its own thread, with the queue that it fills. */
    private final class Running implements AutoCloseable {
        private final ArrayBlockingQueue<Batch> queue = new ArrayBlockingQueue<>(100);
        private final DeviceLoop loop;
        private final Thread thread;
        private final Map<Integer, Long> last = new HashMap<>();
        private long changes;
        private long missed;
        private volatile boolean isHonest = true;

        Running(Plant plant, String name) {
            var url = "opc.tcp://127.0.0.1:" + plant.address(name).getPort();
            var tags = new ArrayList<String>();
            for (int i = 1; i <= NODES; i++) {
                tags.add(
                        "{address: 'nsu=urn:acme:%s;s=v%d', type: int64, sampling: 50ms, queue: 100}"
                                .formatted(i % 2 == 0 ? "a" : "b", (i + 1) / 2));
            }
            var built = OpcUaRig.built(url, "", tags, directory);
            loop =
                    new DeviceLoop(
                            built.spec(),
                            List.of(built.group()),
                            built.driver(),
                            0,
                            queue,
                            clock,
                            new Random(1));
            thread = Thread.ofVirtual().name("device-" + name).start(loop);
        }

        private Batch next() throws InterruptedException {
            var batch = queue.poll(LIMIT_SECONDS, TimeUnit.SECONDS);
            assertThat(batch).as("a tick").isNotNull();
            for (int i = 0; i < batch.size(); i++) {
                if (!Quality.isBad(batch.qualities()[i])) {
                    check(batch.tags()[i] - SimulatorRig.FIRST_INDEX + 1, batch.bits()[i]);
                }
            }
            return batch;
        }

        private void check(int node, long value) {
            if (isHonest) {
                assertThat(value / A_NODE)
                        .as("the node of the value of node %d", node)
                        .isEqualTo(node);
            }
            var before = last.put(node, value);
            if (before != null) {
                changes++;
                missed += Math.max(0, value - before - 1);
            }
        }

        void awaitGood() throws InterruptedException {
            awaitSample(clock.nanoTime(), 0);
        }

        /** A good value of each node that is newer than a time. */
        void awaitSample(long begun, long after) throws InterruptedException {
            var seen = new HashSet<Integer>();
            while (seen.size() < NODES) {
                assertInTime(begun, "a good value of each node");
                var batch = next();
                for (int i = 0; i < batch.size(); i++) {
                    if (Quality.isGood(batch.qualities()[i]) && batch.sourceTimes()[i] > after) {
                        seen.add(batch.tags()[i]);
                    }
                }
            }
        }

        void awaitRecovery(long after) throws InterruptedException {
            long begun = clock.nanoTime();
            awaitSample(begun, after);
            while (loop.status().state() != State.GOOD) {
                assertInTime(begun, "the good state");
                next();
            }
        }

        void awaitEffect(FaultKind kind) throws InterruptedException {
            long begun = clock.nanoTime();
            if (NOW_AND_THEN.contains(kind) || kind.isAboutValues()) {
                for (int i = 0; i < 3; i++) {
                    next();
                }
            } else if (kind == FaultKind.EXCEPTION) {
                for (var batch = next();
                        batch.size() == 0 || !Quality.isBad(batch.qualities()[0]);
                        batch = next()) {
                    assertInTime(begun, "a bad sample");
                }
            } else {
                while (loop.status().state() != State.UNREACHABLE) {
                    assertInTime(begun, "the loss");
                    next();
                }
            }
        }

        private void assertInTime(long begun, String what) {
            assertThat(clock.nanoTime() - begun)
                    .as("%s, while %s", what, loop.status().state())
                    .isLessThan(TimeUnit.SECONDS.toNanos(LIMIT_SECONDS));
        }

        @Override
        public void close() {
            loop.stop();
            queue.clear();
            try {
                assertThat(thread.join(Duration.ofSeconds(20))).isTrue();
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
