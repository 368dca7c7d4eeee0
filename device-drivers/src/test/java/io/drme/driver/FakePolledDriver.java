package io.drme.driver;

import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.testing.ManualClock;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A device in memory: each poll takes some virtual time, and each value is one more than before.
 */
final class FakePolledDriver implements PolledDriver {
    /** What the device does when it is asked. */
    enum Mood {
        WELL,
        SILENT,
        OFF,
        REFUSING,
        BUGGY
    }

    final List<Long> connectTimes = new ArrayList<>();
    final List<Long> pollTimes = new ArrayList<>();
    Mood mood = Mood.WELL;
    Duration pollTime = Duration.ZERO;
    boolean closed;
    @Nullable Runnable onPoll;

    private final ManualClock clock;
    private final List<PollGroup> groups;
    private long value;

    FakePolledDriver(ManualClock clock, List<PollGroup> groups) {
        this.clock = clock;
        this.groups = groups;
    }

    @Override
    public void connect() throws DriverException {
        connectTimes.add(clock.nanoTime());
        switch (mood) {
            case OFF ->
                    throw new DriverException.Unreachable("press-3 is off", new ConnectException());
            case REFUSING -> throw new DriverException.Refused("press-3 wants a password", null);
            default -> {}
        }
    }

    @Override
    public void poll(int group, Batch out) throws DriverException {
        pollTimes.add(clock.nanoTime());
        clock.advance(pollTime);
        if (onPoll != null) {
            onPoll.run();
        }
        switch (mood) {
            case SILENT ->
                    throw new DriverException.Unreachable(
                            "press-3 gave no answer", new SocketTimeoutException());
            case OFF -> throw new DriverException.Unreachable("press-3 is off", null);
            case REFUSING -> throw new DriverException.Refused("press-3 wants a password", null);
            case BUGGY -> throw new IllegalStateException("broken invariant");
            case WELL -> {}
        }
        for (int tag : groups.get(group).tableIndexes()) {
            out.addInt(tag, clock.epochNanos(), value++, Quality.GOOD);
        }
    }

    @Override
    public void disconnect() {}

    @Override
    public Exchange lastExchange() {
        return new Exchange("00 01", "", mood == Mood.WELL ? "" : "wrong");
    }

    @Override
    public void close() {
        closed = true;
    }
}
