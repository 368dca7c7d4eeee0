package io.drme.bench;

import io.drme.time.Clock;
import io.drme.time.SystemClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * What it costs to make samples durable: 1,000 tags at 100 Hz, where commits dominate, and at 1 Hz,
 * where bytes do; each scan is a commit. All sides take turns scan by scan, so that a slow moment
 * of the disk hits each, and all have the same scans behind them before anything is measured.
 *
 * <p>MapDB is left out: its transactions do not survive a kill (docs/decisions), so it has no
 * figure for what is asked here.
 */
final class LogBench implements Bench {
    private static final int FAST_SCANS = 2_000;
    private static final int SLOW_SCANS = 300;

    /**
     * Ours and H2 run on a virtual machine that goes on compiling until about here; a gateway runs
     * for months. Each side is given as many.
     */
    private static final int WARM_SCANS = 10_000;

    private static final int SLOW_WARM_SCANS = 1_000;

    private static final int PAGE_BYTES = 4_096;
    private static final double NANOS = 1e9;

    private final Clock clock = new SystemClock();

    @Override
    public String name() {
        return "log";
    }

    @Override
    public List<Row> run(Options options) throws Exception {
        var rows = new ArrayList<Row>();
        rows.addAll(
                race(
                        new Race("1000-tags-100hz", Duration.ofMillis(10), WARM_SCANS, FAST_SCANS),
                        options.scratch()));
        rows.addAll(
                race(
                        new Race(
                                "1000-tags-1hz",
                                Duration.ofSeconds(1),
                                SLOW_WARM_SCANS,
                                SLOW_SCANS),
                        options.scratch()));
        rows.add(new LogRecovery(clock).run(options.scratch().resolve("recovery")));
        return rows;
    }

    private record Race(String name, Duration period, int warmScans, int scans) {
        double samples() {
            return (double) scans * LogWork.TAGS;
        }
    }

    /** What one side took. */
    private static final class Cost {
        private final List<Long> commitNanos = new ArrayList<>();
        private final List<Long> deviceBytes = new ArrayList<>();
        private long cpuNanos;
        private boolean valid = true;

        double medianMillis() {
            return median(commitNanos) / 1e6;
        }

        private static double median(List<Long> figures) {
            var sorted = figures.stream().mapToLong(Long::longValue).sorted().toArray();
            return sorted.length == 0 ? 0 : sorted[sorted.length / 2];
        }
    }

    /** All that a race came to. */
    private record Outcome(
            Race race,
            Cost ours,
            Map<String, Cost> peers,
            Cost probe,
            long bytesFramed,
            long bytesOfPages) {

        Map<String, Double> peers(java.util.function.ToDoubleFunction<Cost> figure) {
            var figures = new LinkedHashMap<String, Double>();
            peers.forEach((name, cost) -> {
                if (cost.valid) {
                    figures.put(name, figure.applyAsDouble(cost));
                }
            });
            return figures;
        }

        Row row(
                String measure,
                boolean lowerIsBetter,
                double figure,
                Map<String, Double> others,
                OptionalDouble floor,
                Reach reach) {
            return new Row(
                    race.name,
                    measure,
                    lowerIsBetter,
                    figure,
                    others,
                    floor,
                    reach.words,
                    reach.met,
                    ours.valid);
        }
    }

    private record Reach(String words, boolean met) {}

    private List<Row> race(Race race, Path scratch) throws Exception {
        var folder = scratch.resolve(race.name);
        var work = new LogWork(race.period.toNanos());
        var ours = new OurLog(made(folder, "drme"), work.table, race.period);
        var probe = new Probe(made(folder, "probe"), PAGE_BYTES);
        List<LogSide> sides =
                List.of(
                        ours,
                        new SqliteLog(made(folder, "sqlite")),
                        new RocksLog(made(folder, "rocksdb")),
                        new MvStoreLog(made(folder, "mvstore")),
                        probe);
        var costs = new LinkedHashMap<LogSide, Cost>();
        for (int scan = 0; scan < race.warmScans; scan++) {
            sides.forEach(side -> costs.put(side, new Cost()));
            turn(work, costs, folder);
        }
        sides.forEach(side -> costs.put(side, new Cost()));
        var before = ours.wear();
        for (int scan = 0; scan < race.scans; scan++) {
            turn(work, costs, folder);
        }
        ours.seal();
        var after = ours.wear();
        var peers = new LinkedHashMap<String, Cost>();
        for (var side : sides) {
            side.close();
            cost(costs, side).valid = side.readBack().isThatOf(work);
            if (side != ours && side != probe) {
                peers.put(side.name(), cost(costs, side));
            }
        }
        return rows(
                new Outcome(
                        race,
                        cost(costs, ours),
                        peers,
                        cost(costs, probe),
                        after.bytesFramed() - before.bytesFramed(),
                        after.bytesWritten() - before.bytesWritten()));
    }

    private static Cost cost(Map<LogSide, Cost> costs, LogSide side) {
        return costs.computeIfAbsent(side, _ -> new Cost());
    }

    private static Path made(Path folder, String side) throws IOException {
        return Files.createDirectories(folder.resolve(side));
    }

    /**
     * One scan for each side. CPU is that of the whole process, as peers have threads of their own,
     * and what goes on behind a commit counts as well.
     */
    private void turn(LogWork work, Map<LogSide, Cost> costs, Path folder) throws Exception {
        var scan = work.next();
        for (var entry : costs.entrySet()) {
            var cost = entry.getValue();
            long device = Machine.deviceBytes(folder);
            long cpu = Machine.cpuNanos();
            long start = clock.nanoTime();
            entry.getKey().commit(scan);
            cost.commitNanos.add(clock.nanoTime() - start);
            entry.getKey().pass();
            cost.cpuNanos += Machine.cpuNanos() - cpu;
            cost.deviceBytes.add(Machine.deviceBytes(folder) - device);
        }
    }

    private static List<Row> rows(Outcome outcome) {
        var rows = new ArrayList<Row>();
        double samples = outcome.race.samples();
        double median = outcome.ours.medianMillis();
        double floor = outcome.probe.medianMillis();
        rows.add(
                outcome.row(
                        "commit p50 ms",
                        true,
                        median,
                        outcome.peers(Cost::medianMillis),
                        OptionalDouble.of(floor),
                        new Reach("<= 1.5 x probe", median <= 1.5 * floor)));
        var speeds = outcome.peers(c -> samples / (c.cpuNanos / NANOS));
        double speed = samples / (outcome.ours.cpuNanos / NANOS);
        rows.add(
                outcome.row(
                        "samples/CPU-s",
                        false,
                        speed,
                        speeds,
                        OptionalDouble.of(samples / (outcome.probe.cpuNanos / NANOS)),
                        new Reach(
                                ">= 5 x sqlite-full",
                                speed >= 5 * speeds.getOrDefault("sqlite-full", Double.NaN))));
        rows.addAll(bytes(outcome));
        return rows;
    }

    private static List<Row> bytes(Outcome outcome) {
        var rows = new ArrayList<Row>();
        double samples = outcome.race.samples();
        double framed = outcome.bytesFramed / samples;
        double pages = outcome.bytesOfPages / samples;
        double leastPages = (double) PAGE_BYTES / LogWork.TAGS;
        if (outcome.race.period.toMillis() < 1_000) {
            rows.add(
                    outcome.row(
                            "pages/bytes framed",
                            true,
                            pages / framed,
                            Map.of(),
                            OptionalDouble.of(leastPages / framed),
                            new Reach("<= 1.2", pages <= 1.2 * framed)));
        } else {
            rows.add(
                    outcome.row(
                            "bytes written/sample",
                            true,
                            framed,
                            Map.of(),
                            OptionalDouble.empty(),
                            new Reach("<= 6", framed <= 6)));
        }
        rows.add(
                outcome.row(
                        "pages in bytes/sample",
                        true,
                        pages,
                        Map.of(),
                        OptionalDouble.of(leastPages),
                        new Reach("<= 6", pages <= 6)));
        var devices = outcome.peers(c -> Cost.median(c.deviceBytes));
        double device = Cost.median(outcome.ours.deviceBytes);
        rows.add(
                outcome.row(
                        "device bytes/commit p50",
                        true,
                        device,
                        devices,
                        OptionalDouble.of(Cost.median(outcome.probe.deviceBytes)),
                        new Reach(
                                "<= best peer",
                                devices.values().stream().allMatch(d -> device <= d))));
        return rows;
    }
}
