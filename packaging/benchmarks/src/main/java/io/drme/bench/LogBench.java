package io.drme.bench;

import io.drme.log.FileDisk;
import io.drme.log.Store;
import io.drme.log.StoreConfig;
import io.drme.log.StoreSetup;
import io.drme.model.Event;
import io.drme.model.GatewayId;
import io.drme.testing.ManualClock;
import io.drme.time.Clock;
import io.drme.time.SystemClock;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Random;

/**
 * What it costs to make samples durable: 1,000 tags at 100 Hz, where commits dominate, and at 1 Hz,
 * where bytes do. All sides take turns scan by scan, so that a slow moment of the disk hits each.
 *
 * <p>MapDB is left out: its transactions do not survive a kill (docs/decisions), so it has no
 * figure for what is asked here.
 */
final class LogBench implements Bench {
    private static final int FAST_SCANS = 1_000;
    private static final int SLOW_SCANS = 300;
    private static final int WARM_SCANS = 100;
    private static final int RECOVERY_EVENT_BYTES = 256 << 10;
    private static final long RECOVERY_BYTES = 1L << 30;
    private static final double NANOS = 1e9;

    private final Clock clock = new SystemClock();

    @Override
    public String name() {
        return "log";
    }

    @Override
    public List<Row> run(Options options) throws Exception {
        var rows = new ArrayList<Row>();
        rows.addAll(race("1000-tags-100hz", Duration.ofMillis(10), FAST_SCANS, options.scratch()));
        rows.addAll(race("1000-tags-1hz", Duration.ofSeconds(1), SLOW_SCANS, options.scratch()));
        rows.add(recovery(options.scratch().resolve("recovery")));
        return rows;
    }

    /** What one side took. */
    private static final class Cost {
        final List<Long> commitNanos = new ArrayList<>();
        long cpuNanos;
        long deviceBytes;
        boolean valid = true;

        double medianMillis() {
            var sorted = commitNanos.stream().mapToLong(Long::longValue).sorted().toArray();
            return sorted.length == 0 ? 0 : sorted[sorted.length / 2] / 1e6;
        }
    }

    private List<Row> race(String name, Duration period, int scans, Path scratch) throws Exception {
        var work = new LogWork(period.toNanos());
        var ours = new OurLog(folder(scratch, name, "drme"), work.table, period);
        List<LogSide> sides =
                List.of(
                        ours,
                        new SqliteLog(folder(scratch, name, "sqlite")),
                        new RocksLog(folder(scratch, name, "rocksdb")),
                        new MvStoreLog(folder(scratch, name, "mvstore")));
        var costs = new LinkedHashMap<LogSide, Cost>();
        sides.forEach(side -> costs.put(side, new Cost()));
        var probeNanos = new ArrayList<Long>();
        long framed = 0;
        long pages = 0;
        try (var probe = new Probe(folder(scratch, name, "probe"), 4 << 10)) {
            for (int scan = -WARM_SCANS; scan < scans; scan++) {
                if (scan == 0) {
                    framed = ours.bytesWritten();
                    pages = ours.pagesWritten();
                    costs.replaceAll((_, _) -> new Cost());
                    probeNanos.clear();
                }
                turn(work, costs);
                long start = clock.nanoTime();
                probe.commit();
                probeNanos.add(clock.nanoTime() - start);
            }
        }
        framed = ours.bytesWritten() - framed;
        pages = ours.pagesWritten() - pages;
        for (var entry : costs.entrySet()) {
            entry.getKey().close();
            var content = entry.getKey().readBack();
            entry.getValue().valid =
                    content.samples() == work.samples()
                            && Math.abs(content.sum() - work.sum()) < 1e-9 * Math.abs(work.sum());
        }
        var floor = new Cost();
        floor.commitNanos.addAll(probeNanos);
        double samples = (double) scans * LogWork.TAGS;
        return rows(name, costs, floor.medianMillis(), new double[] {samples, framed, pages});
    }

    /**
     * One scan for each side; CPU is that of the whole process, as peers have threads of their own.
     */
    private void turn(LogWork work, Map<LogSide, Cost> costs) throws Exception {
        var scan = work.next();
        for (var entry : costs.entrySet()) {
            var cost = entry.getValue();
            long device = deviceBytes();
            long cpu = cpuNanos();
            long start = clock.nanoTime();
            // Ours takes the batch over, and only reads it.
            entry.getKey().commit(scan);
            cost.commitNanos.add(clock.nanoTime() - start);
            if (entry.getKey() instanceof OurLog ours) {
                ours.pass();
            }
            cost.cpuNanos += cpuNanos() - cpu;
            cost.deviceBytes += deviceBytes() - device;
        }
    }

    private static List<Row> rows(
            String name, Map<LogSide, Cost> costs, double floorMillis, double[] totals) {
        double samples = totals[0];
        var peers = new LinkedHashMap<LogSide, Cost>();
        Cost ours = null;
        for (var entry : costs.entrySet()) {
            if (entry.getKey() instanceof OurLog) {
                ours = entry.getValue();
            } else if (entry.getValue().valid) {
                peers.put(entry.getKey(), entry.getValue());
            }
        }
        if (ours == null) {
            throw new IllegalStateException("our own side did not run");
        }
        var median = new LinkedHashMap<String, Double>();
        var speed = new LinkedHashMap<String, Double>();
        var device = new LinkedHashMap<String, Double>();
        peers.forEach((side, cost) -> {
            median.put(side.name(), cost.medianMillis());
            speed.put(side.name(), samples / (cost.cpuNanos / NANOS));
            device.put(side.name(), cost.deviceBytes / samples);
        });
        double ourMedian = ours.medianMillis();
        double ourSpeed = samples / (ours.cpuNanos / NANOS);
        double sqlite = speed.getOrDefault("sqlite-full", Double.NaN);
        var none = OptionalDouble.empty();
        var rows = new ArrayList<Row>();
        rows.add(
                new Row(
                        name,
                        "commit p50 ms",
                        true,
                        ourMedian,
                        median,
                        OptionalDouble.of(floorMillis),
                        "<= 1.5 x probe",
                        ourMedian <= 1.5 * floorMillis,
                        ours.valid));
        rows.add(
                new Row(
                        name,
                        "samples/CPU-s",
                        false,
                        ourSpeed,
                        speed,
                        none,
                        ">= 5 x sqlite-full",
                        ourSpeed >= 5 * sqlite,
                        ours.valid));
        rows.addAll(bytes(name, ours, device, totals));
        return rows;
    }

    private static List<Row> bytes(
            String name, Cost ours, Map<String, Double> device, double[] totals) {
        var rows = new ArrayList<Row>();
        var none = OptionalDouble.empty();
        double samples = totals[0];
        double ourDevice = ours.deviceBytes / samples;
        boolean isFast = name.endsWith("100hz");
        double framed = totals[1] / samples;
        double ratio = totals[2] * 4_096 / totals[1];
        rows.add(
                new Row(
                        name,
                        isFast ? "journal pages/bytes framed" : "bytes framed/sample",
                        true,
                        isFast ? ratio : framed,
                        Map.of(),
                        isFast ? OptionalDouble.of(1) : none,
                        isFast ? "<= 1.2" : "<= 6",
                        isFast ? ratio <= 1.2 : framed <= 6,
                        ours.valid));
        boolean isLeast = device.values().stream().allMatch(d -> ourDevice <= d);
        rows.add(
                new Row(
                        name,
                        "bytes to device/sample",
                        true,
                        ourDevice,
                        device,
                        none,
                        "<= best peer",
                        isLeast,
                        ours.valid));
        return rows;
    }

    /** 1 GiB of items, left as a crash leaves them, opened again. */
    private Row recovery(Path folder) throws Exception {
        Files.createDirectories(folder);
        var payload = new byte[RECOVERY_EVENT_BYTES];
        new Random(1).nextBytes(payload);
        long events = RECOVERY_BYTES / RECOVERY_EVENT_BYTES;
        var disk = new FileDisk(folder);
        var store = open(disk);
        for (long i = 0; i < events; i++) {
            store.appendEvent(new Event(0, "bench", 1, 1, payload, Map.of()));
            store.commit();
            store.sealIfDue();
        }
        disk.close(); // the lock goes as with a killed process; nothing is sealed
        long start = clock.nanoTime();
        var again = open(new FileDisk(folder));
        double seconds = (clock.nanoTime() - start) / NANOS;
        var last = again.view().last(io.drme.model.StreamKind.EVENTS);
        again.close();
        return new Row(
                "recovery-1-gib",
                "seconds",
                true,
                seconds,
                Map.of(),
                OptionalDouble.empty(),
                "<= 2",
                seconds <= 2,
                last == events);
    }

    private static Store open(FileDisk disk) throws Exception {
        var config = StoreConfig.defaults();
        return Store.open(
                new StoreSetup(
                        disk,
                        new StoreConfig(
                                config.directory(),
                                8 * RECOVERY_BYTES,
                                config.keep(),
                                config.syncEvery(),
                                config.sealEvery(),
                                config.whenFull()),
                        new GatewayId("bench"),
                        new ManualClock(),
                        new Random(1)));
    }

    private static Path folder(Path scratch, String name, String side) throws IOException {
        return Files.createDirectories(scratch.resolve(name).resolve(side));
    }

    private static long cpuNanos() {
        return ManagementFactory.getOperatingSystemMXBean()
                        instanceof com.sun.management.OperatingSystemMXBean system
                ? system.getProcessCpuTime()
                : 0;
    }

    /** What this process caused to be written to the device, by the kernel's own count. */
    private static long deviceBytes() throws IOException {
        var io = Path.of("/proc/self/io");
        if (!Files.isReadable(io)) {
            return 0;
        }
        return Arrays.stream(Files.readString(io).split("\n"))
                .filter(line -> line.startsWith("write_bytes:"))
                .mapToLong(line -> Long.parseLong(line.substring(12).strip()))
                .findFirst()
                .orElse(0);
    }
}
