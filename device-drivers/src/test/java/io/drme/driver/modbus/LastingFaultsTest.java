package io.drme.driver.modbus;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.driver.DeviceFixture;
import io.drme.driver.WatchedDevice;
import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.sim.fault.FaultKind;
import io.drme.time.SystemClock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * All faults for a whole minute, on real sockets: what neighbours keep of their polls, on other
 * lines and, where one unit of several is bad, on the same line. Only with {@code --long}: a
 * machine that stands still fails it.
 */
@Timeout(300)
@EnabledIfSystemProperty(named = "drme.long", matches = "true")
class LastingFaultsTest {
    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration LASTING = Duration.ofSeconds(60);
    private static final long DUE = LASTING.dividedBy(POLL);
    private static final Duration DELAY = Duration.ofSeconds(1);
    private static final int BAD = 1;
    private static final int GOOD = 2;
    private final SystemClock clock = new SystemClock();
    private final ModbusDriverFactory factory = new ModbusDriverFactory();

    private static List<FaultKind> modes(String scheme) throws Exception {
        try (var device = started(scheme)) {
            return device.faultKinds().stream()
                    .filter(kind -> kind != FaultKind.NONE && !kind.isAboutValues())
                    .toList();
        }
    }

    private static SimulatedPress started(String scheme) throws Exception {
        var listen = scheme.equals("tcp") ? "127.0.0.1:0" : scheme + "://127.0.0.1:0";
        return SimulatedPress.start(
                """
                devices:
                  press:
                    protocol: modbus
                    listen: "%s"
                    units:
                      1: {fill: {"holding:0-99": {value: address}}}
                      2: {fill: {"holding:0-99": {value: address}}}
                """
                        .formatted(listen));
    }

    // One device for each fault, all at once: what they do to one that is good.
    @ParameterizedTest
    @ValueSource(strings = {"tcp", "rtu-tcp"})
    void aDeviceOnAnotherLineKeepsItsPolls(String scheme) throws Exception {
        try (var other = started(scheme);
                var neighbour = new Running(scheme, other.port(), GOOD)) {
            var lines = lines(scheme, "");
            try {
                for (var line : lines) {
                    line.begin();
                }
                neighbour.awaitGood();
                neighbour.keepsItsPolls();
                allComeBack(lines);
            } finally {
                lines.forEach(Line::close);
            }
        }
    }

    // One unit of each line is bad, all lines at once: what the other unit keeps.
    @ParameterizedTest
    @ValueSource(strings = {"tcp", "rtu-tcp"})
    void aUnitOnTheSameLineKeepsItsPolls(String scheme) throws Exception {
        var lines = lines(scheme, "" + BAD);
        try {
            for (var line : lines) {
                line.begin();
            }
            var before = lines.stream().map(l -> l.neighbour.good.get()).toList();
            clock.sleep(LASTING);
            var soft = new SoftAssertions();
            for (int i = 0; i < lines.size(); i++) {
                var line = lines.get(i);
                soft.assertThat(line.neighbour.good.get() - before.get(i))
                        .as("%s: good polls of %d", line.kind, dueBeside(line.kind))
                        .isGreaterThanOrEqualTo(dueBeside(line.kind) * 99 / 100);
            }
            soft.assertAll();
            allComeBack(lines);
        } finally {
            lines.forEach(Line::close);
        }
    }

    /** A unit restarts with its device, which nobody can poll while it is away. */
    private static long dueBeside(FaultKind kind) {
        return kind == FaultKind.RESTART ? DUE - DELAY.dividedBy(POLL) : DUE;
    }

    /** All at once: each waits for up to half a minute before it is tried again. */
    private static void allComeBack(List<Line> lines) throws InterruptedException {
        lines.forEach(Line::heal);
        for (var line : lines) {
            line.awaitBack();
        }
    }

    private List<Line> lines(String scheme, String unit) throws Exception {
        var lines = new ArrayList<Line>();
        for (var kind : modes(scheme)) {
            lines.add(new Line(scheme, kind, unit));
        }
        return lines;
    }

    /** A device with two units, the first of which gets a fault. */
    private final class Line implements AutoCloseable {
        private final FaultKind kind;
        private final String place;
        private final SimulatedPress press;
        private final Running bad;
        private final Running neighbour;

        Line(String scheme, FaultKind kind, String place) throws Exception {
            this.kind = kind;
            this.place = place;
            this.press = started(scheme);
            this.bad = new Running(scheme, press.port(), BAD);
            this.neighbour = new Running(scheme, press.port(), GOOD);
        }

        void begin() throws InterruptedException {
            bad.awaitGood();
            neighbour.awaitGood();
            press.fault(place, SimulatedPress.delayed(kind, DELAY));
        }

        void heal() {
            press.fault(place, SimulatedPress.delayed(FaultKind.NONE, Duration.ZERO));
        }

        void awaitBack() throws InterruptedException {
            bad.awaitGood();
            neighbour.awaitGood();
        }

        @Override
        public void close() {
            bad.close();
            neighbour.close();
            press.close();
        }
    }

    /** A device, and what it delivered. */
    private final class Running implements AutoCloseable {
        private final DeviceFixture fixture;
        private final int unit;
        private final AtomicLong good = new AtomicLong();
        private final AtomicBoolean isWrong = new AtomicBoolean();
        private final WatchedDevice device;

        Running(String scheme, int port, int unit) {
            this.unit = unit;
            this.fixture =
                    DeviceFixture.of(
                            "unit-" + unit,
                            factory,
                            """
                            url: "%s://127.0.0.1:%d"
                            unit-id: %d
                            timeout: 500ms
                            tags:
                              a: {address: "holding:7", type: uint16, poll: %dms}
                              b: {address: "holding:61", type: uint16, poll: %dms}
                            """
                                    .formatted(
                                            scheme, port, unit, POLL.toMillis(), POLL.toMillis()));
            this.device =
                    new WatchedDevice(
                            fixture,
                            factory,
                            Path.of("unused"),
                            clock,
                            batch -> good.addAndGet(isGood(batch) ? 1 : 0));
        }

        private boolean isGood(Batch batch) {
            boolean isGood = true;
            for (int i = 0; i < batch.size(); i++) {
                boolean isValue = Quality.isGood(batch.qualities()[i]);
                isGood &= isValue;
                int index = batch.tags()[i] - DeviceFixture.FIRST_TABLE_INDEX;
                var address = (ModbusAddress) fixture.spec().tags().get(index).address();
                if (isValue && batch.bits()[i] != 1_000L * unit + address.start()) {
                    isWrong.set(true);
                }
            }
            return isGood;
        }

        void awaitGood() throws InterruptedException {
            long enough = good.get() + 3;
            device.awaitGood(() -> good.get() >= enough);
        }

        void keepsItsPolls() throws InterruptedException {
            long before = good.get();
            clock.sleep(LASTING);
            assertThat(good.get() - before)
                    .as("good polls of %d; %s", DUE, device.status().lastError())
                    .isGreaterThanOrEqualTo(DUE * 99 / 100);
        }

        @Override
        public void close() {
            device.close();
            assertThat(isWrong).as("a value of another tag").isFalse();
        }
    }
}
