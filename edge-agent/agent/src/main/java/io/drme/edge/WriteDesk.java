package io.drme.edge;

import io.drme.config.Quantities;
import io.drme.driver.DeviceLoop;
import io.drme.driver.DriverException;
import io.drme.driver.Outputs;
import io.drme.driver.TagAddress;
import io.drme.driver.TagSpec;
import io.drme.edge.acquisition.Acquisition;
import io.drme.edge.recording.Recorder;
import io.drme.edge.web.GatewayParts;
import io.drme.model.Reading;
import io.drme.model.SyncMode;
import io.drme.model.TagName;
import io.drme.model.Value;
import io.drme.schema.Audit;
import io.drme.time.Clock;
import io.drme.web.JsonValues;
import io.drme.web.Problem;
import io.drme.web.ProblemException;
import io.drme.web.Times;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes tags for people, keeps a record of it, and takes back what was to hold for a time only.
 *
 * <p>What is to be taken back lives in memory. When the agent ends it is taken back before its
 * time, as a driver may be told to leave a tag as it is; when a reload touches the device, that is
 * the driver's.
 *
 * <p><b>Threads.</b> {@link #write} is for any thread and blocks for as long as the device takes;
 * {@link #step} belongs to the supervisor and never blocks. Writes to one device follow one
 * another, and one that can't begin within the device's time limit is refused.
 */
final class WriteDesk implements GatewayParts.Writes, AutoCloseable {
    /** The least and the longest time for which a value can be held. */
    static final Duration LEAST_TIME = Duration.ofMillis(100);

    static final Duration MOST_TIME = Duration.ofDays(30);

    /** How long after a fall-back that failed it is tried again. */
    static final Duration RETRY = Duration.ofSeconds(1);

    /** What {@link #close} takes at most, whatever the devices do. */
    static final Duration CLOSE_WITHIN = Duration.ofSeconds(1);

    private static final String OVER = "the time is over that %s gave";
    private static final String ENDS = "the agent ends before the time is over that %s gave";
    private static final String AGENT = "agent";
    private static final Logger log = LoggerFactory.getLogger(WriteDesk.class);

    private final Clock clock;
    private final Acquisition acquisition;
    private final Recorder recorder;
    private final Function<String, Optional<DeviceLoop>> devices;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<TagName, Hold> holds = new HashMap<>();
    private final Map<String, ReentrantLock> writing = new HashMap<>();

    /** A value that is taken back at a time. */
    private static final class Hold {
        private final String by;
        private long untilNanos;
        private boolean busy;
        private boolean failed;

        Hold(String by, long untilNanos) {
            this.by = by;
            this.untilNanos = untilNanos;
        }
    }

    /** A tag that can be written now. */
    private record Target(
            TagName name,
            TagSpec spec,
            int at,
            Outputs outputs,
            @Nullable Long safe,
            Duration timeout) {}

    /**
     * Holds nothing.
     *
     * @param devices finds the loop of a device; called from any thread
     */
    WriteDesk(
            Clock clock,
            Acquisition acquisition,
            Recorder recorder,
            Function<String, Optional<DeviceLoop>> devices) {
        this.clock = clock;
        this.acquisition = acquisition;
        this.recorder = recorder;
        this.devices = devices;
    }

    @Override
    public JsonObject write(String tag, @Nullable Object value, Duration time, String by)
            throws InterruptedException {
        var asked = target(tag);
        bits(asked, value);
        check(asked, time);
        var device = lockOf(asked.name().device());
        if (!device.tryLock(asked.timeout().toNanos(), TimeUnit.NANOSECONDS)) {
            throw WriteProblems.busy(asked.name().device(), asked.timeout());
        }
        try {
            // Anew: a reload may have come while we waited, and another write did.
            var target = target(tag);
            long bits = bits(target, value);
            check(target, time);
            var before = before(target.name());
            var wanted = WrittenValue.of(target.spec(), bits);
            long read = set(target, wanted, bits, time, by, before);
            var now = WrittenValue.of(target.spec(), read);
            record(
                    by,
                    "tag.write",
                    target,
                    "%s → %s%s%s"
                            .formatted(
                                    before,
                                    text(wanted),
                                    time.isZero() ? "" : " for " + Quantities.text(time),
                                    read == bits ? "" : ", but it reads back " + text(now)));
            if (read != bits) {
                throw Problem.conflict(
                                "tag",
                                "%s was set to %s and reads back %s"
                                        .formatted(tag, text(wanted), text(now)),
                                "that the device follows",
                                "Look at the device and its wiring; what it reads back is recorded as the tag's value")
                        .asException();
            }
            return new JsonObject()
                    .put("tag", tag)
                    .put("value", JsonValues.of(now))
                    .put("before", before)
                    .put(
                            "until",
                            time.isZero() ? null : Times.text(clock.epochNanos() + time.toNanos()));
        } finally {
            device.unlock();
        }
    }

    private long set(
            Target target, Value wanted, long bits, Duration time, String by, String before)
            throws InterruptedException {
        try {
            long read = target.outputs().write(target.at(), bits);
            hold(target.name(), time, by);
            return read;
        } catch (DriverException e) {
            if (e instanceof DriverException.Unreachable) {
                holdIfTaken(target.name(), time, by);
            }
            recordFailure(target, wanted, by, before, e.getMessage());
            throw WriteProblems.failed(e);
        } catch (InterruptedException | RuntimeException e) {
            holdIfTaken(target.name(), time, by);
            recordFailure(target, wanted, by, before, e.toString());
            throw e;
        }
    }

    private void recordFailure(Target target, Value wanted, String by, String before, String why)
            throws InterruptedException {
        record(by, "tag.write", target, "%s → %s failed: %s".formatted(before, text(wanted), why));
    }

    /** What was written holds for its time; without one, nothing is taken back any more. */
    private void hold(TagName tag, Duration time, String by) {
        lock.lock();
        try {
            if (time.isZero()) {
                holds.remove(tag);
            } else {
                holds.put(tag, new Hold(by, clock.nanoTime() + time.toNanos()));
            }
        } finally {
            lock.unlock();
        }
    }

    /** Whether it was taken is not known, so the earlier of two times holds. */
    private void holdIfTaken(TagName tag, Duration time, String by) {
        if (time.isZero()) {
            return;
        }
        lock.lock();
        try {
            holds.merge(
                    tag,
                    new Hold(by, clock.nanoTime() + time.toNanos()),
                    (old, now) -> old.untilNanos - now.untilNanos <= 0 ? old : now);
        } finally {
            lock.unlock();
        }
    }

    private Target target(String tag) {
        var found =
                TagName.isValid(tag)
                        ? devices.apply(new TagName(tag).device())
                        : Optional.<DeviceLoop>empty();
        var specs = found.map(loop -> loop.device().tags()).orElse(List.of());
        for (int at = 0; at < specs.size(); at++) {
            var spec = specs.get(at);
            if (spec.name().text().equals(tag)) {
                var writing = spec.address().writing();
                var outputs = found.flatMap(DeviceLoop::outputs);
                if (writing.isEmpty() || outputs.isEmpty()) {
                    throw WriteProblems.readOnly(tag);
                }
                return new Target(
                        spec.name(),
                        spec,
                        at,
                        outputs.get(),
                        safe(writing.get()),
                        found.get().device().timeout());
            }
        }
        if (acquisition.latest().table().tags().stream()
                .anyMatch(t -> t.name().text().equals(tag))) {
            throw WriteProblems.readOnly(tag);
        }
        throw Problem.notFound(
                        "tag",
                        "there is no tag '" + tag + "' here",
                        "Look it up under /api/v1/tags")
                .asException();
    }

    private static @Nullable Long safe(TagAddress.Writing writing) {
        return writing.safeBits().isPresent() ? writing.safeBits().getAsLong() : null;
    }

    private static long bits(Target target, @Nullable Object value) {
        try {
            return WrittenValue.rawBits(target.spec(), value);
        } catch (WrittenValue.UnfitException e) {
            throw Problem.unprocessable(
                            "value",
                            "%s: %s".formatted(target.name().text(), e.getMessage()),
                            e.expected(),
                            "Give such a value")
                    .asException();
        }
    }

    private static void check(Target target, Duration time) {
        if (time.isZero()) {
            return;
        }
        if (time.compareTo(LEAST_TIME) < 0 || time.compareTo(MOST_TIME) > 0) {
            throw Problem.unprocessable(
                            "for",
                            "%s is too short or too long".formatted(Quantities.text(time)),
                            "%s to %s"
                                    .formatted(
                                            Quantities.text(LEAST_TIME),
                                            Quantities.text(MOST_TIME)),
                            "Give such a time, or none")
                    .asException();
        }
        if (target.safe() == null) {
            throw Problem.unprocessable(
                            "for",
                            "%s has no safe value to fall back to".formatted(target.name().text()),
                            "a tag with 'safe:', which GPIO outputs have",
                            "Leave the time out, and write the value anew when it is to change")
                    .asException();
        }
    }

    private ReentrantLock lockOf(String device) {
        lock.lock();
        try {
            return writing.computeIfAbsent(device, _ -> new ReentrantLock(true));
        } finally {
            lock.unlock();
        }
    }

    private String before(TagName tag) {
        var now = acquisition.latest();
        var index = now.table().indexOf(tag);
        return index.isEmpty() ? "unknown" : text(now.reading(index.getAsInt()));
    }

    private static String text(Reading reading) {
        return switch (reading) {
            case Reading.Good(var value) -> text(value);
            case Reading.Uncertain(var value, var reason) ->
                    "%s (uncertain, %s)".formatted(text(value), reason.text());
            case Reading.Bad(var reason) -> "bad (%s)".formatted(reason.text());
        };
    }

    private static String text(Value value) {
        return String.valueOf(JsonValues.of(value));
    }

    /** What is local does not leave the site, and events do. */
    private void record(String who, String what, Target target, String detail)
            throws InterruptedException {
        boolean local = target.spec().sync() instanceof SyncMode.Local;
        log.info("{} by={} tag={} {}", what, who, target.name().text(), detail);
        recorder.record(
                local
                        ? new Audit(who, what, "a local tag", "told in the gateway's log only")
                        : new Audit(who, what, target.name().text(), detail));
    }

    /** Takes back what has held long enough; on a thread of its own, as a device may be slow. */
    void step() {
        lock.lock();
        try {
            long now = clock.nanoTime();
            holds.forEach((tag, hold) -> {
                if (!hold.busy && now - hold.untilNanos >= 0) {
                    hold.busy = true;
                    Thread.ofVirtual().name("fall-back").start(() -> fallBack(tag, hold, OVER));
                }
            });
        } finally {
            lock.unlock();
        }
    }

    private void fallBack(TagName tag, Hold hold, String why) {
        var device = lockOf(tag.device());
        device.lock();
        boolean done = false;
        try {
            // Otherwise it was written anew meanwhile.
            done = !isHeld(tag, hold) || fallenBack(tag, hold, why);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            log.error("tag={} can't fall back, which is tried again", tag, e);
        } finally {
            settle(tag, hold, done);
            device.unlock();
        }
    }

    private void settle(TagName tag, Hold hold, boolean done) {
        lock.lock();
        try {
            hold.busy = false;
            hold.untilNanos = clock.nanoTime() + RETRY.toNanos();
            if (done) {
                holds.remove(tag, hold);
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Takes back all that holds, whatever its time, within {@link #CLOSE_WITHIN}; to be called
     * while the devices run still, and once nobody writes any more.
     */
    @Override
    public void close() {
        var threads = new HashMap<TagName, Thread>();
        CountDownLatch left;
        lock.lock();
        try {
            left = new CountDownLatch(holds.size());
            holds.forEach((tag, hold) ->
                    threads.put(
                            tag,
                            Thread.ofVirtual()
                                    .name("fall-back")
                                    .start(() -> {
                                        fallBack(tag, hold, ENDS);
                                        left.countDown();
                                    })));
        } finally {
            lock.unlock();
        }
        if (!ends(left)) {
            threads.forEach((tag, thread) -> {
                if (thread.isAlive()) {
                    log.error("tag={} did not fall back in time, the agent ends without it", tag);
                    thread.interrupt();
                }
            });
        }
    }

    private static boolean ends(CountDownLatch left) {
        try {
            return left.await(CLOSE_WITHIN.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private boolean isHeld(TagName tag, Hold hold) {
        lock.lock();
        try {
            return holds.get(tag) == hold;
        } finally {
            lock.unlock();
        }
    }

    /** Whether nothing is left to do. */
    private boolean fallenBack(TagName tag, Hold hold, String why) throws InterruptedException {
        Target target;
        try {
            target = target(tag.text());
        } catch (ProblemException _) {
            return true; // a reload took it away, and the driver did as it was told for that
        }
        var safe = target.safe();
        if (safe == null) {
            return true;
        }
        var wanted = text(WrittenValue.of(target.spec(), safe));
        try {
            var before = before(tag);
            long read = target.outputs().write(target.at(), safe);
            if (read == safe) {
                record(
                        AGENT,
                        "tag.fall-back",
                        target,
                        "%s → %s, ".formatted(before, wanted) + why.formatted(hold.by));
                return true;
            }
            tellFailure(target, hold, wanted, "it does not follow");
        } catch (DriverException e) {
            tellFailure(target, hold, wanted, e.getMessage());
        } catch (RuntimeException e) {
            log.error("tag={} can't fall back, which is tried again", tag, e);
            tellFailure(target, hold, wanted, e.toString());
        }
        return false;
    }

    private void tellFailure(Target target, Hold hold, String wanted, String why)
            throws InterruptedException {
        if (!hold.failed) {
            hold.failed = true;
            record(
                    AGENT,
                    "tag.fall-back",
                    target,
                    "to %s failed, and is tried again until it is done: %s".formatted(wanted, why));
        }
    }
}
