package io.drme.driver.gpio;

import io.drme.driver.DeviceSpec;
import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.model.Reason;
import io.drme.time.Clock;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The counters of a device. What they count goes on from where it was, over reconnects and
 * restarts: a count is on disk before it is told, so that none in the record is ever greater than
 * the one with which the next run begins. Where the disk refuses, counts are told as uncertain.
 *
 * <p><b>Threads.</b> {@link #counter} and {@link #doubt} are for any thread once {@link #begin} was
 * called; {@link #keep} too; the rest belongs to the device's owner. The disk is waited for.
 */
final class Counting {
    private static final Logger log = LoggerFactory.getLogger(Counting.class);

    /** A counter and under which name it is kept. */
    private record Named(String name, PulseCounter counter) {}

    private final DeviceSpec device;
    private final List<Integer> tableIndexes;
    private final Path file;
    private final Clock clock;
    private final Map<Integer, Named> byTag = new TreeMap<>();
    private final Set<Integer> doubtful = ConcurrentHashMap.newKeySet();
    private final ReentrantLock writing = new ReentrantLock();
    private @Nullable CountFile kept;
    private boolean failing;

    /**
     * Reads nothing yet.
     *
     * @param tableIndexes of the device's tags, in their order
     * @param file where counts are kept
     */
    Counting(DeviceSpec device, List<Integer> tableIndexes, Path file, Clock clock) {
        this.device = device;
        this.tableIndexes = tableIndexes;
        this.file = file;
        this.clock = clock;
    }

    /** Takes up the counts where the last run left them. Does nothing the second time. */
    void begin(List<GpioAddress> lines) {
        if (!byTag.isEmpty()
                || lines.stream().noneMatch(l -> l.use() instanceof GpioAddress.Use.Count)) {
            return;
        }
        var before = read();
        for (int tag = 0; tag < lines.size(); tag++) {
            if (lines.get(tag).use() instanceof GpioAddress.Use.Count(var edge, _)) {
                var spec = device.tags().get(tag);
                var name =
                        "%s line:%d %s"
                                .formatted(
                                        spec.name().text(),
                                        lines.get(tag).line(),
                                        edge.name().toLowerCase(Locale.ROOT));
                long count = before == null ? 0 : before.count(name);
                byTag.put(
                        tag,
                        new Named(name, new PulseCounter(count, spec.poll(), clock.nanoTime())));
                if (before == null || before.isDamaged()) {
                    doubtful.add(tag);
                }
            }
        }
    }

    private @Nullable CountFile read() {
        try {
            var found = CountFile.read(file);
            kept = found;
            if (found.isDamaged()) {
                log.error(
                        "device={} file={} is damaged: its counters begin at 0, uncertain at first",
                        device.name(),
                        file);
            }
            return found;
        } catch (IOException e) {
            log.error(
                    "device={} file={} can't be read ({}): its counters begin at 0, uncertain, and are not kept; mend that and restart the agent",
                    device.name(),
                    file,
                    e.getMessage());
            return null;
        }
    }

    /** The counter of a tag, by its place among the device's; null where it is none. */
    @Nullable PulseCounter counter(int tag) {
        var named = byTag.get(tag);
        return named == null ? null : named.counter();
    }

    /** How long until a count is to be told; the greatest time there is where none is. */
    long waitNanos(long nowNanos) {
        long wait = Long.MAX_VALUE;
        for (var named : byTag.values()) {
            wait = Math.min(wait, named.counter().waitNanos(nowNanos));
        }
        return wait;
    }

    /** Adds the counts that are due; gives the tags that have one. */
    List<Integer> addDue(Batch out, long nowNanos) {
        var due = new ArrayList<Integer>();
        byTag.forEach((tag, named) -> {
            if (named.counter().waitNanos(nowNanos) == 0) {
                due.add(tag);
            }
        });
        add(out, due, nowNanos, 0);
        return due;
    }

    /** Adds the count of a line that was found at a time. */
    void addPresent(Batch out, int tag, long nowNanos, long timeNanos) {
        add(out, List.of(tag), nowNanos, timeNanos);
    }

    private void add(Batch out, List<Integer> tags, long nowNanos, long leastTimeNanos) {
        var readings = new TreeMap<Integer, PulseCounter.Reading>();
        var counts = new HashMap<String, Long>();
        for (int tag : tags) {
            var named = byTag.get(tag);
            if (named != null) {
                var reading = named.counter().tell(nowNanos);
                readings.put(tag, reading);
                counts.put(named.name(), reading.count());
            }
        }
        boolean isKept = keep(counts);
        readings.forEach((tag, reading) -> {
            boolean isDoubtful = doubtful.remove(tag);
            out.addInt(
                    tableIndexes.get(tag),
                    Math.max(reading.timeNanos(), leastTimeNanos),
                    reading.count(),
                    isDoubtful || !isKept
                            ? Quality.uncertain(Reason.DEVICE_UNCERTAIN)
                            : Quality.GOOD);
        });
    }

    /** What a counter has counted may be wrong: its next sample is uncertain. From any thread. */
    void doubt(int tag) {
        if (byTag.containsKey(tag)) {
            doubtful.add(tag);
        }
    }

    /** Keeps what was counted until now, told or not. Never throws. */
    void keep() {
        var counts = new HashMap<String, Long>();
        byTag.values().forEach(n -> counts.put(n.name(), n.counter().reading().count()));
        boolean _ = keep(counts);
    }

    /** Gives whether they are on disk: the next run may begin lower otherwise. */
    private boolean keep(Map<String, Long> counts) {
        writing.lock();
        try {
            var to = kept;
            if (to == null || counts.isEmpty()) {
                return counts.isEmpty();
            }
            keepWhole(to, counts);
            if (failing) {
                failing = false;
                log.info("device={} counts are kept again", device.name());
            }
            return true;
        } catch (IOException e) {
            if (!failing) {
                failing = true;
                log.error(
                        "device={} counts can't be kept in {} ({}); they are uncertain, as after a restart they would begin at an older count",
                        device.name(),
                        file,
                        e.getMessage());
            }
            return false;
        } finally {
            writing.unlock();
        }
    }

    /**
     * A stop interrupts the owner, and with it any file that it writes; this is written to its end.
     */
    private static void keepWhole(CountFile to, Map<String, Long> counts) throws IOException {
        boolean interrupted = Thread.interrupted();
        try {
            to.keep(counts);
        } catch (ClosedByInterruptException _) {
            interrupted |= Thread.interrupted();
            to.keep(counts);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
