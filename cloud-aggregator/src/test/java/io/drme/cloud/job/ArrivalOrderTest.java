package io.drme.cloud.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.cloud.store.Compaction;
import io.drme.cloud.store.Database;
import io.drme.cloud.store.FakeGateway;
import io.drme.cloud.store.FleetRows.FleetKey;
import io.drme.cloud.store.SqlReceiverStore;
import io.drme.cloud.store.StoreKind;
import io.drme.model.EpochId;
import io.drme.sync.Item;
import io.drme.testing.ManualClock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Transactions commit in another order than they begin, and no block is skipped by that. */
@Timeout(120)
class ArrivalOrderTest {
    private static final String YAML =
            """
            jobs: {every: 10s, wait: 20s, backfill: 0s}
            pipelines:
              each:
                by: gateway
                from: ["*/device-2/tag-2"]
                steps: [{aggregate: {window: 10s, functions: [count]}}]
                to: ["{path}/{function}"]
            """;

    @TempDir private Path directory;

    private final ManualClock clock = new ManualClock();

    private void insert(SqlReceiverStore receiver, FakeGateway gateway, Item item, Runnable then)
            throws Exception {
        receiver.inTransaction(t -> {
            t.epochNumber(gateway.id(), gateway.epoch(), clock.epochNanos());
            t.insert(gateway.id(), item, Optional.empty(), clock.epochNanos());
            then.run();
            return true;
        });
    }

    // Two members write to one PostgreSQL: the first has its rows, with the lower numbers of item,
    // and hangs before it commits; the second begins later and commits first.
    @Test
    void aBlockThatIsCommittedLaterThanYoungerOnesIsTaken() throws Exception {
        try (var world = new FleetWorld(StoreKind.POSTGRES, directory, YAML, clock);
                var otherDatabase =
                        Database.open(StoreKind.POSTGRES.settings(directory).sharedBy("c"));
                var otherToo =
                        Database.open(StoreKind.POSTGRES.settings(directory).sharedBy("c"))) {
            world.receiver.close();
            try (var slow = SqlReceiverStore.open(otherDatabase);
                    var fast = SqlReceiverStore.open(otherToo)) {
                var taker = world.taker();
                var worker = world.worker();
                var one = new FakeGateway("g-1", new EpochId(1, 1), 1, 3);
                var two = new FakeGateway("g-2", new EpochId(1, 2), 2, 3);
                insert(slow, one, one.block(12), () -> {});
                var written = new CountDownLatch(1);
                var mayCommit = new CountDownLatch(1);
                var hanging =
                        Thread.ofPlatform()
                                .start(() -> {
                                    try {
                                        insert(
                                                slow,
                                                one,
                                                one.block(12),
                                                () -> {
                                                    written.countDown();
                                                    await(mayCommit);
                                                });
                                    } catch (Exception e) {
                                        throw new IllegalStateException(e);
                                    }
                                });
                await(written);
                for (int i = 0; i < 3; i++) {
                    insert(fast, two, two.block(8), () -> {});
                }
                clock.advance(Duration.ofMinutes(1));
                for (var key : taker.take()) {
                    while (worker.work(key)) {
                        // there is more
                    }
                }
                long behind = counted(world, "g-2");
                assertThat(behind).isPositive();
                long before = counted(world, "g-1");
                mayCommit.countDown();
                hanging.join();
                world.rest(taker, worker, clock);
                assertThat(counted(world, "g-1"))
                        .as("the second block counts")
                        .isGreaterThan(before);
                assertThat(counted(world, "g-1")).isEqualTo(due(one));
                assertThat(world.rows.key(new FleetKey("each", "g-1"))).isPresent();
            }
        }
    }

    // A chunk that is computed again replaces the block that it gave; a copy of it in a segment
    // would
    // go on beside the new one.
    @Test
    void resultsThatAreMadeAgainAreNotInSegments() throws Exception {
        try (var world = new FleetWorld(StoreKind.SQLITE, directory, YAML, clock);
                var compaction = Compaction.open(world.database, clock)) {
            var taker = world.taker();
            var worker = world.worker();
            var one = new FakeGateway("g-1", new EpochId(1, 1), 1, 3);
            var late = one.block(12);
            var first = one.block(12);
            insert(world.receiver, one, first, () -> {});
            clock.advance(Duration.ofMinutes(5));
            world.rest(taker, worker, clock);
            long before = counted(world, "g-1");
            for (int i = 0; i < 4; i++) {
                clock.advance(Duration.ofHours(7));
                while (compaction.step()) {
                    // there is more
                }
            }

            insert(world.receiver, one, late, () -> {});
            world.rest(taker, worker, clock);

            assertThat(before).isPositive();
            assertThat(counted(world, "g-1")).isEqualTo(due(one)).isGreaterThan(before);
        }
    }

    private static long due(FakeGateway gateway) {
        return gateway.made().stream()
                .filter(m -> m.tag().equals("device-2/tag-2"))
                .filter(m -> !(m.reading() instanceof io.drme.model.Reading.Bad))
                .count();
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Samples with a value in all windows of a gateway. */
    private static long counted(FleetWorld world, String gateway) throws Exception {
        return world
                .results()
                .getOrDefault(gateway + "/device-2/tag-2/count", java.util.List.of())
                .stream()
                .mapToLong(s -> Long.parseLong(s.replaceAll(".*Int\\[value=(\\d+)].*", "$1")))
                .sum();
    }
}
