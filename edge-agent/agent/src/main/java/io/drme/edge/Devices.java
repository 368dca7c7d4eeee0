package io.drme.edge;

import io.drme.driver.DeviceLoop;
import io.drme.driver.DeviceSpec;
import io.drme.driver.DeviceStatus;
import io.drme.driver.DriverFactory;
import io.drme.driver.Exchange;
import io.drme.driver.FoundTag;
import io.drme.driver.Pace;
import io.drme.model.Batch;
import io.drme.model.TagName;
import io.drme.schema.PaceChange;
import io.drme.time.Clock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The devices that run, each with a virtual thread of its own. A change starts, stops and restarts
 * only what differs; the rest is not touched.
 *
 * <p>Confined to the supervisor's thread, but for {@link #statuses}, {@link #loop} and {@link
 * #exchange}.
 */
final class Devices implements AutoCloseable {
    private static final Duration STOP_WITHIN = Duration.ofSeconds(2);
    private static final Logger log = LoggerFactory.getLogger(Devices.class);

    private final Map<String, DriverFactory> factories;
    private final Path directory;
    private final ArrayBlockingQueue<Batch> out;
    private final Clock clock;
    private final RandomGenerator random;
    private final Runner runner;
    private final PaceBook paceBook = new PaceBook();
    private final Map<String, Running> running = new LinkedHashMap<>();

    private volatile List<DeviceLoop> loops = List.of();

    private record Running(Layout.Placed placed, DeviceLoop loop, Joiner end) {}

    /** Who steps a loop: a virtual thread, or whoever owns virtual time. */
    @FunctionalInterface
    interface Runner {
        /** Has a loop stepped from now on, until it is stopped. */
        Joiner start(String device, DeviceLoop loop);
    }

    /** The end of a loop that was stopped. */
    @FunctionalInterface
    interface Joiner {
        /** Waits for it; false where it takes longer than {@code limit}. */
        boolean join(Duration limit) throws InterruptedException;
    }

    /**
     * Runs nothing yet.
     *
     * @param directory under which drivers keep files of their own
     * @param out where the batches of all devices go
     * @param random for the jitter of the back-off
     */
    Devices(
            Map<String, DriverFactory> factories,
            Path directory,
            ArrayBlockingQueue<Batch> out,
            Clock clock,
            RandomGenerator random,
            Runner runner) {
        this.factories = factories;
        this.directory = directory;
        this.out = out;
        this.clock = clock;
        this.random = random;
        this.runner = runner;
    }

    /** Devices with a virtual thread each. */
    static Devices threaded(
            Map<String, DriverFactory> factories,
            Path directory,
            ArrayBlockingQueue<Batch> out,
            Clock clock) {
        return new Devices(
                factories,
                directory,
                out,
                clock,
                RandomGenerator.getDefault(),
                (device, loop) -> Thread.ofVirtual().name("device-" + device).start(loop)::join);
    }

    /** How each device does; from any thread. */
    List<DeviceStatus> statuses() {
        return loops.stream().map(DeviceLoop::status).toList();
    }

    /** The loop of a device; from any thread. */
    Optional<DeviceLoop> loop(String device) {
        return loops.stream().filter(l -> l.device().name().equals(device)).findFirst();
    }

    /** What passed last between a device and us about a tag of its; from any thread. */
    Optional<Exchange> exchange(String device, int tag) {
        return loop(device).map(loop -> loop.exchange(tag));
    }

    /**
     * Stops the devices that are not among these, or are and differ; called before the plan
     * changes, so that nothing is read for one configuration and understood by another. Waits at
     * most 2 s for each.
     */
    void stopOthers(List<Layout.Placed> wanted) throws InterruptedException {
        for (var device : List.copyOf(running.values())) {
            if (wanted.stream().noneMatch(device.placed()::isSameDevice)) {
                running.remove(device.placed().spec().name());
                stop(device);
            }
        }
    }

    /**
     * Runs exactly these devices from now on; those that run already are not touched, but for tags
     * that were found and are read as well.
     */
    void run(List<Layout.Placed> wanted) throws InterruptedException {
        stopOthers(wanted);
        for (var placed : wanted) {
            var now = running.get(placed.spec().name());
            if (now == null) {
                start(placed);
            } else if (!now.placed().equals(placed)) {
                now.loop().extend(placed.spec(), placed.groups());
                running.put(placed.spec().name(), new Running(placed, now.loop(), now.end()));
            }
        }
        loops = running.values().stream().map(Running::loop).toList();
    }

    /** The tags that devices told of and that nobody reads yet, by device as it is configured. */
    Map<DeviceSpec, List<FoundTag>> found() {
        var all = new LinkedHashMap<DeviceSpec, List<FoundTag>>();
        for (var device : running.values()) {
            var tags = device.loop().found();
            if (!tags.isEmpty()) {
                all.put(device.placed().written(), tags);
            }
        }
        return all;
    }

    /** Nothing is read of these tags that a device told of. */
    void giveUp(String device, Collection<TagName> tags) {
        var known = running.get(device);
        if (known != null) {
            known.loop().giveUp(tags);
        }
    }

    /**
     * Asks less of some devices, by their names; of all others as configured.
     *
     * @return what is other than before, to be put on record
     */
    List<PaceChange> pace(Map<String, Pace> paces) {
        running.forEach((name, device) -> device.loop().pace(paces.getOrDefault(name, Pace.USUAL)));
        return paceBook.changes(paces);
    }

    private void start(Layout.Placed placed) {
        var spec = placed.spec();
        var factory = factories.get(spec.driver());
        if (factory == null) {
            return; // the gateway's own tags have no driver
        }
        var driver = factory.create(spec, placed.groups(), directory, clock);
        var loop =
                new DeviceLoop(
                        spec, placed.groups(), driver, placed.firstGroup(), out, clock, random);
        running.put(spec.name(), new Running(placed, loop, runner.start(spec.name(), loop)));
    }

    private static void stop(Running device) throws InterruptedException {
        device.loop().stop();
        if (!device.end().join(STOP_WITHIN)) {
            log.warn(
                    "device={} did not end within {} s",
                    device.placed().spec().name(),
                    STOP_WITHIN.toSeconds());
        }
    }

    /** Stops all; those that don't end in time are left to die with the process. */
    @Override
    public void close() {
        running.values().forEach(d -> d.loop().stop());
        try {
            for (var device : running.values()) {
                stop(device);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        running.clear();
    }
}
