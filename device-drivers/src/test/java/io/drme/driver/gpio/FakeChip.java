package io.drme.driver.gpio;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A chip as the kernel's character device shows it, held by a test: it fills and reads the very
 * structs, keeps a bounded buffer of events a line and drops the oldest, as the kernel does.
 */
final class FakeChip implements Kernel {
    static final String PATH = "/dev/gpiochip7";

    private static final int CHIP_FD = 100;
    private static final int FIRST_LINE_FD = 1_000;
    private static final int EIO = 5;

    private static final class Line {
        boolean high;
        String name = "";
        String user = "";
        long flags;
        int buffer;
        int numbered;
        boolean mute;
        final Deque<long[]> events = new ArrayDeque<>();
    }

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final int count;
    private final Map<Integer, Line> lines = new HashMap<>();
    private final Map<Integer, Integer> lineOfFd = new HashMap<>();
    private int nextFd = FIRST_LINE_FD;
    private int openError;
    private Runnable afterRequest = () -> {};
    private boolean gone;
    private boolean stuck;

    FakeChip(int count) {
        this.count = count;
        for (int i = 0; i < count; i++) {
            lines.put(i, new Line());
        }
    }

    /** From now on opening fails so. */
    void refuse(int errno) {
        openError = errno;
    }

    /** Happens between the request of a line and all that follows. */
    void afterRequest(Runnable happens) {
        afterRequest = happens;
    }

    /** Describes a line as the board does, or as somebody who holds it. */
    void describe(int number, String name, String user, boolean output) {
        lock.lock();
        try {
            var line = line(number);
            line.name = name;
            line.user = user;
            line.flags = output ? GpioAbi.FLAG_OUTPUT : GpioAbi.FLAG_INPUT;
        } finally {
            lock.unlock();
        }
    }

    /** Whether a line's level can't be read although the line can be had. */
    void mute(int number, boolean now) {
        lock.lock();
        try {
            line(number).mute = now;
        } finally {
            lock.unlock();
        }
    }

    /** Has outputs no longer follow, as one with a short circuit. */
    void shortCircuit() {
        stuck = true;
    }

    /** Pulls the chip out. */
    void pull() {
        lock.lock();
        try {
            gone = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** The electrical level of a line. */
    boolean isHigh(int number) {
        lock.lock();
        try {
            return line(number).high;
        } finally {
            lock.unlock();
        }
    }

    /** How many lines are held. */
    int held() {
        lock.lock();
        try {
            return lineOfFd.size();
        } finally {
            lock.unlock();
        }
    }

    /** Brings a line to a level at a time. */
    void set(int number, boolean high, long timeNanos) {
        lock.lock();
        try {
            var line = line(number);
            if (line.high == high) {
                return;
            }
            line.high = high;
            boolean active = high != isActiveLow(line);
            long wanted = active ? GpioAbi.FLAG_EDGE_RISING : GpioAbi.FLAG_EDGE_FALLING;
            if (lineOfFd.containsValue(number) && (line.flags & wanted) != 0) {
                line.numbered++;
                if (line.events.size() == line.buffer) {
                    line.events.removeFirst();
                }
                line.events.add(new long[] {timeNanos, active ? 1 : 2, line.numbered});
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /** So many pulses, high and low again, one after the other. */
    void pulse(int number, int pulses, long timeNanos) {
        for (int i = 0; i < pulses; i++) {
            set(number, true, timeNanos + 2L * i);
            set(number, false, timeNanos + 2L * i + 1);
        }
    }

    /** Has the numbers of a line's edges leap. */
    void jump(int number, int by) {
        lock.lock();
        try {
            line(number).numbered += by;
        } finally {
            lock.unlock();
        }
    }

    private Line line(int number) {
        var line = lines.get(number);
        if (line == null) {
            throw new IllegalArgumentException("no line " + number);
        }
        return line;
    }

    private Line held(int fd) {
        return line(lineOfFd.getOrDefault(fd, -1));
    }

    private static boolean isActiveLow(Line line) {
        return (line.flags & GpioAbi.FLAG_ACTIVE_LOW) != 0;
    }

    @Override
    public int open(String path, int flags) throws Failed {
        if (openError != 0) {
            throw new Failed("open", openError);
        }
        if (!path.equals(PATH)) {
            throw new Failed("open", ENOENT);
        }
        return CHIP_FD;
    }

    @Override
    public void ioctl(int fd, long request, MemorySegment argument) throws Failed {
        lock.lock();
        try {
            if (fd == CHIP_FD && request == GpioAbi.GET_CHIP_INFO) {
                argument.set(JAVA_INT, GpioAbi.at(GpioAbi.CHIP_INFO, "lines"), count);
            } else if (fd == CHIP_FD && request == GpioAbi.GET_LINE_INFO) {
                tell(argument);
            } else if (fd == CHIP_FD && request == GpioAbi.GET_LINE) {
                request(argument);
                afterRequest.run();
            } else if (request == GpioAbi.GET_VALUES) {
                var line = held(fd);
                if (line.mute) {
                    throw new Failed("ioctl", EIO);
                }
                boolean active = line.high != isActiveLow(line);
                argument.set(JAVA_LONG, 0, active ? 1 : 0);
            } else if (request == GpioAbi.SET_VALUES) {
                drive(fd, argument);
            } else {
                throw new Failed("ioctl", EINVAL);
            }
        } finally {
            lock.unlock();
        }
    }

    private void drive(int fd, MemorySegment values) throws Failed {
        var line = held(fd);
        if ((line.flags & GpioAbi.FLAG_OUTPUT) == 0) {
            throw new Failed("ioctl", EPERM);
        }
        long mask = values.get(JAVA_LONG, GpioAbi.at(GpioAbi.LINE_VALUES, "mask"));
        if (mask != 1) {
            throw new Failed("ioctl", EINVAL);
        }
        boolean active = values.get(JAVA_LONG, GpioAbi.at(GpioAbi.LINE_VALUES, "bits")) != 0;
        line.high = stuck ? line.high : active != isActiveLow(line);
    }

    private void tell(MemorySegment info) {
        int number = info.get(JAVA_INT, GpioAbi.at(GpioAbi.LINE_INFO, "offset"));
        var line = line(number);
        boolean used = lineOfFd.containsValue(number) || !line.user.isEmpty();
        info.setString(GpioAbi.at(GpioAbi.LINE_INFO, "name"), line.name);
        info.setString(GpioAbi.at(GpioAbi.LINE_INFO, "consumer"), line.user);
        info.set(
                JAVA_LONG,
                GpioAbi.at(GpioAbi.LINE_INFO, "flags"),
                line.flags | (used ? GpioAbi.FLAG_USED : 0));
    }

    private void request(MemorySegment request) throws Failed {
        int number = request.get(JAVA_INT, GpioAbi.at(GpioAbi.LINE_REQUEST, "offsets"));
        if (lineOfFd.containsValue(number) || !line(number).user.isEmpty()) {
            throw new Failed("ioctl", EBUSY);
        }
        var line = line(number);
        long config = GpioAbi.at(GpioAbi.LINE_REQUEST, "config");
        line.flags = request.get(JAVA_LONG, config + GpioAbi.at(GpioAbi.LINE_CONFIG, "flags"));
        line.buffer = request.get(JAVA_INT, GpioAbi.at(GpioAbi.LINE_REQUEST, "event_buffer_size"));
        if ((line.flags & GpioAbi.FLAG_OUTPUT) != 0) {
            firstLevel(line, request.asSlice(config, GpioAbi.LINE_CONFIG.byteSize()));
        }
        line.numbered = 0;
        line.events.clear();
        lineOfFd.put(nextFd, number);
        request.set(JAVA_INT, GpioAbi.at(GpioAbi.LINE_REQUEST, "fd"), nextFd);
        nextFd++;
    }

    private static void firstLevel(Line line, MemorySegment config) throws Failed {
        var attribute = config.asSlice(GpioAbi.at(GpioAbi.LINE_CONFIG, "attrs"));
        if (config.get(JAVA_INT, GpioAbi.at(GpioAbi.LINE_CONFIG, "num_attrs")) != 1
                || attribute.get(JAVA_INT, 0) != GpioAbi.ATTRIBUTE_OUTPUT_VALUES
                || attribute.get(JAVA_LONG, GpioAbi.at(GpioAbi.CONFIG_ATTRIBUTE, "mask")) != 1
                || (line.flags & (GpioAbi.FLAG_INPUT | GpioAbi.FLAG_EDGE_RISING)) != 0) {
            throw new Failed("ioctl", EINVAL);
        }
        boolean active = attribute.get(JAVA_LONG, GpioAbi.at(GpioAbi.LINE_ATTRIBUTE, "flags")) != 0;
        line.high = active != isActiveLow(line);
    }

    @Override
    public int poll(MemorySegment descriptors, int howMany, int timeoutMillis) throws Failed {
        lock.lock();
        try {
            long left = TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
            int ready = ready(descriptors, howMany);
            while (ready == 0 && left > 0) {
                left = changed.awaitNanos(left);
                ready = ready(descriptors, howMany);
            }
            return ready;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 0;
        } finally {
            lock.unlock();
        }
    }

    private int ready(MemorySegment descriptors, int howMany) {
        int ready = 0;
        for (int i = 0; i < howMany; i++) {
            long at = i * POLL_FD.byteSize();
            var number = lineOfFd.get(descriptors.get(JAVA_INT, at));
            short events =
                    gone || number == null ? POLLERR : line(number).events.isEmpty() ? 0 : POLLIN;
            descriptors.set(JAVA_SHORT, at + 6, events);
            ready += events == 0 ? 0 : 1;
        }
        return ready;
    }

    @Override
    public int read(int fd, MemorySegment into) {
        lock.lock();
        try {
            var line = held(fd);
            int bytes = 0;
            int size = (int) GpioAbi.LINE_EVENT.byteSize();
            while (!line.events.isEmpty() && bytes + size <= into.byteSize()) {
                var event = line.events.removeFirst();
                into.set(JAVA_LONG, bytes, event[0]);
                into.set(JAVA_INT, bytes + 8L, (int) event[1]);
                into.set(
                        JAVA_INT,
                        bytes + GpioAbi.at(GpioAbi.LINE_EVENT, "line_seqno"),
                        (int) event[2]);
                bytes += size;
            }
            return bytes;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close(int fd) {
        lock.lock();
        try {
            lineOfFd.remove(fd);
        } finally {
            lock.unlock();
        }
    }
}
