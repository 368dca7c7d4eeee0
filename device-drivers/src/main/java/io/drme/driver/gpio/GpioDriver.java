package io.drme.driver.gpio;

import io.drme.driver.DeviceSpec;
import io.drme.driver.DriverException;
import io.drme.driver.Exchange;
import io.drme.driver.Outputs;
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
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Watches GPIO lines as Pi4J's digital inputs, over a chip of this machine or the simulator. */
final class GpioDriver implements PushedDriver {
    private final DeviceSpec device;
    private final Clock clock;
    private final Kernel kernel;
    private final List<GpioAddress> lines = new ArrayList<>();
    private final List<Integer> tableIndexes;

    /** The first tag of each line, in the order in which the backend is asked for them. */
    private final List<Integer> watched = new ArrayList<>();

    private final Counting counting;
    private final AtomicLong lost = new AtomicLong();
    private final AtomicReference<@Nullable LineWatch> current = new AtomicReference<>();
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
            var watch =
                    new LineWatch(
                            new LineWatch.Device(device.name(), lines, counting, lost, clock),
                            watched,
                            backend);
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
        var edges = watch.take(due.compareTo(wait) < 0 ? due : wait);
        for (var edge : edges) {
            add(out, edge.tag(), new Present.Level(edge.active(), edge.timeNanos()));
        }
        var counted = counting.addDue(out, clock.nanoTime());
        counted.forEach(this::answered);
        var loss = watch.loss();
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
        return watch == null ? clock.nanoTime() : watch.heardNanos();
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
    public Optional<Outputs> outputs() {
        return lines.stream().anyMatch(GpioAddress::isOutput)
                ? Optional.of(this::write)
                : Optional.empty();
    }

    private long write(int tag, long bits) throws DriverException, InterruptedException {
        var watch = current.get();
        if (watch == null || closed) {
            throw new DriverException.Unreachable(
                    "device %s is not connected; its state says why".formatted(device.name()),
                    null);
        }
        return watch.write(tag, bits != 0) ? 1 : 0;
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
