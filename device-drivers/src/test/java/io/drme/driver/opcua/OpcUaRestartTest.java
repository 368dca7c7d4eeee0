package io.drme.driver.opcua;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.driver.DeviceLoop;
import io.drme.driver.DriverContract;
import io.drme.driver.PushedDriver;
import io.drme.driver.SimulatorRig;
import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.model.Reason;
import io.drme.sim.Plant;
import io.drme.sim.fault.Fault;
import io.drme.sim.fault.FaultKind;
import io.drme.sim.fault.Faults;
import io.drme.time.SystemClock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.IntPredicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The driver in its loop, as the agent runs it, while the server dies and comes back. */
@Timeout(90)
class OpcUaRestartTest {
    private static final long LIMIT_SECONDS = 30;

    @TempDir Path directory;

    @Test
    void comesBackByItselfEachTimeTheServerWasKilled() throws Exception {
        var queue = new ArrayBlockingQueue<Batch>(1_000);
        try (var rig = new OpcUaRig(directory, OpcUaDriverTest.SERVER, "", OpcUaDriverTest.TAGS)) {
            var built = rig.built();
            var loop =
                    new DeviceLoop(
                            built.spec(),
                            List.of(built.group()),
                            built.driver(),
                            0,
                            queue,
                            new SystemClock(),
                            new Random(1));
            var owner = Thread.ofVirtual().name("device-boiler").start(loop);
            try {
                for (int round = 0; round < 2; round++) {
                    await(queue, q -> q == Quality.GOOD, "good in round " + round);
                    rig.kill();
                    await(
                            queue,
                            q ->
                                    Quality.isBad((byte) q)
                                            && Quality.reason((byte) q) != Reason.UNKNOWN_ADDRESS,
                            "lost in round " + round);
                    rig.restart();
                }
                await(queue, q -> q == Quality.GOOD, "good in the end");
            } finally {
                loop.stop();
                owner.join(Duration.ofSeconds(LIMIT_SECONDS));
            }
            assertThat(owner.isAlive()).isFalse();
        }
    }

    /** Waits for a sample of the known tag with such a quality. */
    private static void await(ArrayBlockingQueue<Batch> queue, IntPredicate wanted, String what)
            throws InterruptedException {
        var clock = new SystemClock();
        long deadline = clock.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
        while (clock.nanoTime() < deadline) {
            var batch = queue.poll(LIMIT_SECONDS, TimeUnit.SECONDS);
            assertThat(batch).as(what).isNotNull();
            for (int i = 0; i < batch.size(); i++) {
                if (batch.tags()[i] == OpcUaRig.FIRST_INDEX && wanted.test(batch.qualities()[i])) {
                    return;
                }
            }
        }
        throw new AssertionError("not within the limit: " + what);
    }

    private static final String TWINS =
            """
            devices:
              boiler:
                protocol: opcua
                listen: "127.0.0.1:0"
                security: none
                tick: 50ms
                nodes:
                  "nsu=urn:acme:a;i=7": {value: {counter: {start: 1000000, every: 100ms}}}
                  "nsu=urn:acme:b;i=7": {value: {counter: {start: 2000000, every: 100ms}}}
            """;

    // Both nodes are called i=7: with an index of before, each would be read for the other.
    @Test
    void anOldIndexIsNeverUsedAfterTheServerCameBackWithOthers() throws Exception {
        var tags =
                List.of(
                        "{address: 'nsu=urn:acme:a;i=7', type: int64, sampling: 50ms}",
                        "{address: 'nsu=urn:acme:b;i=7', type: int64, sampling: 50ms}",
                        "{address: 'i=2255', element: 2, type: text}");
        var queue = new ArrayBlockingQueue<Batch>(1_000);
        try (var plant = Plant.parse("twins", TWINS, Plant.Overrides.NONE, new SystemClock())) {
            plant.start();
            var url = "opc.tcp://127.0.0.1:" + plant.address("boiler").getPort();
            var built = OpcUaRig.built(url, "", tags, directory);
            var loop =
                    new DeviceLoop(
                            built.spec(),
                            List.of(built.group()),
                            built.driver(),
                            0,
                            queue,
                            new SystemClock(),
                            new Random(1));
            var owner = Thread.ofVirtual().name("device-boiler").start(loop);
            try {
                var faults = plant.member("boiler").orElseThrow().faults();
                awaitTwins(queue, "urn:acme:a", 0);
                for (var next : List.of("urn:acme:b", "urn:drme:simulator:added:0")) {
                    var restart = new Fault(FaultKind.RESTART, Duration.ofMillis(200), 0);
                    faults.set(Faults.WHOLE, restart, Optional.empty());
                    awaitTwins(queue, next, new SystemClock().epochNanos());
                }
            } finally {
                loop.stop();
                owner.join(Duration.ofSeconds(LIMIT_SECONDS));
            }
        }
    }

    /** Until index 2 stands for a namespace and both nodes have told a value since. */
    private static void awaitTwins(ArrayBlockingQueue<Batch> queue, String second, long after)
            throws InterruptedException {
        var seen = new HashSet<Integer>();
        boolean moved = false;
        while (!moved || seen.size() < 2) {
            var batch = queue.poll(LIMIT_SECONDS, TimeUnit.SECONDS);
            assertThat(batch).as("a tick").isNotNull();
            for (int i = 0; i < batch.size(); i++) {
                int tag = batch.tags()[i] - SimulatorRig.FIRST_INDEX;
                if (!Quality.isGood(batch.qualities()[i])) {
                    continue;
                }
                if (tag == 2) {
                    moved |= second.equals(batch.text(i));
                } else {
                    assertThat(batch.bits()[i] / 1_000_000).as("node").isEqualTo(tag + 1);
                    if (moved && batch.sourceTimes()[i] > after) {
                        seen.add(tag);
                    }
                }
            }
        }
    }

    // Faults of one node: each is seen where it is, and nowhere else.
    @Test
    void aNodeCanFailByItself() throws Exception {
        try (var plant = Plant.parse("twins", NAMED, Plant.Overrides.NONE, new SystemClock())) {
            plant.start();
            var device = plant.member("boiler").orElseThrow();
            assertThat(device.device().units()).containsExactly("clock", "fine", "flat", "gone");
            var hour = Duration.ofHours(1);
            var faults = device.faults();
            faults.set("flat", Fault.of(FaultKind.STUCK), Optional.empty());
            faults.set("gone", Fault.of(FaultKind.EXCEPTION), Optional.empty());
            faults.set("clock", new Fault(FaultKind.WRONG_CLOCK, hour, 0), Optional.empty());
            var url = "opc.tcp://127.0.0.1:" + plant.address("boiler").getPort();
            var tags =
                    Stream.of("fine", "flat", "gone", "clock")
                            .map(
                                    "{address: 'nsu=urn:acme:a;s=%s', type: int64, sampling: 50ms}"
                                            ::formatted)
                            .toList();
            try (var driver = (PushedDriver) OpcUaRig.driver(url, "", tags, directory)) {
                driver.connect();
                var values = new TreeMap<Integer, Set<Long>>();
                var quality = new TreeMap<Integer, Byte>();
                long behind = 0;
                var clock = new SystemClock();
                long deadline = clock.nanoTime() + Duration.ofSeconds(LIMIT_SECONDS).toNanos();
                while (values.getOrDefault(0, Set.of()).size() < 5) {
                    assertThat(clock.nanoTime()).isLessThan(deadline);
                    var batch = new Batch();
                    driver.take(batch, Duration.ofMillis(100));
                    for (int i = 0; i < batch.size(); i++) {
                        int tag = batch.tags()[i] - SimulatorRig.FIRST_INDEX;
                        values.computeIfAbsent(tag, _ -> new HashSet<>()).add(batch.bits()[i]);
                        quality.put(tag, batch.qualities()[i]);
                        if (tag == 3) {
                            behind = clock.epochNanos() - batch.sourceTimes()[i];
                        }
                    }
                }
                assertThat(values.get(1)).as("stuck").hasSizeLessThanOrEqualTo(2);
                assertThat(quality)
                        .containsEntry(0, Quality.GOOD)
                        .containsEntry(2, Quality.bad(Reason.SENSOR_FAILURE));
                assertThat(Duration.ofNanos(behind)).isBetween(hour, hour.plusMinutes(1));
            }
        }
    }

    private static final String NAMED =
            """
            devices:
              boiler:
                protocol: opcua
                listen: "127.0.0.1:0"
                security: none
                tick: 50ms
                nodes:
                  "nsu=urn:acme:a;s=fine": {value: {counter: {every: 100ms}}}
                  "nsu=urn:acme:a;s=flat": {value: {counter: {every: 100ms}}}
                  "nsu=urn:acme:a;s=gone": {value: {counter: {every: 100ms}}}
                  "nsu=urn:acme:a;s=clock": {value: {counter: {every: 100ms}}}
            """;

    // The same object, as record and replay or a test keep it.
    @Test
    void aSimulatedServerThatWasClosedStartsAgainOnItsAddress() throws Exception {
        try (var plant = Plant.parse("twins", NAMED, Plant.Overrides.NONE, new SystemClock())) {
            plant.start();
            var device = plant.member("boiler").orElseThrow().device();
            var address = device.address();
            device.close();
            device.start();
            assertThat(device.address()).isEqualTo(address);
            var tags = List.of("{address: 'nsu=urn:acme:a;s=fine', type: int64}");
            var url = "opc.tcp://127.0.0.1:" + address.getPort();
            try (var driver = OpcUaRig.driver(url, "", tags, directory)) {
                driver.connect();
                var batch = new Batch();
                DriverContract.readInto(driver, batch, Set.of(SimulatorRig.FIRST_INDEX));
                assertThat(batch.qualities()[0]).isEqualTo(Quality.GOOD);
            }
        }
    }
}
