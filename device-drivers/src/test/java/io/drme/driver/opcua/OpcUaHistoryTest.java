package io.drme.driver.opcua;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.driver.DeviceLoop;
import io.drme.driver.DeviceStatus.State;
import io.drme.driver.SimulatorRig;
import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.model.Reason;
import io.drme.sim.fault.Fault;
import io.drme.sim.fault.FaultKind;
import io.drme.sim.fault.Faults;
import io.drme.time.SystemClock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a lost connection missed, as a live loop gets it from a server that kept it. */
@Timeout(90)
class OpcUaHistoryTest {
    private static final long LIMIT_SECONDS = 30;
    private static final String SERVER =
            """
            path: /boiler
            security: none
            tick: 20ms
            nodes:
              "nsu=urn:acme:boiler;s=kept": {value: {counter: {every: 200ms}}, history: 10000}
              "nsu=urn:acme:boiler;s=plain": {value: {counter: {every: 200ms}}}
            """;
    private static final List<String> TAGS =
            List.of(
                    "{address: 'nsu=urn:acme:boiler;s=kept', type: int64, sampling: 50ms, history: true}",
                    "{address: 'nsu=urn:acme:boiler;s=plain', type: int64, sampling: 50ms, history: true}",
                    "{address: 'nsu=urn:acme:boiler;s=kept', type: int64, sampling: 50ms}");
    private static final int KEPT = 0;
    private static final int PLAIN = 1;
    private static final int NOT_ASKED = 2;

    private record Seen(long value, long time, byte quality) {}

    private final SystemClock clock = new SystemClock();
    private final ArrayBlockingQueue<Batch> queue = new ArrayBlockingQueue<>(1_000);
    private final List<List<Seen>> seen =
            List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());

    @TempDir Path directory;

    @Test
    void theHoleOfALostConnectionIsFilledInOrderAndWithoutDoubles() throws Exception {
        try (var rig = new OpcUaRig(directory, SERVER, "", TAGS)) {
            var built = rig.built();
            var loop =
                    new DeviceLoop(
                            built.spec(),
                            List.of(built.group()),
                            built.driver(),
                            0,
                            queue,
                            clock,
                            new Random(1));
            var owner = Thread.ofVirtual().name("device-boiler").start(loop);
            try {
                awaitValues(5);
                rig.faults().set(Faults.WHOLE, Fault.of(FaultKind.RESET), Optional.empty());
                while (loop.status().state() != State.UNREACHABLE) {
                    next();
                }
                rig.faults().set(Faults.WHOLE, Fault.NONE, Optional.empty());
                int before = seen.get(KEPT).size();
                while (loop.status().state() != State.GOOD) {
                    next();
                }
                awaitValues(before + 5);
            } finally {
                loop.stop();
                queue.clear();
                owner.join(Duration.ofSeconds(LIMIT_SECONDS));
            }
            assertThat(longestStep(KEPT)).as("a step of the filled one").isLessThanOrEqualTo(8);
            assertThat(longestStep(PLAIN)).as("a server without history").isGreaterThan(12);
            assertThat(longestStep(NOT_ASKED)).as("who did not ask").isGreaterThan(12);
            for (int tag = 0; tag < TAGS.size(); tag++) {
                assertThat(good(tag).stream().map(Seen::value)).isSorted();
                assertThat(good(tag).stream().map(Seen::time))
                        .as("times of tag %d", tag)
                        .isSorted()
                        .doesNotHaveDuplicates();
                assertThat(seen.get(tag))
                        .as("the loss itself is told")
                        .anyMatch(s -> s.quality() == Quality.bad(Reason.COMMS_LOST));
            }
            assertThat(loop.exchange(SimulatorRig.FIRST_INDEX + PLAIN).error())
                    .contains("not in the server's history", "Bad_HistoryOperationUnsupported");
        }
    }

    private List<Seen> good(int tag) {
        return seen.get(tag).stream().filter(s -> Quality.isGood(s.quality())).toList();
    }

    private long longestStep(int tag) {
        long longest = 0;
        var values = good(tag);
        for (int i = 1; i < values.size(); i++) {
            longest = Math.max(longest, values.get(i).value() - values.get(i - 1).value());
        }
        return longest;
    }

    private void awaitValues(int count) throws InterruptedException {
        while (seen.stream().anyMatch(s -> s.size() < count)) {
            next();
        }
    }

    private void next() throws InterruptedException {
        var batch = queue.poll(LIMIT_SECONDS, TimeUnit.SECONDS);
        assertThat(batch).as("a tick").isNotNull();
        for (int i = 0; i < batch.size(); i++) {
            seen.get(batch.tags()[i] - SimulatorRig.FIRST_INDEX)
                    .add(new Seen(batch.bits()[i], batch.sourceTimes()[i], batch.qualities()[i]));
        }
    }
}
