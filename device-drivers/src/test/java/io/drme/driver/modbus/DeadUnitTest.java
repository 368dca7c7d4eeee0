package io.drme.driver.modbus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drme.driver.DeviceFixture;
import io.drme.driver.DeviceLoop;
import io.drme.driver.DeviceStatus.State;
import io.drme.model.Batch;
import io.drme.testing.ManualClock;
import java.io.ByteArrayOutputStream;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ArrayBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Units on one line, of which one is dead, in virtual time: what it costs its neighbours, and that
 * it comes back. With the whole time limit at each try a neighbour kept 97.8 % of its polls.
 */
class DeadUnitTest {
    private static final Duration ANSWER = Duration.ofMillis(6);
    private static final Duration TIMEOUT = Duration.ofMillis(500);
    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration MINUTES = Duration.ofMinutes(10);
    private static final int DEAD = 3;

    private final ManualClock clock = new ManualClock();
    private final Bus bus = new Bus();
    private final Lines lines =
            new Lines(
                    (_, _) -> new Lanes(new Line(bus, framing(), clock), Optional.empty(), clock));
    private final ArrayBlockingQueue<Batch> queue = new ArrayBlockingQueue<>(1000);
    private final List<DeviceLoop> loops = new ArrayList<>();
    private String scheme = "tcp";
    private Duration warmUp = Duration.ZERO;
    private Duration poll = POLL;

    private Framing framing() {
        return scheme.equals("tcp") ? new Mbap() : new Rtu(Duration.ofMillis(2), clock);
    }

    /** Four units that answer after {@link #ANSWER}, but for those that are dead. */
    private final class Bus implements Transport {
        private final Set<Integer> dead = new HashSet<>();
        private final ByteArrayOutputStream coming = new ByteArrayOutputStream();
        private int opened;
        private int taken;
        private boolean open;

        @Override
        public boolean isOpen() {
            return open;
        }

        @Override
        public void open(Duration timeout) {
            opened++;
            open = true;
            coming.reset();
            taken = 0;
        }

        @Override
        public void write(byte[] request) {
            int at = scheme.equals("tcp") ? 6 : 0;
            if (dead.contains((int) request[at])) {
                return;
            }
            boolean echo = request[at + 1] == 8;
            var pdu =
                    echo
                            ? new byte[] {request[at], (byte) 0x88, 1}
                            : new byte[] {request[at], 3, 2, 0, request[at]};
            if (at == 0) {
                coming.writeBytes(RtuPeer.sealed(pdu));
            } else {
                coming.writeBytes(new byte[] {request[0], request[1], 0, 0, 0, 5});
                coming.writeBytes(pdu);
            }
        }

        @Override
        public int read(byte[] into, int at, int most, Duration wait) {
            int there = Math.min(most, available());
            if (there == 0 || taken == 0) {
                clock.advance(there == 0 ? wait : ANSWER);
            }
            System.arraycopy(coming.toByteArray(), taken, into, at, there);
            taken += there;
            if (available() == 0) {
                coming.reset();
                taken = 0;
            }
            return there;
        }

        @Override
        public int available() {
            return coming.size() - taken;
        }

        @Override
        public void close() {
            open = false;
        }
    }

    private DeviceFixture fixture(int unit) {
        return DeviceFixture.of(
                "unit-" + unit,
                new ModbusDriverFactory(),
                """
                url: "tcp://bus"
                unit-id: %d
                timeout: %dms
                warm-up: %ds
                tags: {t: {address: "holding:0", type: uint16, poll: %dms}}
                """
                        .formatted(unit, TIMEOUT.toMillis(), warmUp.toSeconds(), poll.toMillis()));
    }

    private ModbusDriver driver(int unit) {
        var fixture = fixture(unit);
        return new ModbusDriver(fixture.spec(), fixture.groups(), lines, clock);
    }

    private DeviceLoop loop(int unit) {
        var fixture = fixture(unit);
        return new DeviceLoop(
                fixture.spec(),
                fixture.groups(),
                new ModbusDriver(fixture.spec(), fixture.groups(), lines, clock),
                unit,
                queue,
                clock,
                new SplittableRandom(unit));
    }

    /** Lets all loops run as they would, one request at a time. */
    private void run(Duration time) throws InterruptedException {
        long end = clock.nanoTime() + time.toNanos();
        while (clock.nanoTime() < end) {
            var next =
                    loops.stream()
                            .min(Comparator.comparingLong(DeviceLoop::dueNanos))
                            .orElseThrow();
            next.step();
            for (var batch = queue.poll(); batch != null; batch = queue.poll()) {
                check(batch);
            }
        }
    }

    private static void check(Batch batch) {
        for (int i = 0; i < batch.size(); i++) {
            if (batch.bits()[i] != 0) {
                assertThat(batch.bits()[i]).as("a unit's own value").isEqualTo(batch.group());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp", "rtu"})
    void neighboursOfADeadUnitKeepTheirPollsAndTheConnection(String kind) throws Exception {
        scheme = kind;
        for (int unit = 1; unit <= 4; unit++) {
            loops.add(loop(unit));
        }
        run(Duration.ofSeconds(5));
        bus.dead.add(DEAD);
        var before = loops.stream().map(l -> l.status().counters().polls()).toList();
        run(MINUTES);
        long due = MINUTES.toNanos() / POLL.toNanos();
        for (int unit = 1; unit <= 4; unit++) {
            var status = loops.get(unit - 1).status();
            long polls = status.counters().polls() - before.get(unit - 1);
            if (unit == DEAD) {
                assertThat(status.state()).isEqualTo(State.UNREACHABLE);
            } else {
                assertThat(status.counters().failures()).isZero();
                assertThat(polls).as("polls of unit %d", unit).isGreaterThan(due * 99 / 100);
            }
        }
        assertThat(bus.opened).as("connections").isEqualTo(1);
        bus.dead.clear();
        run(Duration.ofSeconds(31));
        assertThat(loops.get(DEAD - 1).status().state()).isEqualTo(State.GOOD);
    }

    private Duration silence(Line line, Trace trace) {
        long from = clock.nanoTime();
        assertThatThrownBy(() -> line.read(new Line.Read(1, Area.HOLDING, 0, 1), TIMEOUT, trace))
                .isInstanceOf(SocketTimeoutException.class);
        return Duration.ofNanos(clock.nanoTime() - from);
    }

    // Nobody waits for the line, so there is no reason to be short with the device.
    @ParameterizedTest
    @CsvSource({"false, 500", "true, 50"})
    void aUnitHasItsWholeTimeAtEachTryUnlessOthersWait(boolean shared, long millis)
            throws Exception {
        var line = new Line(bus, framing(), clock);
        line.pace(new Line.Pace(Duration.ZERO, Duration.ZERO, shared));
        var trace = new Trace();
        line.read(new Line.Read(1, Area.HOLDING, 0, 1), TIMEOUT, trace);
        bus.dead.add(1);
        assertThat(silence(line, trace)).isEqualTo(TIMEOUT);
        for (int again = 0; again < 2; again++) {
            assertThat(silence(line, trace)).isEqualTo(Duration.ofMillis(millis));
            assertThat(trace.limit()).isEqualTo(Duration.ofMillis(millis));
        }
    }

    @Test
    void aSilentUnitIsToldWithTheTimeThatItReallyHad() throws Exception {
        var first = driver(1);
        var second = driver(2);
        first.poll(0, new Batch(1));
        second.poll(0, new Batch(1));
        bus.dead.add(1);
        assertThatThrownBy(() -> first.poll(0, new Batch(1)))
                .hasMessageContaining("gave no answer within 500 ms; check the unit-id, or raise");
        assertThatThrownBy(() -> first.poll(0, new Batch(1)))
                .hasMessageContaining("gave no answer within 50 ms (others wait for the line")
                .hasMessageContaining("its timeout of 500 ms only at each 8th try)");
        second.close();
        assertThatThrownBy(() -> first.poll(0, new Batch(1)))
                .hasMessageContaining("gave no answer within 500 ms; check");
        first.close();
    }

    // Each new connection would cost all of them the warm-up, so that hardly a poll were left.
    @ParameterizedTest
    @ValueSource(strings = {"tcp", "rtu"})
    void deadUnitsBesideOneAnotherDoNotCostTheOthersAWarmUpAgainAndAgain(String kind)
            throws Exception {
        scheme = kind;
        warmUp = Duration.ofSeconds(60);
        for (int unit = 1; unit <= 4; unit++) {
            loops.add(loop(unit));
        }
        run(Duration.ofMinutes(2));
        bus.dead.addAll(Set.of(1, 2, DEAD));
        long before = loops.getLast().status().counters().polls();
        run(MINUTES);
        assertThat(bus.opened).as("connections").isEqualTo(1);
        assertThat(loops.getLast().status().counters().failures()).isZero();
        assertThat(loops.getLast().status().counters().polls() - before)
                .isGreaterThan(MINUTES.toNanos() / POLL.toNanos() * 97 / 100);
        bus.dead.add(4);
        run(Duration.ofMinutes(3));
        assertThat(bus.opened).as("connections once nobody answers").isGreaterThan(1);
        bus.dead.clear();
        run(Duration.ofMinutes(3));
        assertThat(loops).allMatch(loop -> loop.status().state() == State.GOOD);
    }

    // Between two of its polls the dead ones are tried so often that it looks as if nobody
    // answered.
    @ParameterizedTest
    @ValueSource(strings = {"tcp", "rtu"})
    void aUnitThatIsSeldomAskedKeepsTheConnectionToo(String kind) throws Exception {
        scheme = kind;
        warmUp = Duration.ofSeconds(60);
        poll = Duration.ofMinutes(1);
        for (int unit = 1; unit <= 4; unit++) {
            loops.add(loop(unit));
        }
        run(Duration.ofMinutes(3));
        bus.dead.addAll(Set.of(1, 2, DEAD));
        run(Duration.ofMinutes(30));
        assertThat(bus.opened).as("connections").isEqualTo(1);
        assertThat(loops.getLast().status().counters().failures()).isZero();
    }

    @Test
    void aSilentUnitHasItsWholeTimeAtEachEighthTry() {
        var patience = new Patience();
        assertThat(patience.with(1, TIMEOUT)).isEqualTo(TIMEOUT);
        patience.learn(1, true, Duration.ofMillis(40).toNanos());
        assertThat(patience.with(1, TIMEOUT)).isEqualTo(TIMEOUT);
        for (int i = 1; i < Patience.WHOLE_EVERY; i++) {
            patience.learn(1, false, 0);
            assertThat(patience.with(1, TIMEOUT)).isEqualTo(Duration.ofMillis(200));
        }
        patience.learn(1, false, 0);
        assertThat(patience.with(1, TIMEOUT)).isEqualTo(TIMEOUT);
        patience.learn(1, true, 0);
        assertThat(patience.with(1, TIMEOUT)).isEqualTo(TIMEOUT);
    }
}
