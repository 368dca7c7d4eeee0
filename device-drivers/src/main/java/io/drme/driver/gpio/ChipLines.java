package io.drme.driver.gpio;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.drme.driver.DriverException;
import io.drme.driver.gpio.Kernel.Failed;
import io.drme.model.Reason;
import io.drme.time.Clock;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lines of a chip of this machine, on the character device. Each line is its own request, so that
 * one that is taken or missing does not cost the others. One that another holds is asked for again,
 * sooner at first, until it is ours.
 *
 * <p>Events are stamped by the kernel with the wall clock. A kernel before 5.11 can't; there they
 * get the gateway's time when they are read.
 */
final class ChipLines implements LineBackend {
    /** Events that the kernel keeps for a line while we are busy; its most is 1,024. */
    static final int EVENT_BUFFER = 256;

    /** How long the reader waits at a time; so long may a close take. */
    static final int POLL_MILLIS = 100;

    /** So soon a line that another holds is asked for again, then after twice the time each. */
    static final Duration FIRST_RETRY = Duration.ofSeconds(1);

    /** The longest pause between two such tries: a line is ours within so much of being free. */
    static final Duration MOST_RETRY = Duration.ofSeconds(30);

    private static final int EVENTS_AT_ONCE = 64;
    private static final String CONSUMER = "drme";
    private static final Logger log = LoggerFactory.getLogger(ChipLines.class);

    /** One line that we hold. */
    private record Held(int index, int fd, boolean realTime, GpioAddress address) {}

    /** One line that somebody else holds. */
    private record Refused(int index, GpioAddress address) {}

    /** A change that came before the first level was read. */
    private record Early(int index, boolean active, long timeNanos, int number) {}

    private final String device;
    private final Path chip;
    private final Clock clock;
    private final Kernel kernel;
    private final List<Held> held = new ArrayList<>();
    private final List<Early> early = new ArrayList<>();

    /** Filled by the owner before the reader starts, and then the reader's. */
    private final List<Refused> refused = new ArrayList<>();

    private Duration retryAfter = FIRST_RETRY;
    private long retryAtNanos;
    private final AtomicBoolean closed = new AtomicBoolean();

    /** Held while a descriptor is used to write, and while they are given back. */
    private final ReentrantLock giving = new ReentrantLock();

    private boolean given;
    private @Nullable Thread reader;

    ChipLines(String device, Path chip, Clock clock, Kernel kernel) {
        this.device = device;
        this.chip = chip;
        this.clock = clock;
        this.kernel = kernel;
    }

    @Override
    public List<Present> open(List<GpioAddress> lines) throws DriverException {
        try (var open = Chip.open(device, chip, kernel);
                var arena = Arena.ofConfined()) {
            var found = new ArrayList<Present>();
            for (int i = 0; i < lines.size(); i++) {
                var line = lines.get(i);
                found.add(
                        line.line() >= open.count()
                                ? new Present.Missing(
                                        Reason.UNKNOWN_ADDRESS,
                                        "%s has lines 0 to %d".formatted(chip, open.count() - 1))
                                : request(open.fd(), i, line, arena));
                if (isRefused(found.getLast())) {
                    refused.add(new Refused(i, line));
                }
            }
            retryAtNanos = clock.nanoTime() + retryAfter.toNanos();
            return found;
        }
    }

    private static boolean isRefused(Present line) {
        return line instanceof Present.Missing(Reason reason, _) && reason == Reason.REFUSED;
    }

    private Present request(int chipFd, int index, GpioAddress address, Arena arena) {
        long before = clock.epochNanos();
        try {
            var line = take(chipFd, index, address, arena);
            hold(line);
            return new Present.Level(firstLevel(line, arena), before);
        } catch (Failed e) {
            return new Present.Missing(
                    e.errno() == Kernel.EINVAL ? Reason.UNKNOWN_ADDRESS : Reason.REFUSED,
                    switch (e.errno()) {
                        case Kernel.EBUSY -> "is used by another program; gpioinfo shows by which";
                        case Kernel.EINVAL -> "can't be watched in this way by the chip's driver";
                        default -> "errno " + e.errno();
                    });
        }
    }

    private void hold(Held line) {
        giving.lock();
        try {
            held.add(line);
        } finally {
            giving.unlock();
        }
    }

    /** The first level of a line that we have; one that can't be read is given back. */
    private boolean firstLevel(Held line, Arena arena) throws Failed {
        int known = early.size();
        boolean told = false;
        try {
            boolean first = firstLevel(line, level(line.fd(), arena), arena);
            told = true;
            return first;
        } finally {
            if (!told) {
                early.subList(known, early.size()).clear();
                letGo(line, arena);
            }
        }
    }

    /** Gives one line back, so that it can be asked for again. */
    private void letGo(Held line, Arena arena) {
        giving.lock();
        try {
            if (held.remove(line)) {
                line.address().atStop().ifPresent(safe -> makeSafe(line, safe, arena));
                kernel.close(line.fd());
            }
        } finally {
            giving.unlock();
        }
    }

    private Held take(int chipFd, int index, GpioAddress address, Arena arena) throws Failed {
        var request = arena.allocate(GpioAbi.LINE_REQUEST);
        boolean realTime = true;
        GpioAbi.fill(request, address, CONSUMER, EVENT_BUFFER, true);
        try {
            kernel.ioctl(chipFd, GpioAbi.GET_LINE, request);
        } catch (Failed e) {
            if (e.errno() != Kernel.EINVAL) {
                throw e;
            }
            realTime = false;
            GpioAbi.fill(request, address, CONSUMER, EVENT_BUFFER, false);
            kernel.ioctl(chipFd, GpioAbi.GET_LINE, request);
        }
        int fd = request.get(JAVA_INT, GpioAbi.at(GpioAbi.LINE_REQUEST, "fd"));
        return new Held(index, fd, realTime, address);
    }

    private boolean level(int fd, Arena arena) throws Failed {
        var values = arena.allocate(GpioAbi.LINE_VALUES);
        values.set(JAVA_LONG, GpioAbi.at(GpioAbi.LINE_VALUES, "mask"), 1);
        kernel.ioctl(fd, GpioAbi.GET_VALUES, values);
        return (values.get(JAVA_LONG, GpioAbi.at(GpioAbi.LINE_VALUES, "bits")) & 1) != 0;
    }

    /**
     * The level before the first change. A change between the request and the reading of the level
     * is in the level already and would come behind it with an older time, so the level is that
     * from which the change went away.
     */
    private boolean firstLevel(Held line, boolean read, Arena arena) throws Failed {
        int before = early.size();
        if (line.address().isOutput()) {
            return read;
        }
        var descriptor = arena.allocate(Kernel.POLL_FD);
        descriptor.set(JAVA_INT, 0, line.fd());
        descriptor.set(JAVA_SHORT, 4, Kernel.POLLIN);
        if (kernel.poll(descriptor, 1, 0) > 0) {
            var events = arena.allocate(GpioAbi.LINE_EVENT, EVENTS_AT_ONCE);
            handle(
                    descriptor.get(JAVA_SHORT, 6),
                    line,
                    events,
                    (index, active, time, number) ->
                            early.add(new Early(index, active, time, number)));
        }
        return early.size() == before ? read : !early.get(before).active();
    }

    @Override
    public void start(Listener listener) {
        // A platform thread, because poll holds the thread that carries it.
        reader = Thread.ofPlatform().name("gpio-" + device).daemon().start(() -> read(listener));
    }

    private void read(Listener listener) {
        try (var arena = Arena.ofConfined()) {
            tellEarly(listener);
            int most = held.size() + refused.size();
            var descriptors = arena.allocate(Kernel.POLL_FD, Math.max(1, most));
            watch(descriptors, 0);
            var events = arena.allocate(GpioAbi.LINE_EVENT, EVENTS_AT_ONCE);
            while (!closed.get()) {
                hear(descriptors, events, POLL_MILLIS, listener);
                if (!refused.isEmpty() && clock.nanoTime() - retryAtNanos >= 0) {
                    int before = held.size();
                    askAgain(listener);
                    watch(descriptors, before);
                }
                listener.heard();
            }
            for (int waiting = 0; waiting <= EVENT_BUFFER; waiting += EVENTS_AT_ONCE) {
                hear(descriptors, events, 0, listener); // what came before the end counts
            }
        } catch (Failed e) {
            listener.lost("the chip %s is gone (%s)".formatted(chip, e.getMessage()), e);
        } finally {
            giveBack();
        }
    }

    private void watch(MemorySegment descriptors, int from) {
        long size = Kernel.POLL_FD.byteSize();
        for (int i = from; i < held.size(); i++) {
            descriptors.set(JAVA_INT, i * size, held.get(i).fd());
            descriptors.set(JAVA_SHORT, i * size + 4, Kernel.POLLIN);
        }
    }

    /** Asks for the lines that another held; what we have already is not touched. */
    private void askAgain(Listener listener) {
        try (var open = Chip.open(device, chip, kernel);
                var arena = Arena.ofConfined()) {
            for (var line : List.copyOf(refused)) {
                var now = request(open.fd(), line.index(), line.address(), arena);
                if (now instanceof Present.Level level) {
                    refused.remove(line);
                    listener.appeared(line.index(), level);
                    tellEarly(listener);
                }
            }
        } catch (DriverException e) {
            log.debug("device={} {} can't be opened anew: {}", device, chip, e.getMessage());
        }
        retryAfter = retryAfter.multipliedBy(2);
        retryAfter = retryAfter.compareTo(MOST_RETRY) < 0 ? retryAfter : MOST_RETRY;
        retryAtNanos = clock.nanoTime() + retryAfter.toNanos();
    }

    private void tellEarly(Listener listener) {
        early.forEach(e -> listener.changed(e.index(), e.active(), e.timeNanos(), e.number()));
        early.clear();
    }

    private void hear(
            MemorySegment descriptors, MemorySegment events, int waitMillis, Listener listener)
            throws Failed {
        if (kernel.poll(descriptors, held.size(), waitMillis) > 0) {
            for (int i = 0; i < held.size(); i++) {
                short ready = descriptors.get(JAVA_SHORT, i * Kernel.POLL_FD.byteSize() + 6);
                handle(ready, held.get(i), events, listener::changed);
            }
        }
    }

    private void giveBack() {
        giving.lock();
        try (var arena = Arena.ofConfined()) {
            if (given) {
                return;
            }
            given = true;
            for (var line : held) {
                line.address().atStop().ifPresent(safe -> makeSafe(line, safe, arena));
                kernel.close(line.fd());
            }
        } finally {
            giving.unlock();
        }
    }

    private void makeSafe(Held line, boolean safe, Arena arena) {
        try {
            drive(line.fd(), safe, arena);
        } catch (Failed e) {
            log.warn(
                    "device={} line={} could not be brought to its safe value: {}",
                    device,
                    line.address().line(),
                    e.getMessage());
        }
    }

    private void drive(int fd, boolean active, Arena arena) throws Failed {
        var values = arena.allocate(GpioAbi.LINE_VALUES);
        values.set(JAVA_LONG, GpioAbi.at(GpioAbi.LINE_VALUES, "mask"), 1);
        values.set(JAVA_LONG, GpioAbi.at(GpioAbi.LINE_VALUES, "bits"), active ? 1 : 0);
        kernel.ioctl(fd, GpioAbi.SET_VALUES, values);
    }

    @Override
    public boolean set(int index, boolean active) throws DriverException {
        giving.lock();
        try (var arena = Arena.ofConfined()) {
            for (var line : held) {
                if (line.index() == index && !given) {
                    drive(line.fd(), active, arena);
                    return level(line.fd(), arena);
                }
            }
            throw new DriverException.Unreachable(
                    "device %s: the line is not ours on %s; the tag's reading says why"
                            .formatted(device, chip),
                    null);
        } catch (Failed e) {
            throw new DriverException.Refused(
                    "device %s: %s does not let the line be set: %s"
                            .formatted(device, chip, e.getMessage()),
                    e);
        } finally {
            giving.unlock();
        }
    }

    /** Takes what a line tells. */
    private interface Sink {
        void changed(int index, boolean active, long timeNanos, int number);
    }

    private void handle(short ready, Held line, MemorySegment events, Sink sink) throws Failed {
        if ((ready & (Kernel.POLLERR | Kernel.POLLHUP | Kernel.POLLNVAL)) != 0) {
            throw new Failed("poll of a line", Kernel.ENODEV);
        }
        if ((ready & Kernel.POLLIN) != 0) {
            int bytes = kernel.read(line.fd(), events);
            long now = clock.epochNanos();
            for (long at = 0; at < bytes; at += GpioAbi.LINE_EVENT.byteSize()) {
                var event = events.asSlice(at, GpioAbi.LINE_EVENT);
                long stamp = event.get(JAVA_LONG, GpioAbi.at(GpioAbi.LINE_EVENT, "timestamp_ns"));
                int id = event.get(JAVA_INT, GpioAbi.at(GpioAbi.LINE_EVENT, "id"));
                int number = event.get(JAVA_INT, GpioAbi.at(GpioAbi.LINE_EVENT, "line_seqno"));
                sink.changed(
                        line.index(),
                        id == GpioAbi.EVENT_RISING,
                        line.realTime() ? stamp : now,
                        number);
            }
        }
    }

    @Override
    public void close() {
        if (closed.getAndSet(true)) {
            return;
        }
        var thread = reader;
        if (thread == null) {
            giveBack();
            return;
        }
        if (!Undisturbed.join(thread, Duration.ofMillis(10L * POLL_MILLIS))) {
            log.warn("device={} the reader of {} does not end", device, chip);
        }
    }
}
