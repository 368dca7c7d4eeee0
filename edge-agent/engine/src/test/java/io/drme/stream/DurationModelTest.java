package io.drme.stream;

import static io.drme.stream.OperatorContract.START;

import io.drme.config.Problems;
import io.drme.config.Where;
import io.drme.model.Quality;
import io.drme.model.Reading;
import io.drme.model.Reason;
import io.drme.model.Value;
import io.drme.model.ValueType;
import io.drme.stream.OperatorContract.Item;
import io.drme.stream.OperatorContract.Subject;
import io.drme.stream.OperatorContract.Unit;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Durations, totals and counts are those of the whole history, put together anew for each result,
 * one by one, in batches and with restarts between any two samples.
 *
 * <p>Planted and caught: a count that goes on over a reset; a reset after a sample of its very
 * time; a gap that makes one thing two; a total that goes on when its sample is too old; a
 * beginning that a restart forgets.
 */
class DurationModelTest {
    private static final long GRAIN = 250_000_000L;
    private static final long SECOND = 1_000_000_000L;
    private static final Lane LANE = new Lane("a", "", ValueType.INT64, false);

    private enum State {
        TRUE,
        FALSE,
        UNKNOWN
    }

    /** A sample, and what it says. */
    private record Point(long time, State state) {}

    private final List<String> expected = new ArrayList<>();
    private final List<Point> points = new ArrayList<>();
    private long every;
    private long reset;
    private long offset;
    private long maxAge;
    private long toldAt;
    private long lastReset;
    private boolean saidUnknown;

    /** On a grid of quarters of a second; a tick at each. */
    private List<Item> items(Random random) {
        var items = new ArrayList<Item>();
        for (int i = 0; i < 250; i++) {
            long time = START + i * GRAIN;
            if (i == 0 || random.nextInt(5) == 0) {
                var state = State.values()[random.nextInt(8) == 0 ? 2 : random.nextInt(2)];
                points.add(new Point(time, state));
                byte quality = state == State.UNKNOWN ? Quality.bad(Reason.TIMEOUT) : Quality.GOOD;
                items.add(new Item(0, time, state == State.TRUE ? 1 : 0, "", quality, time));
            }
            items.add(new Item(-1, 0, 0, "", (byte) 0, time));
        }
        return items;
    }

    @ParameterizedTest
    @MethodSource("io.drme.testing.Seeds#all")
    void resultsEqualTheDefinition(long seed) throws IOException {
        var random = OperatorContract.random(seed);
        every = GRAIN * (4 + random.nextInt(20));
        reset = random.nextInt(4) == 0 ? 0 : GRAIN * (20 + random.nextInt(60));
        offset = reset == 0 ? 0 : GRAIN * random.nextInt(20);
        maxAge = random.nextBoolean() ? GRAIN * (1 + random.nextInt(12)) : 1L << 50;
        var items = items(random);
        for (var item : items) {
            if (item.lane() < 0) {
                tick(item.now() - SECOND);
            } else {
                sample(item.sourceTime());
            }
        }
        expected.add(OperatorContract.late(0));

        OperatorContract.check(subject(), items, expected, Unit.SAMPLE, seed);
    }

    private Subject subject() {
        var text = "value == 1";
        var condition = Expression.of(text, new Where("test", 1, 1), "key");
        var program = condition.program(ValueType.INT64, "a", true, new Problems()).orElseThrow();
        var step =
                new DurationStep(
                        condition,
                        List.of(DurationStep.Result.values()),
                        Duration.ofNanos(every),
                        reset == 0 ? Optional.empty() : Optional.of(Duration.ofNanos(reset)),
                        Duration.ofNanos(offset),
                        Optional.of(Duration.ofNanos(maxAge)));
        return new Subject(
                List.of(LANE),
                () -> new DurationOperator(List.of(LANE), new Program[] {program}, step));
    }

    // When results come

    private void tick(long clock) {
        resets(clock);
        multiples(clock);
    }

    private void sample(long time) {
        boolean isFirst = time == START;
        if (!isFirst) {
            resets(time);
            multiples(time - 1);
        }
        var before = isFirst ? State.UNKNOWN : stateAt(time, false);
        boolean isDue = time % every == 0 && toldAt < time;
        if (isFirst || isDue || before != stateAt(time, true)) {
            boolean ends = before == State.TRUE && stateAt(time, true) == State.FALSE;
            tell(time, resetBefore(time), true, ends);
        }
    }

    /** What is due at each reset that is over: all since the one before. */
    private void resets(long clock) {
        for (long at = START; reset > 0 && at <= clock; at += GRAIN) {
            if (at > START && Math.floorMod(at - offset, reset) == 0 && at > lastReset) {
                lastReset = at;
                tell(at, resetBefore(at - 1), false, false);
            }
        }
    }

    /** Of several multiples that are over only the last, and of unknown time only the first. */
    private void multiples(long clock) {
        long at = clock / every * every;
        boolean isKnown = at >= START && stateAt(at, false) != State.UNKNOWN;
        if (at > toldAt && at > START && (isKnown || !saidUnknown)) {
            tell(at, resetBefore(at), false, false);
        }
    }

    // What they say

    private void tell(long time, long from, boolean withSample, boolean ends) {
        var state = stateAt(time, withSample);
        boolean isSound = state != State.UNKNOWN && lasted(State.UNKNOWN, from, time) == 0;
        toldAt = Math.max(toldAt, time);
        saidUnknown = state == State.UNKNOWN;
        if (state == State.UNKNOWN) {
            add(0, time, new Reading.Bad(Reason.INPUT_NOT_GOOD));
        } else {
            add(0, time, new Reading.Good(seconds(state == State.TRUE ? runTo(time) : 0)));
        }
        if (ends) {
            add(1, time, reading(seconds(runTo(time)), isSound));
        }
        add(2, time, reading(seconds(lasted(State.TRUE, from, time)), isSound));
        add(3, time, reading(new Value.Int(begun(from, time, withSample)), isSound));
    }

    private void add(int lane, long time, Reading reading) {
        expected.add(OperatorContract.line(lane, time, reading));
    }

    private static Value seconds(long nanos) {
        return new Value.Real(nanos / 1e9);
    }

    private static Reading reading(Value value, boolean isSound) {
        return isSound
                ? new Reading.Good(value)
                : new Reading.Uncertain(value, Reason.INPUT_NOT_GOOD);
    }

    private long resetBefore(long time) {
        return reset == 0 ? START : Math.max(START, time - Math.floorMod(time - offset, reset));
    }

    /** The state at a time, with or without what a sample of that very time says. */
    private State stateAt(long time, boolean withSample) {
        var last =
                points.stream()
                        .filter(p -> withSample ? p.time <= time : p.time < time)
                        .reduce((_, later) -> later)
                        .orElse(new Point(START, State.UNKNOWN));
        return time - last.time > maxAge ? State.UNKNOWN : last.state;
    }

    /** For how long a state lasted between two times. */
    private long lasted(State state, long from, long to) {
        long sum = 0;
        for (long at = from; at < to; at += GRAIN) {
            boolean isOld = stateAt(at + 1, true) == State.UNKNOWN;
            sum += (isOld ? State.UNKNOWN : stateAt(at, true)) == state ? GRAIN : 0;
        }
        return sum;
    }

    /** How long it has been true without a break, up to a time at which it ends or is still. */
    private long runTo(long time) {
        long from = time;
        while (from > START && lasted(State.TRUE, from - GRAIN, from) > 0) {
            from -= GRAIN;
        }
        return time - from;
    }

    /** How often it became true from a time on: what is not known in between does not count. */
    private long begun(long from, long to, boolean withSample) {
        long count = 0;
        var before = State.UNKNOWN;
        for (var point : points) {
            boolean isInTime = withSample ? point.time <= to : point.time < to;
            if (isInTime && point.state != State.UNKNOWN) {
                boolean begins = point.state == State.TRUE && before != State.TRUE;
                count += begins && point.time >= from ? 1 : 0;
                before = point.state;
            }
        }
        return count;
    }
}
