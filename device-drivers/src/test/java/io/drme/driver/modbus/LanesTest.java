package io.drme.driver.modbus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drme.driver.DeviceFixture;
import io.drme.testing.ManualClock;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What a slow unit costs its neighbours behind a gateway that answers in order, in virtual time.
 */
class LanesTest {
    private static final Duration LIMIT = Duration.ofMillis(500);
    private static final Duration QUICK = Duration.ofMillis(5);
    private static final Duration SLOW = Duration.ofMillis(300);
    private static final int BAD = 1;
    private static final int GOOD = 2;

    private final ManualClock clock = new ManualClock();
    private final Map<Integer, Duration> answersAfter = new HashMap<>();
    private final List<Connection> open = new ArrayList<>();
    private final Trace trace = new Trace();
    private final Lanes lanes =
            new Lanes(line(new Connection()), Optional.of(line(new Connection())), clock);
    private int mostTaken = 10;
    private int mostServed = 10;
    private int opened;
    private Duration refusesAfter = Duration.ZERO;
    private Runnable onWrite = () -> {};

    private Line line(Transport transport) {
        return new Line(transport, new Mbap(), clock);
    }

    @BeforeEach
    void bothUnitsAreKnownToBeQuick() throws Exception {
        lanes.pace(new Line.Pace(Duration.ZERO, Duration.ZERO, true));
        answersAfter.put(BAD, QUICK);
        answersAfter.put(GOOD, QUICK);
        read(BAD);
        read(GOOD);
    }

    /** One connection to the gateway, which takes the requests of each in order. */
    private class Connection implements Transport {
        private final ArrayDeque<Byte> coming = new ArrayDeque<>();
        private final ArrayDeque<Long> atNanos = new ArrayDeque<>();
        private long busyUntilNanos;

        @Override
        public boolean isOpen() {
            return open.contains(this);
        }

        @Override
        public void open(Duration timeout) throws IOException {
            close();
            if (open.size() >= mostTaken) {
                clock.advance(refusesAfter.compareTo(timeout) < 0 ? refusesAfter : timeout);
                throw new ConnectException("refused");
            }
            open.add(this);
            opened++;
            busyUntilNanos = clock.nanoTime();
        }

        @Override
        public boolean leavesBehind() {
            return true;
        }

        @Override
        public void write(byte[] request) {
            onWrite.run();
            if (open.indexOf(this) >= mostServed) {
                return;
            }
            int unit = request[6];
            busyUntilNanos =
                    Math.max(busyUntilNanos, clock.nanoTime())
                            + answersAfter.getOrDefault(unit, Duration.ZERO).toNanos();
            byte[] read = {request[0], request[1], 0, 0, 0, 5, (byte) unit, 3, 2, 0, (byte) unit};
            byte[] answer = request[7] == WriteRequest.ONE_REGISTER ? request : read;
            for (byte b : answer) {
                coming.add(b);
                atNanos.add(busyUntilNanos);
            }
        }

        @Override
        public int read(byte[] into, int at, int most, Duration wait) {
            long until = clock.nanoTime() + wait.toNanos();
            long next = atNanos.isEmpty() ? until : Math.min(until, atNanos.peek());
            clock.advance(Duration.ofNanos(Math.max(0, next - clock.nanoTime())));
            int got = 0;
            while (got < most && !atNanos.isEmpty() && atNanos.peek() <= clock.nanoTime()) {
                atNanos.remove();
                into[at + got++] = coming.remove();
            }
            return got;
        }

        @Override
        public int available() {
            return (int) atNanos.stream().filter(t -> t <= clock.nanoTime()).count();
        }

        @Override
        public void close() {
            open.remove(this);
            coming.clear();
            atNanos.clear();
        }
    }

    private Duration read(int unit) throws Exception {
        long from = clock.nanoTime();
        var values = lanes.read(new Line.Read(unit, Area.HOLDING, 0, 1), LIMIT, trace);
        assertThat(values[1]).as("its own value").isEqualTo((byte) unit);
        return Duration.ofNanos(clock.nanoTime() - from);
    }

    @Test
    void aUnitThatBecameSlowStillGivesItsValueWithinItsLimit() throws Exception {
        answersAfter.put(BAD, SLOW);
        assertThat(read(BAD)).isLessThanOrEqualTo(LIMIT);
        assertThat(read(BAD)).isEqualTo(SLOW);
        assertThat(lanes.note(BAD)).contains("slow: it is asked over a connection of its own");
        assertThat(lanes.note(GOOD)).isEmpty();
    }

    @Test
    void itsNeighboursGoOnAsIfItWereNotThere() throws Exception {
        answersAfter.put(BAD, Duration.ofMinutes(1));
        for (int i = 0; i < 20; i++) {
            assertThatThrownBy(() -> read(BAD)).isInstanceOf(SocketTimeoutException.class);
            assertThat(read(GOOD)).isEqualTo(QUICK);
        }
        assertThat(open).hasSizeLessThanOrEqualTo(2);
    }

    @Test
    void aUnitThatIsQuickAgainComesBackAndTheSecondConnectionIsClosed() throws Exception {
        answersAfter.put(BAD, SLOW);
        read(BAD);
        read(BAD);
        read(GOOD);
        assertThat(open).hasSize(2);
        answersAfter.put(BAD, QUICK);
        for (int i = 0; i < 200 && open.size() > 1; i++) {
            assertThat(read(BAD)).isEqualTo(QUICK);
        }
        assertThat(open).hasSize(1);
        assertThat(lanes.note(BAD)).isEmpty();
    }

    // As many small gateways: the second connection is taken by the system and never served.
    @Test
    void whereASecondConnectionIsNotServedTheNeighboursHaveTheFirst() throws Exception {
        mostServed = 1;
        answersAfter.put(BAD, Duration.ofMinutes(1));
        assertThatThrownBy(() -> read(BAD)).isInstanceOf(SocketTimeoutException.class);
        assertThat(read(GOOD)).isLessThan(LIMIT);
        int before = opened;
        answersAfter.put(BAD, QUICK);
        for (int i = 0; i < 10; i++) {
            read(BAD);
            assertThat(read(GOOD)).isEqualTo(QUICK);
        }
        assertThat(opened).as("no second connection is tried").isEqualTo(before);
    }

    @Test
    void whereASecondConnectionIsRefusedTheFirstServesAll() throws Exception {
        mostTaken = 1;
        answersAfter.put(BAD, Duration.ofMillis(100));
        read(BAD);
        lanes.open(LIMIT);
        for (int i = 0; i < 10; i++) {
            assertThat(read(BAD)).isEqualTo(Duration.ofMillis(100));
            assertThat(read(GOOD)).isEqualTo(QUICK);
        }
        clock.advance(Lanes.NO_SIDE_FOR);
        mostTaken = 2;
        read(BAD);
        read(GOOD);
        assertThat(open).as("it is tried again at some time").hasSize(2);
    }

    // Two connections would not keep the pause that the device needs between two requests.
    @Test
    void aDeviceThatNeedsAGapHasOneConnection() throws Exception {
        lanes.pace(new Line.Pace(Duration.ofMillis(1), Duration.ZERO, true));
        answersAfter.put(BAD, SLOW);
        for (int i = 0; i < 10; i++) {
            read(BAD);
            read(GOOD);
        }
        assertThat(opened).isEqualTo(1);
    }

    @Test
    void withoutASideLaneARequestBehindALateAnswerIsAskedOverANewConnection() throws Exception {
        var alone = new Lanes(line(new Connection()), Optional.empty(), clock);
        alone.pace(new Line.Pace(Duration.ZERO, Duration.ZERO, true));
        var bad = new Line.Read(BAD, Area.HOLDING, 0, 1);
        var good = new Line.Read(GOOD, Area.HOLDING, 0, 1);
        alone.read(good, LIMIT, trace);
        answersAfter.put(BAD, Duration.ofMinutes(1));
        for (int i = 0; i < 20; i++) {
            assertThatThrownBy(() -> alone.read(bad, LIMIT, trace))
                    .isInstanceOf(SocketTimeoutException.class);
            long from = clock.nanoTime();
            assertThat(alone.read(good, LIMIT, trace)[1]).isEqualTo((byte) GOOD);
            var most = i == 0 ? Patience.LEAST.plus(QUICK) : QUICK;
            assertThat(Duration.ofNanos(clock.nanoTime() - from)).isEqualTo(most);
        }
    }

    // So a gateway that was restarted, and now has another master beside us.
    @Test
    void aWriteGoesOverTheFirstConnectionWhereTheSecondCantBeHad() throws Exception {
        answersAfter.put(BAD, SLOW);
        read(BAD);
        read(GOOD);
        assertThat(open).hasSize(2);
        open.removeFirst();
        mostTaken = 1;
        lanes.read(new Line.Read(GOOD, Area.HOLDING, 0, 1), LIMIT, trace);
        lanes.write(WriteRequest.register(BAD, 0, 7), LIMIT, trace);
        assertThat(trace.answer()).as("its answer").hasSize(12);
    }

    // What is sent with no time left is taken by the device and told as not answered.
    @Test
    void aWriteHasItsTimeAlsoWhereTheSecondConnectionIsRefusedLate() throws Exception {
        answersAfter.put(BAD, SLOW);
        read(BAD);
        open.removeLast();
        mostTaken = 1;
        refusesAfter = Duration.ofMinutes(1);
        lanes.write(WriteRequest.register(BAD, 0, 7), LIMIT, trace);
        assertThat(trace.answer()).as("its answer").hasSize(12);
    }

    @Test
    void aWriteHasItsTimeAlsoWhereItWaitedForAReadOfItsUnit() throws Exception {
        answersAfter.put(BAD, SLOW);
        read(BAD);
        var failures = new ArrayList<Exception>();
        var writes = new ArrayList<Thread>();
        onWrite =
                () -> {
                    onWrite = () -> {};
                    writes.add(Thread.ofVirtual().start(() -> writeBad(failures)));
                    while (writes.getLast().getState() != Thread.State.WAITING) {
                        Thread.onSpinWait();
                    }
                };
        read(BAD);
        writes.getLast().join();
        assertThat(failures).isEmpty();
    }

    private void writeBad(List<Exception> failures) {
        try {
            lanes.write(WriteRequest.register(BAD, 0, 7), LIMIT, new Trace());
        } catch (IOException | RefusalException e) {
            failures.add(e);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void theSecondConnectionIsClosedWhenNobodySharesTheLineAnyMore() throws Exception {
        answersAfter.put(BAD, SLOW);
        read(BAD);
        read(GOOD);
        assertThat(open).hasSize(2);
        lanes.pace(Line.Pace.NONE);
        assertThat(open).hasSize(1);
        assertThat(lanes.note(BAD)).isEmpty();
        assertThat(read(BAD)).as("all is asked over the first").isEqualTo(SLOW);
        assertThat(open).hasSize(1);
    }

    @Test
    void theSecondConnectionIsClosedWhenItsUnitIsTakenOutOfTheConfiguration() throws Exception {
        var users = new HashMap<Integer, ModbusSettings>();
        var lines = new Lines((_, _) -> lanes);
        for (int unit : new int[] {BAD, GOOD, 3}) {
            var device =
                    DeviceFixture.of(
                            "d" + unit,
                            new ModbusDriverFactory(),
                            "url: 'tcp://127.0.0.1:502'\nunit-id: %d\ntags: {a: {address: 'holding:0', type: uint16}}"
                                    .formatted(unit));
            users.put(unit, (ModbusSettings) device.spec().settings());
            lines.acquire(Objects.requireNonNull(users.get(unit)), clock);
        }
        answersAfter.put(BAD, SLOW);
        read(BAD);
        read(GOOD);
        assertThat(open).hasSize(2);
        lines.release(Objects.requireNonNull(users.get(BAD)));
        assertThat(open).hasSize(1);
        assertThat(lanes.note(BAD)).isEmpty();
    }

    /** A serial line on which the good unit's thread waits whenever the bad one is asked. */
    private Lanes contended(List<Thread> waiting) {
        var bus = new Lanes[1];
        var connection =
                new Connection() {
                    @Override
                    public void write(byte[] request) {
                        super.write(request);
                        if (request[6] == BAD) {
                            waiting.add(Thread.ofVirtual().start(() -> readGood(bus[0])));
                            while (waiting.getLast().getState() != Thread.State.WAITING) {
                                Thread.onSpinWait();
                            }
                        }
                    }
                };
        bus[0] = new Lanes(line(connection), Optional.empty(), clock);
        bus[0].pace(new Line.Pace(Duration.ZERO, Duration.ZERO, true));
        return bus[0];
    }

    private Lanes withASlowUnit(List<Thread> waiting) throws Exception {
        var bus = contended(waiting);
        bus.read(new Line.Read(GOOD, Area.HOLDING, 0, 1), LIMIT, trace);
        answersAfter.put(BAD, SLOW);
        bus.read(new Line.Read(BAD, Area.HOLDING, 0, 1), LIMIT, trace);
        waiting.removeLast().join();
        assertThat(bus.note(BAD)).contains("one part in " + Lanes.SHARE);
        return bus;
    }

    // A serial line has one thing at a time: who takes long lets the others go before.
    @Test
    void aSlowUnitOnASerialLineHasItsShareOfTheTimeOnly() throws Exception {
        var waiting = new ArrayList<Thread>();
        var bus = withASlowUnit(waiting);
        long from = clock.nanoTime();
        bus.read(new Line.Read(BAD, Area.HOLDING, 0, 1), LIMIT, trace);
        waiting.removeLast().join();
        assertThat(Duration.ofNanos(clock.nanoTime() - from))
                .isGreaterThanOrEqualTo(SLOW.multipliedBy(Lanes.SHARE - 1));
    }

    @Test
    void aPersonWhoWritesToASlowUnitDoesNotWaitForItsShare() throws Exception {
        var waiting = new ArrayList<Thread>();
        var bus = withASlowUnit(waiting);
        var device =
                DeviceFixture.of(
                        "slow",
                        new ModbusDriverFactory(),
                        "url: 'rtu:///dev/ttyS0'\nunit-id: %d\ntimeout: 500ms\ntags: {a: {address: 'holding:0', type: uint16, access: write}}"
                                .formatted(BAD));
        long from = clock.nanoTime();
        assertThat(new Writer(device.spec(), bus, clock).write(0, BAD)).isEqualTo(BAD);
        for (var thread : waiting) {
            thread.join();
        }
        assertThat(Duration.ofNanos(clock.nanoTime() - from)).isLessThan(SLOW.multipliedBy(3));
    }

    private static void readGood(Lanes bus) {
        try {
            bus.read(new Line.Read(GOOD, Area.HOLDING, 0, 1), LIMIT, new Trace());
        } catch (IOException | RefusalException e) {
            throw new AssertionError(e);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
