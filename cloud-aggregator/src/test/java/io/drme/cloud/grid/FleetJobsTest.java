package io.drme.cloud.grid;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.drme.cloud.config.CloudConfig;
import io.drme.cloud.job.FleetWorld;
import io.drme.cloud.store.Database;
import io.drme.cloud.store.FakeGateway;
import io.drme.cloud.store.FleetStore;
import io.drme.cloud.store.StoreKind;
import io.drme.model.EpochId;
import io.drme.sync.Item;
import io.drme.testing.ManualClock;
import io.drme.time.Clock;
import io.drme.time.SystemClock;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The job over members in one process: one ends, one comes, all end and come back. */
@Timeout(600)
class FleetJobsTest {
    private static final String YAML =
            """
            jobs: {every: 10s, wait: 20s, backfill: 0s}
            pipelines:
              mean:
                from: ["*/device-2/tag-2"]
                steps:
                  - merge: {lateness: 2s}
                  - aggregate: {window: 5s, functions: [avg, count]}
                to: ["mean/{function}"]
              each:
                by: gateway
                from: ["*/device-*/tag-2"]
                steps: [{aggregate: {window: 3s, functions: [max]}}]
                to: ["each/{path}/{function}"]
              running:
                by: gateway
                from: ["*/device-*/tag-0"]
                steps: [{duration: {while: "value", results: [total]}}]
                to: ["running/{path}/{function}"]
            """;
    private static final long CHUNK_NANOS = 10_000_000_000L;
    private static final int GATEWAYS = 20;
    private static final int BLOCKS = 8;
    private static final int FIRST_PORT = 20_000;
    private static final int MOST_PORTS = 10_000;

    /** Begins elsewhere in each process, so that two of them seldom look at the same port. */
    private static final AtomicInteger NEXT_PORT =
            new AtomicInteger((int) (ProcessHandle.current().pid() * 100 % MOST_PORTS));

    /** Time that a test moves, and waiting that goes on. */
    private static final class Held implements Clock {
        private final ManualClock epoch = new ManualClock();
        private final SystemClock system = new SystemClock();

        @Override
        public long epochNanos() {
            return epoch.epochNanos();
        }

        @Override
        public long nanoTime() {
            return system.nanoTime();
        }

        @Override
        public void sleep(Duration time) throws InterruptedException {
            system.sleep(time);
        }
    }

    private record Sent(FakeGateway gateway, Item item) {}

    private record Running(Member member, FleetStore store, FleetJobs jobs) {
        void close() throws Exception {
            jobs.close();
            member.close();
            store.close();
        }
    }

    @TempDir private Path directory;

    private final Held clock = new Held();
    private final Map<Integer, Running> running = new LinkedHashMap<>();
    private List<Integer> ports = List.of();
    private FleetWorld world;
    private int looks;

    @BeforeEach
    void start() throws Exception {
        var free = new ArrayList<Integer>();
        for (int i = 0; i < 4; i++) {
            free.add(freePort());
        }
        ports = List.copyOf(free);
        world = new FleetWorld(StoreKind.SQLITE, directory.resolve("members"), YAML, clock);
        var _ = world.taker(); // the pipelines begin now, whenever the first member is there
    }

    /** Below those that the system gives to outgoing connections, which might take it meanwhile. */
    private static int freePort() throws IOException {
        for (int tries = 0; tries < MOST_PORTS; tries++) {
            int port = FIRST_PORT + Math.floorMod(NEXT_PORT.getAndIncrement(), MOST_PORTS);
            try (var any = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return any.getLocalPort();
            } catch (BindException _) {
                // Somebody listens there; the next one.
            }
        }
        throw new IOException("no port is free from %d on".formatted(FIRST_PORT));
    }

    @AfterEach
    void stop() throws Exception {
        stopAll();
        world.close();
    }

    private void stopAll() throws Exception {
        for (var one : List.copyOf(running.values())) {
            one.close();
        }
        running.clear();
    }

    private void join(int number) throws Exception {
        var all = String.join("', '", ports.stream().map(p -> "127.0.0.1:" + p).toList());
        var file =
                Files.writeString(
                        directory.resolve("cloud-%d.yaml".formatted(number)),
                        "cluster: {name: four, listen: '127.0.0.1:%d', members: ['%s'], minimum: 3}%nstore: {url: 'jdbc:postgresql://127.0.0.1/none'}%n"
                                .formatted(ports.get(number), all));
        var member = Member.start(CloudConfig.read(file).cluster());
        Database database = world.database;
        var store = FleetStore.open(database);
        var opened = new FleetJobs.Opened(world.store, world.rows, store, clock, _ -> {});
        running.put(number, new Running(member, store, FleetJobs.join(member, world.plan, opened)));
    }

    private void leave(int number) throws Exception {
        var gone = running.remove(number);
        if (gone != null) {
            gone.close();
        }
    }

    private void await(String what, Callable<Boolean> condition) throws Exception {
        long end = clock.nanoTime() + Duration.ofMinutes(3).toNanos();
        while (!condition.call()) {
            assertThat(clock.nanoTime()).as("%s: %s", what, seen()).isLessThan(end);
            for (var one : running.values()) {
                one.jobs.step();
            }
            clock.sleep(Duration.ofMillis(50));
            creep();
        }
    }

    /** Late blocks wait for each other, so a little time has to pass; no chunk ends by that. */
    private void creep() {
        if (Math.floorMod(clock.epochNanos(), CHUNK_NANOS) < 8_000_000_000L) {
            clock.epoch.advance(Duration.ofMillis(20));
        }
    }

    private String seen() throws Exception {
        var text =
                new StringBuilder(
                        "%s %d keys to %s, late %s, waiting %s"
                                .formatted(
                                        clock.epochNanos(),
                                        world.rows.keys().size(),
                                        world.rows.progress(),
                                        world.rows.lateKeys(),
                                        world.rows.writers()));
        for (var one : running.values()) {
            var jobs = one.jobs;
            text.append(
                    "\n%s %s %s chunks=%d blocks=%d"
                            .formatted(
                                    one.member.address(),
                                    jobs.status(),
                                    jobs.trouble(),
                                    jobs.counters().chunks(),
                                    jobs.counters().blocks()));
        }
        return text.toString();
    }

    /** Whether all that is stored is in the results, as far as the clock goes. */
    private boolean isAtRest() throws Exception {
        long closed =
                Math.floorDiv(clock.epochNanos(), CHUNK_NANOS) * CHUNK_NANOS - 2 * CHUNK_NANOS;
        var keys = world.rows.keys();
        return world.rows.writers().isEmpty()
                && world.rows.lateKeys().isEmpty()
                && keys.size() == 1 + 2 * GATEWAYS
                && keys.stream().allMatch(k -> k.computedTo() >= closed);
    }

    private static List<Sent> made() {
        var all = new ArrayList<Sent>();
        for (int g = 1; g <= GATEWAYS; g++) {
            var gateway = new FakeGateway("g-" + g, new EpochId(7, g), 31 + g, 6);
            for (int i = 0; i < BLOCKS; i++) {
                all.add(new Sent(gateway, gateway.block(10)));
            }
        }
        return all;
    }

    private void store(List<Sent> some) throws Exception {
        for (var one : some) {
            world.store(one.gateway.id(), one.item);
        }
        long minute = 6 * CHUNK_NANOS - Math.floorMod(clock.epochNanos(), CHUNK_NANOS);
        clock.epoch.advance(Duration.ofNanos(minute));
    }

    private Map<String, List<String>> undisturbed() throws Exception {
        var calm = new ManualClock();
        try (var other = new FleetWorld(StoreKind.SQLITE, directory.resolve("calm"), YAML, calm)) {
            var taker = other.taker();
            for (var one : made()) {
                other.store(one.gateway.id(), one.item);
            }
            long end = Math.floorDiv(clock.epochNanos(), CHUNK_NANOS) * CHUNK_NANOS;
            calm.advance(Duration.ofNanos(end - calm.epochNanos()));
            other.rest(taker, other.worker(), calm);
            return other.results();
        }
    }

    @Test
    void membersComeAndGoAndResultsAreThoseOfAnUndisturbedRun() throws Exception {
        var sent = made();
        Collections.shuffle(sent, new Random(5));
        int part = sent.size() / 4;
        join(0);
        join(1);
        join(2);
        store(sent.subList(0, part));
        await("the first part is computed by three", this::hasResults);
        leave(0); // the oldest, which had the source
        join(3);
        store(sent.subList(part, 2 * part));
        await("the new member has its part", this::newMemberComputes);
        stopAll();
        store(sent.subList(2 * part, 3 * part));
        join(0);
        join(1);
        join(2);
        store(sent.subList(3 * part, sent.size()));
        await("all is computed", this::isAtRest);
        // which keys a member has is by chance, so one may have none
        assertThat(running.values()).anyMatch(r -> r.jobs.counters().chunks() > 0);
        assertThat(world.results()).isEqualTo(undisturbed());
        leave(0);
        var alone = requireNonNull(running.get(1));
        while (alone.member.tooFew().isEmpty()) {
            clock.sleep(Duration.ofMillis(50));
        }
        assertThat(alone.jobs.turn(() -> {})).as("a minority computes nothing").isFalse();
    }

    /** There is something to compute for whoever comes: now and then a chunk ends. */
    private boolean newMemberComputes() {
        if (++looks % 20 == 0) {
            clock.epoch.advance(Duration.ofNanos(CHUNK_NANOS));
        }
        return requireNonNull(running.get(3)).jobs.counters().chunks() > 0;
    }

    private boolean hasResults() throws Exception {
        return world.results().size() > 2;
    }
}
