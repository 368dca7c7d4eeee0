package io.drme.driver.gpio;

import com.pi4j.Pi4J;
import com.pi4j.context.Context;
import com.pi4j.io.gpio.digital.DigitalInput;
import com.pi4j.io.gpio.digital.DigitalOutput;
import com.pi4j.io.gpio.digital.PullResistance;
import io.drme.driver.DriverException;
import io.drme.driver.Handover;
import io.drme.driver.gpio.LineBackend.Present;
import io.drme.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection of a GPIO device: all that is made at a connect and dropped at a disconnect.
 *
 * <p><b>Threads.</b> What a backend tells comes on its thread, {@link #write} is for any, the rest
 * belongs to the device's owner.
 */
final class LineWatch implements LineBackend.Listener {
    /** The most edges that wait to be taken; beyond them the newest of each line is kept. */
    static final int MAX_WAITING = 4_096;

    /** A backend tells at least each second that it lives. */
    static final Duration LIVENESS = Duration.ofSeconds(2);

    private static final Logger log = LoggerFactory.getLogger(LineWatch.class);

    /** A sample on its way to the owner. */
    record Edge(int tag, boolean active, long timeNanos) {}

    /** Why it is over. */
    record Loss(String why, @Nullable Throwable cause) {}

    /**
     * What of a device outlasts its connections.
     *
     * @param name of the device
     * @param lines of its tags
     * @param lost counts edges that were lost on the way
     */
    record Device(
            String name,
            List<GpioAddress> lines,
            Counting counting,
            AtomicLong lost,
            Clock clock) {}

    private final Device device;
    private final List<Integer> watched;
    private final LineBackend backend;
    private final Context pi4j =
            Pi4J.newContextBuilder()
                    .add(new LineProvider(), new OutputProvider())
                    .disableShutdownHook()
                    .build();
    private final Handover<Edge> edges = new Handover<>(MAX_WAITING, Edge::tag);
    private final ReentrantLock delivering = new ReentrantLock();
    private final AtomicLong lastHeard;
    private final AtomicReference<@Nullable Loss> loss = new AtomicReference<>();

    /** Filled by the owner, and by the backend's thread once a line appears; read by any. */
    private final List<@Nullable LineInput> inputs = new CopyOnWriteArrayList<>();

    private final List<@Nullable LineOutput> outputs = new CopyOnWriteArrayList<>();
    private final List<LineNumbers> numbers = new ArrayList<>();
    private boolean overflowTold;
    private boolean lossTold;
    private boolean jumpTold;
    private final AtomicLong replacedCounted = new AtomicLong();

    /**
     * Makes it; nothing is told yet.
     *
     * @param watched the tags whose lines the backend was asked for, in this order
     * @param backend open, and closed by {@link #end}
     */
    LineWatch(Device device, List<Integer> watched, LineBackend backend) {
        this.device = device;
        this.watched = watched;
        this.backend = backend;
        this.lastHeard = new AtomicLong(device.clock().nanoTime());
    }

    /** Makes an input or output of each line that was found, and begins to listen. */
    void begin(List<Present> found) {
        for (int i = 0; i < found.size(); i++) {
            int tag = watched.get(i);
            numbers.add(new LineNumbers());
            boolean there = found.get(i) instanceof Present.Level;
            boolean output = device.lines().get(tag).isOutput();
            outputs.add(there && output ? output(tag, i) : null);
            inputs.add(
                    !output && found.get(i) instanceof Present.Level level
                            ? input(tag, level.active())
                            : null);
        }
        backend.start(this);
    }

    private LineOutput output(int tag, int index) {
        var line = device.lines().get(tag);
        var config =
                DigitalOutput.newConfigBuilder(pi4j)
                        .id("line-" + line.line())
                        .provider(OutputProvider.ID)
                        .bcm(line.line())
                        .build();
        var output = (LineOutput) pi4j.create(config);
        output.drivenBy(active -> backend.set(index, active));
        return output;
    }

    private LineInput input(int tag, boolean active) {
        var line = device.lines().get(tag);
        var debounce =
                switch (line.use()) {
                    case GpioAddress.Use.Watch(_, var time) -> time;
                    case GpioAddress.Use.Count(_, var time) -> time;
                    case GpioAddress.Use.Output _ -> Duration.ZERO;
                };
        var config =
                DigitalInput.newConfigBuilder(pi4j)
                        .id("line-" + line.line())
                        .provider(LineProvider.ID)
                        .bcm(line.line())
                        .debounce(debounce.toNanos(), TimeUnit.NANOSECONDS)
                        .pull(
                                switch (line.bias()) {
                                    case PULL_UP -> PullResistance.PULL_UP;
                                    case PULL_DOWN -> PullResistance.PULL_DOWN;
                                    case AS_IS, DISABLED -> PullResistance.OFF;
                                })
                        .build();
        var input = (LineInput) pi4j.create(config);
        input.present(active);
        input.addListener(event -> {
            if (event instanceof LineChange change) {
                take(tag, change);
            }
        });
        return input;
    }

    private void take(int tag, LineChange change) {
        var counter = device.counting().counter(tag);
        if (counter == null) {
            deliver(new Edge(tag, change.state().isHigh(), change.timeNanos()));
        } else if (counter.add(change.edges(), change.timeNanos())) {
            edges.wake();
        }
    }

    private void deliver(Edge edge) {
        delivering.lock();
        try {
            edges.deliver(List.of(edge));
        } finally {
            delivering.unlock();
        }
    }

    @Override
    public void changed(int index, boolean active, long timeNanos, int number) {
        lastHeard.set(device.clock().nanoTime());
        long missed = numbers.get(index).lostBefore(number);
        if (missed == LineNumbers.UNKNOWN) {
            device.counting().doubt(watched.get(index));
            reportJump(watched.get(index));
            missed = 0;
        } else if (missed > 0) {
            device.lost().addAndGet(missed);
            reportLost(watched.get(index), missed);
        }
        var input = inputs.get(index);
        if (input != null) {
            input.changed(active, timeNanos, missed + 1);
        }
    }

    @Override
    public void appeared(int index, Present.Level level) {
        int tag = watched.get(index);
        if (device.lines().get(tag).isOutput()) {
            outputs.set(index, output(tag, index));
        } else {
            inputs.set(index, input(tag, level.active()));
        }
        log.info(
                "device={} line={} is free again and taken",
                device.name(),
                device.lines().get(tag).line());
        deliver(new Edge(tag, level.active(), level.timeNanos()));
    }

    private void reportJump(int tag) {
        if (!jumpTold) {
            jumpTold = true;
            log.warn(
                    "device={} line={} the numbers of its edges jump; a counter is uncertain then, as nobody knows how many it lacks",
                    device.name(),
                    device.lines().get(tag).line());
        }
    }

    private void reportLost(int tag, long missed) {
        if (!lossTold) {
            lossTold = true;
            log.warn(
                    "device={} line={} lost={} edges came quicker than they were read; a counter has them all the same, further ones are counted only",
                    device.name(),
                    device.lines().get(tag).line(),
                    missed);
        }
    }

    @Override
    public void heard() {
        lastHeard.set(device.clock().nanoTime());
        delivering.lock();
        try {
            edges.flush();
        } finally {
            delivering.unlock();
        }
    }

    @Override
    public void lost(String why, @Nullable Throwable cause) {
        loss.compareAndSet(null, new Loss(why, cause));
        edges.wake();
    }

    /**
     * Sets an output; the value that is read back comes as a sample of its tag too.
     *
     * @throws DriverException as {@link LineBackend#set}
     */
    boolean write(int tag, boolean active) throws DriverException, InterruptedException {
        int index = watched.indexOf(tag);
        var output = index < 0 ? null : outputs.get(index);
        if (output == null) {
            throw new DriverException.Refused(
                    "device %s: line %d is not ours; the tag's reading says why"
                            .formatted(device.name(), device.lines().get(tag).line()),
                    null);
        }
        boolean now = output.drive(active);
        deliver(new Edge(tag, now, device.clock().epochNanos()));
        return now;
    }

    /** What has come; waits for the first. */
    List<Edge> take(Duration wait) throws InterruptedException {
        var taken = edges.take(wait);
        countReplaced();
        if (edges.replaced() > 0 && !overflowTold) {
            overflowTold = true;
            log.warn(
                    "device={} edges come quicker than they are taken; the newest of each line is kept",
                    device.name());
        }
        return taken;
    }

    private void countReplaced() {
        long replaced = edges.replaced();
        device.lost().addAndGet(replaced - replacedCounted.getAndSet(replaced));
    }

    /** When the backend was heard last, by the clock's nanoTime. */
    long heardNanos() {
        return lastHeard.get();
    }

    boolean isAlive() {
        return device.clock().nanoTime() - lastHeard.get() < LIVENESS.toNanos();
    }

    /** Why it is over; null while it is not. */
    @Nullable Loss loss() {
        return loss.get();
    }

    /** Gives everything back. */
    void end() {
        backend.close();
        edges.wake();
        countReplaced();
        device.lost().addAndGet(edges.takeRest().size());
        if (!pi4j.isShutdown()) {
            pi4j.shutdown();
        }
    }
}
