package io.drme.driver.opcua;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.driver.DeviceLoop;
import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.model.Reason;
import io.drme.time.SystemClock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.IntPredicate;
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
}
