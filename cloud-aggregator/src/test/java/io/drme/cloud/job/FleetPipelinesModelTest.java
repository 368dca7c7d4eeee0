package io.drme.cloud.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.cloud.store.FakeGateway;
import io.drme.cloud.store.FleetRows.FleetKey;
import io.drme.cloud.store.StoreKind;
import io.drme.model.EpochId;
import io.drme.schema.ClockStep;
import io.drme.sync.Item;
import io.drme.testing.ManualClock;
import io.drme.time.Clock;
import io.drme.time.Hlc;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Blocks come late, twice and in any order; who computes them dies before it writes, goes on with
 * what it knew before, or finds that another one was faster. At rest the results are those of a
 * centre to which all came in order and nothing happened.
 *
 * <p>It was seen to catch: marks that are deleted whatever their version; a key that is written
 * without a look at its revision; chunks that are computed again without those behind them; an
 * engine that stays in memory when another one wrote; results that are gone and not told to the
 * pipelines that read them; a corrected clock that is not told.
 */
class FleetPipelinesModelTest {
    private static final String YAML =
            """
            jobs: {every: 10s, wait: 20s, backfill: 0s}
            pipelines:
              mean:
                from: ["*/device-2/tag-2"]
                steps:
                  - merge: {lateness: 2s}
                  - aggregate: {window: 5s, functions: [avg, count, p95]}
                to: ["mean/{function}"]
              each:
                by: gateway
                from: ["*/device-*/tag-2"]
                steps: [{aggregate: {window: 3s, functions: [max]}}]
                to: ["each/{path}/{function}"]
              site-total:
                by: site
                from: ["*/device-*/tag-0"]
                steps: [{duration: {while: "value", results: [total]}}]
                to: ["running/{tag}/{function}"]
              difference:
                from: ["g-1/device-2/tag-2"]
                steps: [{combine: {with: {other: "g-2/device-2/tag-2"}, give: "value - other"}}]
                to: ["difference"]
              peak:
                from: ["fleet/mean/avg"]
                steps: [{aggregate: {window: 10s, functions: [max]}}]
                to: ["peak"]
            """;
    private static final int GATEWAYS = 3;
    private static final int BLOCKS = 12;

    @TempDir private Path directory;

    private record Sent(FakeGateway gateway, Item item) {}

    private static List<Sent> made(long seed) {
        var all = new ArrayList<Sent>();
        for (int g = 1; g <= GATEWAYS; g++) {
            var gateway = new FakeGateway("g-" + g, new EpochId(seed, g), seed * 31 + g, 6);
            all.add(new Sent(gateway, gateway.catalogue("site-" + g % 2, Map.of())));
            for (int i = 0; i < BLOCKS; i++) {
                all.add(new Sent(gateway, gateway.block(7)));
            }
        }
        return all;
    }

    private Map<String, List<String>> undisturbed(long seed) throws Exception {
        var clock = new ManualClock();
        try (var world = new FleetWorld(StoreKind.SQLITE, directory.resolve("calm"), YAML, clock)) {
            var taker = world.taker();
            for (var sent : made(seed)) {
                world.store(sent.gateway.id(), sent.item);
            }
            end(clock);
            world.rest(taker, world.worker(), clock);
            return world.results();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void atRestResultsAreThoseOfAnUndisturbedRun(long seed) throws Exception {
        var expected = undisturbed(seed);
        assertThat(expected).hasSizeGreaterThan(GATEWAYS * 2 + 4);
        var got = disturbed(seed);
        assertThat(got.keySet()).isEqualTo(expected.keySet());
        expected.forEach((tag, samples) -> assertThat(got.get(tag)).as(tag).isEqualTo(samples));
    }

    /** Chunks are computed as far as the clock goes, so both go as far. */
    private static void end(ManualClock clock) {
        long end = ManualClock.START_EPOCH_NANOS + Duration.ofMinutes(4).toNanos();
        clock.advance(Duration.ofNanos(end - clock.epochNanos()));
    }

    private Map<String, List<String>> disturbed(long seed) throws Exception {
        var random = new Random(seed);
        var clock = new ManualClock();
        try (var world = new FleetWorld(StoreKind.SQLITE, directory.resolve("wild"), YAML, clock)) {
            var sent = made(seed);
            for (var one : sent) {
                if (one.item.samples() == 0) {
                    world.store(one.gateway.id(), one.item);
                }
            }
            Collections.shuffle(sent, random);
            var faults = new Faults(world, clock, random, sent);
            for (var one : sent) {
                world.store(one.gateway.id(), one.item);
                if (random.nextInt(5) == 0) {
                    var twice = sent.get(random.nextInt(sent.size()));
                    world.store(twice.gateway.id(), twice.item);
                }
                clock.advance(Duration.ofSeconds(random.nextInt(5)));
                faults.step();
            }
            end(clock);
            world.rest(world.taker(), world.worker(), clock);
            return world.results();
        }
    }

    // Nothing else comes that would have it computed again.
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aBlockThatComesWhileItsChunkIsComputedCounts(boolean anotherIsFaster) throws Exception {
        var results = new ArrayList<Map<String, List<String>>>();
        var mean = new FleetKey("mean", "");
        for (boolean isCalm : new boolean[] {true, false}) {
            var clock = new ManualClock();
            var folder = directory.resolve("while-" + isCalm);
            try (var world = new FleetWorld(StoreKind.SQLITE, folder, YAML, clock)) {
                var one = new FakeGateway("g-1", new EpochId(4, 1), 1, 3);
                var two = new FakeGateway("g-2", new EpochId(4, 2), 2, 3);
                var first = one.block(7);
                var second = two.block(7);
                var taker = world.taker();
                world.store(one.id(), first);
                if (isCalm) {
                    world.store(two.id(), second);
                }
                end(clock);
                var _ = taker.take();
                Runnable then =
                        () -> {
                            try {
                                world.store(two.id(), second);
                                var _ = taker.take();
                                if (anotherIsFaster) {
                                    world.worker().work(mean);
                                }
                            } catch (Exception e) {
                                throw new IllegalStateException(e);
                            }
                        };
                if (!isCalm) {
                    // its second look is behind the reading of blocks
                    world.worker(new Looked(clock, 2, then)).work(mean);
                }
                var worker = world.worker();
                while (worker.work(mean)) {
                    // there is more
                }
                results.add(world.results());
            }
        }
        assertThat(results.get(0)).containsKey("mean/count");
        assertThat(results.get(1)).isEqualTo(results.get(0));
    }

    // A gateway without a clock source was an hour behind; once it knows, its samples are of
    // another
    // time, and so are results that were there already.
    @Test
    void aCorrectedClockMovesWhatWasComputed() throws Exception {
        var results = new ArrayList<Map<String, List<String>>>();
        for (boolean isKnownFirst : new boolean[] {true, false}) {
            var clock = new ManualClock();
            var folder = directory.resolve("known-first-" + isKnownFirst);
            try (var world = new FleetWorld(StoreKind.SQLITE, folder, YAML, clock)) {
                var gateway = new FakeGateway("g-1", new EpochId(3, 3), 5, 6);
                var before = gateway.event(step(gateway.nowNanos(), 0, false), Map.of());
                var block = gateway.block(30);
                long moved = Duration.ofSeconds(40).toNanos();
                gateway.startAt(gateway.nowNanos() + moved);
                var known = gateway.event(step(gateway.nowNanos(), moved, true), Map.of());
                var taker = world.taker();
                world.store(gateway.id(), before);
                if (isKnownFirst) {
                    world.store(gateway.id(), known);
                }
                world.store(gateway.id(), block);
                end(clock);
                world.rest(taker, world.worker(), clock);
                clock.jump(Duration.ofSeconds(-8));
                if (!isKnownFirst) {
                    world.store(gateway.id(), known);
                }
                world.rest(taker, world.worker(), clock);
                results.add(world.results());
            }
        }
        assertThat(results.get(0)).isNotEmpty();
        assertThat(results.get(1)).isEqualTo(results.get(0));
    }

    private static ClockStep step(long wall, long offset, boolean synced) {
        return new ClockStep(
                1, Hlc.of(wall / 1_000_000, 0), wall, offset, synced ? 1_000_000 : -1, synced);
    }

    /** Two that take themselves for the ones who take and compute, and die now and then. */
    private static final class Faults {
        private final FleetWorld world;
        private final ManualClock clock;
        private final Random random;
        private final List<Sent> sent;
        private final ArrivalTaker[] takers = new ArrivalTaker[2];
        private final KeyWorker[] workers = new KeyWorker[2];
        private List<FleetKey> keys = new ArrayList<>();

        Faults(FleetWorld world, ManualClock clock, Random random, List<Sent> sent)
                throws Exception {
            this.sent = sent;
            this.world = world;
            this.clock = clock;
            this.random = random;
            for (int i = 0; i < 2; i++) {
                takers[i] = world.taker();
                workers[i] = world.worker();
            }
        }

        void step() throws Exception {
            int who = random.nextInt(2);
            if (random.nextInt(8) == 0) {
                takers[who] = world.taker();
                workers[who] = world.worker();
            }
            keys.addAll(takers[who].take());
            Collections.shuffle(keys, random);
            var left = new ArrayList<FleetKey>();
            var now = keys;
            keys = left;
            for (var key : now) {
                switch (random.nextInt(6)) {
                    case 0 -> left.add(key);
                    case 1 -> dies(key);
                    case 2 -> overtaken(key);
                    default -> {
                        while (workers[random.nextInt(2)].work(key)) {
                            // there is more
                        }
                    }
                }
            }
        }

        /**
         * What it computed is lost with it, at one of the moments at which it looks at its clock.
         */
        private void dies(FleetKey key) throws Exception {
            int looks = 1 + random.nextInt(3);
            var worker =
                    world.worker(
                            new Looked(
                                    clock,
                                    looks,
                                    () -> {
                                        throw new IllegalStateException("killed");
                                    }));
            try {
                worker.work(key);
            } catch (IllegalStateException e) {
                assertThat(e).hasMessage("killed");
            }
        }

        /**
         * While one is at it, a block comes that it did not read; another one may have computed the
         * same with it before the first one writes.
         */
        private void overtaken(FleetKey key) throws Exception {
            int looks = 1 + random.nextInt(3);
            boolean isFaster = random.nextBoolean();
            var worker =
                    world.worker(
                            new Looked(
                                    clock,
                                    looks,
                                    () -> {
                                        try {
                                            aBlockComes();
                                            if (isFaster) {
                                                workers[0].work(key);
                                            }
                                        } catch (Exception e) {
                                            throw new IllegalStateException(e);
                                        }
                                    }));
            worker.work(key);
        }

        private void aBlockComes() throws Exception {
            var one = sent.get(random.nextInt(sent.size()));
            world.store(one.gateway.id(), one.item);
            keys.addAll(takers[0].take());
        }
    }

    /** A clock at one look of which something happens. */
    private static final class Looked implements Clock {
        private final Clock clock;
        private final Runnable then;
        private int looks;

        Looked(Clock clock, int looks, Runnable then) {
            this.clock = clock;
            this.looks = looks;
            this.then = then;
        }

        @Override
        public long nanoTime() {
            return clock.nanoTime();
        }

        @Override
        public long epochNanos() {
            if (--looks == 0) {
                then.run();
            }
            return clock.epochNanos();
        }

        @Override
        public void sleep(Duration duration) throws InterruptedException {
            clock.sleep(duration);
        }
    }
}
