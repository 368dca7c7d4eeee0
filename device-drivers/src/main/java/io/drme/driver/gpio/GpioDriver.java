package io.drme.driver.gpio;

import com.pi4j.Pi4J;
import com.pi4j.context.Context;
import com.pi4j.io.gpio.digital.DigitalInput;
import com.pi4j.io.gpio.digital.PullResistance;
import io.drme.driver.DeviceSpec;
import io.drme.driver.DriverException;
import io.drme.driver.Exchange;
import io.drme.driver.Handover;
import io.drme.driver.PollGroup;
import io.drme.driver.PushedDriver;
import io.drme.driver.gpio.LineBackend.Present;
import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.model.Reason;
import io.drme.time.Clock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Watches GPIO lines as Pi4J's digital inputs, over a chip of this machine or the simulator. */
final class GpioDriver implements PushedDriver {
    /** The most edges that wait to be taken; beyond them the newest of each line is kept. */
    static final int MAX_WAITING = 4_096;

    /** A backend tells at least each second that it lives. */
    static final Duration LIVENESS = Duration.ofSeconds(2);

    private static final Logger log = LoggerFactory.getLogger(GpioDriver.class);

    /** A sample on its way to the owner. */
    private record Edge(int tag, boolean active, long timeNanos) {}

    private record Loss(String why, @Nullable Throwable cause) {}

    /** One connection: all that is made at a connect and dropped at a disconnect. */
    private final class Watch implements LineBackend.Listener {
        private final LineBackend backend;
        private final Context pi4j =
                Pi4J.newContextBuilder().add(new LineProvider()).disableShutdownHook().build();
        private final Handover<Edge> edges = new Handover<>(MAX_WAITING, Edge::tag);
        private final AtomicLong lastHeard = new AtomicLong(clock.nanoTime());
        private final AtomicReference<@Nullable Loss> loss = new AtomicReference<>();
        private final List<@Nullable LineInput> inputs = new ArrayList<>();
        private final List<LineNumbers> numbers = new ArrayList<>();
        private boolean overflowTold;
        private boolean lossTold;

        Watch(LineBackend backend) {
            this.backend = backend;
        }

        /** Makes an input of each line that was found. */
        void begin(List<Present> found) {
            for (int i = 0; i < found.size(); i++) {
                numbers.add(new LineNumbers());
                inputs.add(
                        found.get(i) instanceof Present.Level level
                                ? input(watched.get(i), level.active())
                                : null);
            }
            backend.start(this);
        }

        private LineInput input(int tag, boolean active) {
            var line = lines.get(tag);
            var config =
                    DigitalInput.newConfigBuilder(pi4j)
                            .id("line-" + line.line())
                            .provider(LineProvider.ID)
                            .bcm(line.line())
                            .debounce(line.debounce().toNanos(), TimeUnit.NANOSECONDS)
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
            var counter = counting.counter(tag);
            if (counter == null) {
                boolean now = change.state().isHigh();
                edges.deliver(List.of(new Edge(tag, now, change.timeNanos())));
            } else if (counter.add(change.edges(), change.timeNanos())) {
                edges.wake();
            }
        }

        @Override
        public void changed(int index, boolean active, long timeNanos, int number) {
            lastHeard.set(clock.nanoTime());
            long missed = numbers.get(index).lostBefore(number);
            if (missed > 0) {
                lost.addAndGet(missed);
                reportLost(watched.get(index), missed);
            }
            var input = inputs.get(index);
            if (input != null) {
                input.changed(active, timeNanos, missed + 1);
            }
        }

        private void reportLost(int tag, long missed) {
            if (!lossTold) {
                lossTold = true;
                log.warn(
                        "device={} line={} lost={} edges came quicker than they were read; a counter has them all the same, further ones are counted only",
                        device.name(),
                        lines.get(tag).line(),
                        missed);
            }
        }

        @Override
        public void heard() {
            lastHeard.set(clock.nanoTime());
            edges.flush();
        }

        @Override
        public void lost(String why, @Nullable Throwable cause) {
            loss.compareAndSet(null, new Loss(why, cause));
            edges.wake();
        }

        boolean isAlive() {
            return clock.nanoTime() - lastHeard.get() < LIVENESS.toNanos();
        }

        void reportOverflow() {
            if (edges.replaced() > 0 && !overflowTold) {
                overflowTold = true;
                log.warn(
                        "device={} edges come quicker than they are taken; the newest of each line is kept",
                        device.name());
            }
        }

        void end() {
            backend.close();
            edges.wake();
            if (!pi4j.isShutdown()) {
                pi4j.shutdown();
            }
        }
    }

    private final DeviceSpec device;
    private final Clock clock;
    private final Kernel kernel;
    private final List<GpioAddress> lines = new ArrayList<>();
    private final List<Integer> tableIndexes;

    /** The first tag of each line, in the order in which the backend is asked for them. */
    private final List<Integer> watched = new ArrayList<>();

    private final Counting counting;
    private final AtomicLong lost = new AtomicLong();
    private final AtomicReference<@Nullable Watch> current = new AtomicReference<>();
    private volatile boolean closed;

    private List<Present> present = List.of();
    private String lastRequest = "";
    private String lastAnswer = "";
    private String lastError = "";

    /**
     * Makes a driver; connects and reads nothing.
     *
     * @param directory under which counts are kept
     * @param kernel of the machine that has the chip
     */
    GpioDriver(DeviceSpec device, PollGroup group, Path directory, Clock clock, Kernel kernel) {
        this.device = device;
        this.clock = clock;
        this.kernel = kernel;
        for (int tag : group.tags()) {
            lines.add((GpioAddress) device.tags().get(tag).address());
        }
        tableIndexes = List.copyOf(group.tableIndexes());
        var counts = directory.resolve("gpio").resolve(device.name() + ".counts");
        counting = new Counting(device, tableIndexes, counts, clock);
        var seen = new HashSet<Integer>();
        for (int tag = 0; tag < lines.size(); tag++) {
            if (seen.add(lines.get(tag).line())) {
                watched.add(tag);
            }
        }
    }

    private LineBackend backend() {
        return switch ((GpioSettings) device.settings()) {
            case GpioSettings.Chip(var path) -> new ChipLines(device.name(), path, clock, kernel);
            case GpioSettings.Simulator at ->
                    new SimulatorLines(device.name(), at, device.timeout(), clock);
        };
    }

    @Override
    public void connect() throws DriverException, InterruptedException {
        if (current.get() != null) {
            return;
        }
        counting.begin(lines);
        lastRequest = "watch %d lines of %s".formatted(lines.size(), device.url());
        var backend = backend();
        try {
            var found = backend.open(watched.stream().map(lines::get).toList());
            var watch = new Watch(backend);
            current.set(watch);
            watch.begin(found);
            present = found;
        } catch (DriverException e) {
            lastError = String.valueOf(e.getMessage());
            backend.close();
            throw e;
        }
        if (closed) {
            disconnect();
        }
    }

    @Override
    public boolean take(Batch out, Duration wait) throws DriverException, InterruptedException {
        var watch = current.get();
        if (watch == null || closed) {
            throw new DriverException.Unreachable(
                    "device %s is not connected".formatted(device.name()), null);
        }
        if (!present.isEmpty()) {
            addPresent(out);
            return true;
        }
        var due = Duration.ofNanos(counting.waitNanos(clock.nanoTime()));
        var edges = watch.edges.take(due.compareTo(wait) < 0 ? due : wait);
        for (var edge : edges) {
            out.addBoolean(
                    tableIndexes.get(edge.tag()), edge.timeNanos(), edge.active(), Quality.GOOD);
            answered(edge.tag(), edge.active());
        }
        var counted = counting.addDue(out, clock.nanoTime());
        counted.forEach(this::answered);
        watch.reportOverflow();
        var loss = watch.loss.get();
        if (out.size() == 0 && loss != null) {
            lastError = loss.why();
            throw new DriverException.Unreachable(loss.why(), loss.cause());
        }
        return !edges.isEmpty() || watch.isAlive();
    }

    private void answered(int tag) {
        var counter = counting.counter(tag);
        if (counter != null) {
            lastAnswer =
                    "line %d has counted %d edges"
                            .formatted(lines.get(tag).line(), counter.reading().count());
        }
    }

    private void answered(int tag, boolean active) {
        lastAnswer =
                "line %d is %s".formatted(lines.get(tag).line(), active ? "active" : "inactive");
    }

    /** A second tag on the same line is refused, as the kernel refuses a second request. */
    private void addPresent(Batch out) {
        for (int tag = 0; tag < lines.size(); tag++) {
            int at = watched.indexOf(tag);
            add(
                    out,
                    tag,
                    at >= 0
                            ? present.get(at)
                            : new Present.Missing(
                                    Reason.REFUSED, "another tag has it already; remove one"));
        }
        present = List.of();
    }

    private void add(Batch out, int tag, Present line) {
        int index = tableIndexes.get(tag);
        switch (line) {
            case Present.Level(_, long timeNanos) when counting.counter(tag) != null -> {
                counting.addPresent(out, tag, clock.nanoTime(), timeNanos);
                answered(tag);
            }
            case Present.Level(boolean active, long timeNanos) -> {
                answered(tag, active);
                out.addBoolean(index, timeNanos, active, Quality.GOOD);
            }
            case Present.Missing(Reason reason, String detail) -> {
                lastError = "line %d: %s".formatted(lines.get(tag).line(), detail);
                out.addBad(index, clock.epochNanos(), reason);
            }
        }
    }

    @Override
    public long heardNanos() {
        var watch = current.get();
        return watch == null ? clock.nanoTime() : watch.lastHeard.get();
    }

    @Override
    public void disconnect() {
        present = List.of();
        end();
    }

    private void end() {
        var watch = current.getAndSet(null);
        if (watch != null) {
            watch.end();
        }
    }

    @Override
    public Exchange lastExchange() {
        return new Exchange(lastRequest, lastAnswer, lastError);
    }

    @Override
    public long lostValues() {
        return lost.get();
    }

    @Override
    public void close() {
        closed = true;
        end();
        counting.keep();
    }
}
