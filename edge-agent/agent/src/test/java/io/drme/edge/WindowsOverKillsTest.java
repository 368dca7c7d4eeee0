package io.drme.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.edge.config.GatewayConfigReader;
import io.drme.edge.recording.AlarmBook;
import io.drme.edge.recording.LocalHistory;
import io.drme.edge.recording.Point;
import io.drme.edge.recording.Recorder;
import io.drme.edge.state.StateFiles;
import io.drme.log.Store;
import io.drme.log.StoreConfig;
import io.drme.log.StoreSetup;
import io.drme.model.Batch;
import io.drme.model.GatewayId;
import io.drme.model.Quality;
import io.drme.model.Reading;
import io.drme.model.Reason;
import io.drme.model.TagName;
import io.drme.model.Value;
import io.drme.testing.ManualClock;
import io.drme.testing.Seeds;
import io.drme.testing.SimulatedDisk;
import io.drme.time.Clock;
import io.drme.time.Hlc;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A gateway that is killed 25 times, or loses power, at moments from a seed: what its windows gave
 * is what they give in a run without any of it, each result once. The device has a memory: what is
 * not on record after a kill it tells again, within the lateness that the windows wait for, so that
 * both runs see the same samples.
 */
class WindowsOverKillsTest {
    private static final int KILLS = 25;
    private static final int LONGEST_LIFE_STEPS = 500;
    private static final int SNAPSHOT_EVERY_STEPS = 70;
    private static final int MOST_DISK_OPERATIONS = 60;
    private static final long SECOND = 1_000_000_000L;

    /** Longer than any result waits for the end of its window and for late samples. */
    private static final long LATEST_NANOS = 65 * SECOND;

    private static final Duration STEP = Duration.ofMillis(100);
    private static final GatewayId GATEWAY = new GatewayId("line-1");

    private static final String CONFIG =
            """
            gateway: {id: line-1}
            devices:
              press:
                driver: modbus
                url: "tcp://127.0.0.1:1502"
                tags:
                  level: {address: "holding:10", type: float64}
                  held: {address: "holding:20", type: float64, deadband: 0.5}
            pipelines:
              ten: {from: "press/level", steps: [{aggregate: {window: 10s, lateness: 10s, functions: [avg, count, max]}}], to: "ten/{function}"}
              sliding: {from: "press/level", steps: [{filter: "value > 20"}, {aggregate: {window: 60s, every: 5s, lateness: 10s, functions: [sum, count, stddev]}}], to: "sliding/{function}"}
              day: {from: "press/level", steps: [{aggregate: {window: 24h, every: 10s, lateness: 10s, functions: [count, min]}}], to: "day/{function}"}
              held: {from: "press/held", steps: [{aggregate: {window: 10s, lateness: 10s, functions: [avg, max]}}], to: "held/{function}"}
              over: {from: "ten/avg", steps: [{map: "value * 2"}, {aggregate: {window: 30s, lateness: 20s, functions: [sum, count]}}], to: "over/{function}"}
              local: {from: "press/level", sync: local, steps: [{aggregate: {window: 20s, lateness: 10s, functions: [last]}}], to: "local/{function}"}
            """;

    private static final List<String> RESULTS =
            List.of(
                    "ten/avg",
                    "ten/count",
                    "ten/max",
                    "sliding/sum",
                    "sliding/count",
                    "sliding/stddev",
                    "day/count",
                    "day/min",
                    "held/avg",
                    "held/max",
                    "over/sum",
                    "over/count",
                    "local/last");

    @TempDir private Path folder;

    private String config = CONFIG;

    static LongStream seeds() {
        return Seeds.of(2, 200);
    }

    /** One life of the gateway, on one thread, from a start to a kill. */
    private final class Life {
        private final ManualClock clock;
        private final Store store;
        private final Wiring wiring;
        private final int group;
        private final int level;
        private final int held;
        private final long firstMade;
        private long told;
        private boolean began;

        Life(SimulatedDisk disk, ManualClock clock, StateFiles states, Random random)
                throws Exception {
            this(disk, clock, clock, states, random);
        }

        /** As {@code seen} by the gateway, which may be a slow machine. */
        Life(SimulatedDisk disk, ManualClock clock, Clock seen, StateFiles states, Random random)
                throws Exception {
            this.clock = clock;
            var file = folder.resolve("gateway.yaml");
            Files.writeString(file, config);
            var reader = new GatewayConfigReader(SystemTags.device().tags());
            var read = reader.read(file);
            var layout = new Layout(reader.factories());
            store = Store.open(new StoreSetup(disk, StoreConfig.defaults(), GATEWAY, seen, random));
            wiring =
                    Wiring.of(
                            new Wiring.Place(read, folder, file, layout, seen),
                            store,
                            states::load);
            firstMade =
                    wiring.made().stream()
                            .mapToLong(r -> Hlc.epochNanos(r.derived().gatewayTime()))
                            .findFirst()
                            .orElse(Long.MAX_VALUE);
            group =
                    wiring.ready().devices().stream()
                            .filter(d -> d.spec().name().equals("press"))
                            .findFirst()
                            .orElseThrow()
                            .firstGroup();
            level = index("press/level");
            held = index("press/held");
        }

        private int index(String tag) {
            return wiring.ready().table().indexOf(new TagName(tag)).orElseThrow();
        }

        private Recorder recorder() {
            return wiring.parts().recorder();
        }

        /** The device goes on behind what the log has of it. */
        private void begin() throws Exception {
            work();
            told =
                    points("press/level").stream()
                            .mapToLong(Point::sourceTimeNanos)
                            .max()
                            .orElse(ManualClock.START_EPOCH_NANOS - SECOND);
            began = true;
        }

        /** Goes on for a tenth of a second. */
        void step() throws Exception {
            if (!began) {
                begin();
            }
            clock.advance(STEP);
            while (told + SECOND <= clock.epochNanos()) {
                told += SECOND;
                var batch = new Batch(2);
                batch.begin(group, 0);
                if (isSilent(told)) {
                    batch.addBad(level, told, Reason.TIMEOUT);
                } else {
                    batch.addDouble(level, told, level(told), Quality.GOOD);
                }
                batch.addDouble(held, told, heldLevel(told), Quality.GOOD);
                wiring.parts().in().add(batch);
            }
            work();
        }

        private void work() throws Exception {
            wiring.parts().acquisition().step(0);
            recorder().step(0);
        }

        void save(StateFiles states) throws Exception {
            var state = wiring.parts().acquisition().ask(StateDesk::of);
            recorder().step(0);
            assertThat(recorder().flush()).isTrue();
            states.save(state.orElseThrow());
        }

        List<Point> points(String tag) throws Exception {
            return new LocalHistory(recorder()).samples(new TagName(tag), 0, Long.MAX_VALUE);
        }

        /** When the newest life began that the log has. */
        long start() throws Exception {
            var starts = new ArrayList<StateReplay.Start>();
            AlarmBook.of(
                    recorder().view(), item -> StateReplay.startOf(item).ifPresent(starts::add));
            return starts.getLast().at();
        }

        boolean hasWaited() {
            return wiring.parts().acquisition().engine().pipelines().stream()
                    .anyMatch(p -> p.deferred() > 0);
        }

        boolean isUpToDate() {
            return began && told + SECOND > clock.epochNanos();
        }
    }

    /** On a slow machine each look at the clock takes time, as whatever is between two does. */
    private record SlowClock(ManualClock clock, Duration look) implements Clock {
        @Override
        public long epochNanos() {
            return clock.epochNanos();
        }

        @Override
        public long nanoTime() {
            clock.advance(look);
            return clock.nanoTime();
        }

        @Override
        public void sleep(Duration time) {
            clock.sleep(time);
        }
    }

    private static double level(long nanos) {
        long second = nanos / SECOND;
        return ((second * 2_654_435_761L) >>> 8) % 1_000 / 10.0;
    }

    private static double heldLevel(long nanos) {
        return nanos / SECOND / 7 % 5 * 3.0;
    }

    private static boolean isSilent(long nanos) {
        return nanos / SECOND % 97 < 3;
    }

    /** Results by tag and time; more than one at a time fails. */
    private static Map<String, String> results(Life life, long until) throws Exception {
        var all = new TreeMap<String, String>();
        for (var tag : RESULTS) {
            for (var point : life.points(tag)) {
                if (point.sourceTimeNanos() <= until) {
                    long second =
                            (point.sourceTimeNanos() - ManualClock.START_EPOCH_NANOS) / SECOND;
                    var before =
                            all.put(
                                    "%s %6d".formatted(tag, second),
                                    String.valueOf(point.reading()));
                    assertThat(before).as("%s at %d s, once", tag, second).isNull();
                }
            }
        }
        return all;
    }

    private static List<String> differences(Map<String, String> got, Map<String, String> expected) {
        var all = new TreeSet<>(expected.keySet());
        all.addAll(got.keySet());
        return all.stream()
                .filter(at -> !Objects.equals(got.get(at), expected.get(at)))
                .map(at -> "%s: %s instead of %s".formatted(at, got.get(at), expected.get(at)))
                .toList();
    }

    private Map<String, String> undisturbed(long until) throws Exception {
        var clock = new ManualClock();
        var life =
                new Life(
                        new SimulatedDisk(new Random(1)),
                        clock,
                        new StateFiles(folder.resolve("undisturbed")),
                        new Random(1));
        while (clock.epochNanos() < until + 5 * LATEST_NANOS) {
            life.step();
        }
        return results(life, until);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void windowsGiveWhatTheyGiveWithoutAnyKill(long seed) throws Exception {
        var random = new Random(seed);
        var clock = new ManualClock();
        var states = new StateFiles(folder.resolve("killed"));
        var disk = new SimulatedDisk(random);
        for (int kill = 0; kill < KILLS; kill++) {
            disk = liveUntilKilled(disk, clock, states, random);
            if (random.nextInt(4) == 0) {
                damageNewest(random);
            }
            clock.advance(Duration.ofMillis(random.nextInt(5_000)));
        }
        var last = new Life(disk, clock, states, random);
        do {
            last.step();
        } while (!last.isUpToDate());
        long until = clock.epochNanos() - LATEST_NANOS;

        var results = results(last, until);
        assertThat(results).hasSizeGreaterThan(300);
        assertThat(differences(results, undisturbed(until))).isEmpty();
    }

    // Pipelines can't follow, so results wait; a kill, or a stop that does not wait for them,
    // leaves
    // them undone, and the start makes them.
    @ParameterizedTest
    @MethodSource("seeds")
    void resultsThatWaitedAtAKillAreMadeAtTheStart(long seed) throws Exception {
        var random = new Random(seed);
        var clock = new ManualClock();
        var states = new StateFiles(folder.resolve("killed"));
        var disk = new SimulatedDisk(random);
        // Here it is about what waits, not about what a slow gateway reads late.
        config =
                CONFIG.replace("lateness: 10s", "lateness: 60s")
                        .replace("lateness: 20s", "lateness: 120s");
        int waited = 0;
        long made = 0;
        for (int kill = 0; kill < KILLS; kill++) {
            var slow = new SlowClock(clock, Duration.ofMillis(5 + random.nextInt(25)));
            var life = new Life(disk, clock, slow, states, random);
            made += life.wiring.restart().results();
            int steps = 1 + random.nextInt(LONGEST_LIFE_STEPS / 2);
            for (int i = 0; i < steps; i++) {
                life.step();
                if (i % SNAPSHOT_EVERY_STEPS == SNAPSHOT_EVERY_STEPS - 1) {
                    life.save(states);
                }
            }
            assertThat(life.firstMade)
                    .as("what is made again comes after the start")
                    .isGreaterThanOrEqualTo(life.start());
            waited += life.hasWaited() ? 1 : 0;
            disk = disk.afterKill();
            if (random.nextInt(4) == 0) {
                damageNewest(random);
            }
        }
        var last = new Life(disk, clock, states, random);
        do {
            last.step();
        } while (!last.isUpToDate());
        long until = clock.epochNanos() - 5 * LATEST_NANOS;

        assertThat(waited).as("lives in which samples waited").isPositive();
        assertThat(made).as("results made at a start").isPositive();
        assertThat(differences(results(last, until), undisturbed(until))).isEmpty();
    }

    /** A kill leaves what was written, a cut of the power only what was synced. */
    private SimulatedDisk liveUntilKilled(
            SimulatedDisk disk, ManualClock clock, StateFiles states, Random random)
            throws Exception {
        boolean isCut = random.nextBoolean();
        int steps = 1 + random.nextInt(LONGEST_LIFE_STEPS);
        try {
            var life = new Life(disk, clock, states, random);
            for (int i = 0; i < steps; i++) {
                life.step();
                if (i % SNAPSHOT_EVERY_STEPS == SNAPSHOT_EVERY_STEPS - 1) {
                    life.save(states);
                }
            }
            if (isCut) {
                disk.cutPowerAfter(1 + random.nextInt(MOST_DISK_OPERATIONS));
                while (true) {
                    life.step();
                }
            }
        } catch (SimulatedDisk.PowerCut _) {
            return disk.afterPowerCut();
        }
        return disk.afterKill();
    }

    private void damageNewest(Random random) throws IOException {
        var kept = folder.resolve("killed").resolve("state");
        if (!Files.isDirectory(kept)) {
            return;
        }
        try (var files = Files.list(kept)) {
            var whole =
                    files.filter(f -> f.toString().endsWith(".mapdb"))
                            .sorted(Comparator.reverseOrder())
                            .toList();
            if (whole.size() == StateFiles.KEPT) {
                var bytes = Files.readAllBytes(whole.getFirst());
                bytes[random.nextInt(bytes.length)] ^= 0x10;
                Files.write(whole.getFirst(), bytes);
            }
        }
    }

    // The guarantee where a device tells nothing again: what is on record decides, all of it.
    @ParameterizedTest
    @MethodSource("seeds")
    void whatIsOnRecordIsWhatTheWindowsAreOf(long seed) throws Exception {
        var random = new Random(seed);
        var clock = new ManualClock();
        var states = new StateFiles(folder.resolve("killed"));
        var disk = new SimulatedDisk(random);
        for (int kill = 0; kill < 10; kill++) {
            disk = liveUntilKilled(disk, clock, states, random);
        }
        var last = new Life(disk, clock, states, random);
        do {
            last.step();
        } while (!last.isUpToDate());
        long until = clock.epochNanos() - LATEST_NANOS;
        var counted = new ArrayList<String>();
        var samples = last.points("press/level");
        for (var point : last.points("ten/count")) {
            if (point.sourceTimeNanos() <= until) {
                long end = point.sourceTimeNanos();
                long in =
                        samples.stream()
                                .filter(s ->
                                        s.sourceTimeNanos() >= end - 10 * SECOND
                                                && s.sourceTimeNanos() < end
                                                && !(s.reading() instanceof Reading.Bad))
                                .count();
                if (!value(point.reading()).equals(Optional.of(in))) {
                    counted.add(end + ": " + point.reading() + " of " + in);
                }
            }
        }
        assertThat(counted).isEmpty();
    }

    private static Optional<Long> value(Reading reading) {
        return switch (reading) {
            case Reading.Good(Value.Int(long count)) -> Optional.of(count);
            case Reading.Uncertain(Value.Int(long count), var _) -> Optional.of(count);
            default -> Optional.empty();
        };
    }

    @Test
    void withoutAnySnapshotTheLogAloneBringsTheWindowsBack() throws Exception {
        var clock = new ManualClock();
        var none = new StateFiles(folder.resolve("none"));
        var disk = new SimulatedDisk(new Random(3));
        var life = new Life(disk, clock, none, new Random(3));
        for (int i = 0; i < 275; i++) {
            life.step();
        }
        var second = new Life(disk.afterKill(), clock, none, new Random(3));
        for (int i = 0; i < 1_000; i++) {
            second.step();
        }
        long until = clock.epochNanos() - LATEST_NANOS;

        var results = results(second, until);
        assertThat(results).isNotEmpty();
        assertThat(differences(results, undisturbed(until))).isEmpty();
    }
}
