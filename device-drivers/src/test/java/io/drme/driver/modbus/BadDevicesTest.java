package io.drme.driver.modbus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drme.driver.DeviceFixture;
import io.drme.driver.DeviceLoop;
import io.drme.driver.DeviceStatus.State;
import io.drme.driver.DriverException;
import io.drme.driver.PolledDriver;
import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.model.Reason;
import io.drme.sim.fault.Fault;
import io.drme.sim.fault.FaultKind;
import io.drme.time.SystemClock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Devices that misbehave in each way that the simulator knows. Every value says its own unit and
 * address, so that one which landed on another tag is seen.
 */
@Timeout(120)
class BadDevicesTest {
    private static final String PLANT =
            """
            devices:
              press:
                protocol: modbus
                listen: "LISTEN"
                units:
                  1: {fill: {"holding:0-99": {value: address}, "input:0-99": {value: address}}}
                  2: {fill: {"holding:0-99": {value: address}, "input:0-99": {value: address}}}
            """;
    private static final String TCP = "tcp";
    private static final String RTU_TCP = "rtu-tcp";

    /** With these a device may answer well all the same. */
    private static final Set<FaultKind> NOW_AND_THEN =
            Set.of(FaultKind.JITTER, FaultKind.RESTART, FaultKind.ONE_CONNECTION);

    private static final int[] ADDRESSES = {0, 1, 40, 41, 90};
    private static final int ATTEMPTS = 4;
    private static final int GOOD_POLLS = 25;
    private static final Duration POLL = Duration.ofMillis(10);

    private final SystemClock clock = new SystemClock();
    private final ModbusDriverFactory factory = new ModbusDriverFactory();
    private SimulatedPress press;

    @BeforeEach
    void start() throws Exception {
        press = started(TCP);
    }

    private static SimulatedPress started(String scheme) throws Exception {
        var listen = scheme.equals(TCP) ? "127.0.0.1:0" : scheme + "://127.0.0.1:0";
        return SimulatedPress.start(PLANT.replace("LISTEN", listen));
    }

    @AfterEach
    void stop() {
        press.close();
    }

    private DeviceFixture fixture(int unit, Duration timeout) {
        return fixture(TCP, unit, timeout);
    }

    private DeviceFixture fixture(String scheme, int unit, Duration timeout) {
        var yaml =
                new StringBuilder(
                        "url: \"%s://127.0.0.1:%d\"\nunit-id: %d\ntimeout: %dms\ntags:\n"
                                .formatted(scheme, press.port(), unit, timeout.toMillis()));
        for (var area : new String[] {"holding", "input"}) {
            for (int address : ADDRESSES) {
                yaml.append(
                        "  %s-%d: {address: \"%s:%d\", type: uint16, poll: %dms}\n"
                                .formatted(area, address, area, address, POLL.toMillis()));
            }
        }
        return DeviceFixture.of("unit-" + unit, factory, yaml.toString());
    }

    private PolledDriver driver(DeviceFixture fixture) {
        return (PolledDriver)
                factory.create(fixture.spec(), fixture.groups(), Path.of("unused"), clock);
    }

    /** Every good sample has the value of its own address; gives the number of good ones. */
    private static int checkEachValueIsItsOwn(DeviceFixture fixture, int unit, Batch batch) {
        int good = 0;
        for (int i = 0; i < batch.size(); i++) {
            if (Quality.isGood(batch.qualities()[i])) {
                int index = batch.tags()[i] - DeviceFixture.FIRST_TABLE_INDEX;
                var address = (ModbusAddress) fixture.spec().tags().get(index).address();
                assertThat(batch.bits()[i])
                        .as("unit %d %s", unit, address)
                        .isEqualTo(1000L * unit + address.start());
                good++;
            }
        }
        return good;
    }

    /** All that a device can do wrong on either kind of frames, but for lying in earnest. */
    static Stream<Arguments> modes() throws Exception {
        return Stream.concat(
                modes(TCP).stream().map(kind -> Arguments.of(TCP, kind)),
                modes(RTU_TCP).stream().map(kind -> Arguments.of(RTU_TCP, kind)));
    }

    private static List<FaultKind> modes(String scheme) throws Exception {
        try (var device = started(scheme)) {
            return device.faultKinds().stream()
                    .filter(kind -> kind != FaultKind.NONE && !kind.isAboutValues())
                    .toList();
        }
    }

    @Test
    void aDozenModesAreTriedOnEitherKindOfFrames() throws Exception {
        assertThat(modes(TCP)).hasSizeGreaterThanOrEqualTo(12);
        assertThat(modes(RTU_TCP)).hasSizeGreaterThanOrEqualTo(12);
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("modes")
    void noValueEverLandsOnAnotherTagAndTheDriverRecovers(String scheme, FaultKind kind)
            throws Exception {
        press.close();
        press = started(scheme);
        var fixture = fixture(scheme, 1, Duration.ofMillis(60));
        try (var driver = driver(fixture)) {
            press.fault("", SimulatedPress.delayed(kind, Duration.ofMillis(75)));
            for (int i = 0; i < ATTEMPTS; i++) {
                var batch = new Batch();
                try {
                    driver.connect();
                    driver.poll(0, batch);
                    checkEachValueIsItsOwn(fixture, 1, batch);
                    assertThat(kind == FaultKind.EXCEPTION || NOW_AND_THEN.contains(kind))
                            .as("poll of a bad device")
                            .isTrue();
                } catch (DriverException.Unreachable e) {
                    assertThat(e).hasMessageContaining("unit-1 (%s://127.0.0.1:".formatted(scheme));
                    driver.disconnect();
                }
            }
            press.fault(FaultKind.NONE);
            awaitAll(driver, fixture);
        }
        var patient = fixture(scheme, 1, Duration.ofSeconds(10));
        try (var driver = driver(patient)) {
            driver.connect();
            var batch = new Batch();
            driver.poll(0, batch);
            assertThat(checkEachValueIsItsOwn(patient, 1, batch)).isEqualTo(2 * ADDRESSES.length);
        }
    }

    /** The same driver reads all again; what still was on its way is no value of another tag. */
    private static void awaitAll(PolledDriver driver, DeviceFixture fixture) throws Exception {
        for (int good = 0; good < 2 * ADDRESSES.length; ) {
            var batch = new Batch();
            try {
                driver.connect();
                driver.poll(0, batch);
                good = checkEachValueIsItsOwn(fixture, 1, batch);
            } catch (DriverException.Unreachable _) {
                driver.disconnect();
            }
        }
    }

    // Two devices, each with its loop and its thread: what one does must not be felt by the other.
    @ParameterizedTest
    @EnumSource(
            value = FaultKind.class,
            names = {"SILENT", "RESET", "EXCEPTION", "WRONG_TRANSACTION", "DRIP"})
    void aGoodNeighbourKeepsItsPollsAndTheBadOneComesBackByItself(FaultKind kind) throws Exception {
        try (var neighbour = started(TCP)) {
            var bad = new Running(fixture(1, Duration.ofSeconds(2)), 1);
            var here = press;
            press = neighbour;
            var good = new Running(fixture(2, Duration.ofSeconds(10)), 2);
            press = here;
            try (bad;
                    good) {
                bad.awaitGood(2);
                press.fault("", SimulatedPress.delayed(kind, Duration.ofSeconds(1)));
                if (kind == FaultKind.EXCEPTION) {
                    bad.awaitSample(Quality.bad(Reason.DEVICE_BAD));
                } else {
                    bad.awaitState(State.UNREACHABLE);
                }
                good.awaitGood(GOOD_POLLS);
                assertThat(good.loop.status().counters().badSamples()).isZero();
                assertThat(good.loop.status().counters().failures()).isZero();
                press.fault(FaultKind.NONE);
                bad.awaitState(State.GOOD);
                bad.awaitSample(Quality.GOOD);
            }
        }
    }

    /** A device's loop in its own thread, with the queue that it fills. */
    private final class Running implements AutoCloseable {
        private final DeviceFixture fixture;
        private final int unit;
        private final ArrayBlockingQueue<Batch> queue = new ArrayBlockingQueue<>(4);
        private final DeviceLoop loop;
        private final Thread thread;

        Running(DeviceFixture fixture, int unit) {
            this.fixture = fixture;
            this.unit = unit;
            this.loop =
                    new DeviceLoop(
                            fixture.spec(),
                            fixture.groups(),
                            driver(fixture),
                            0,
                            queue,
                            clock,
                            new SplittableRandom(unit));
            this.thread = Thread.ofVirtual().name("device-" + unit).start(loop);
        }

        private Batch next() throws InterruptedException {
            var batch = queue.poll(30, TimeUnit.SECONDS);
            assertThat(batch).as("a tick").isNotNull();
            checkEachValueIsItsOwn(fixture, unit, batch);
            return batch;
        }

        void awaitGood(int polls) throws InterruptedException {
            for (int good = 0; good < polls; ) {
                good += checkEachValueIsItsOwn(fixture, unit, next()) > 0 ? 1 : 0;
            }
        }

        void awaitState(State state) throws InterruptedException {
            while (loop.status().state() != state) {
                next();
            }
        }

        void awaitSample(byte quality) throws InterruptedException {
            for (var batch = next(); ; batch = next()) {
                if (batch.size() > 0 && batch.qualities()[0] == quality) {
                    return;
                }
            }
        }

        @Override
        public void close() {
            loop.stop();
            queue.clear();
            try {
                assertThat(thread.join(Duration.ofSeconds(10))).isTrue();
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        }
    }

    // Units behind one gateway share its connection: a dead unit costs the others time, no value.
    @Test
    void aSilentUnitDoesNotSpoilItsNeighbourOnTheSameConnection() throws Exception {
        var quiet = fixture(1, Duration.ofMillis(60));
        var lively = fixture(2, Duration.ofSeconds(10));
        try (var first = driver(quiet);
                var second = driver(lively)) {
            first.connect();
            second.connect();
            press.fault("1", SimulatedPress.delayed(FaultKind.SLOW, Duration.ofMillis(75)));
            for (int i = 0; i < ATTEMPTS; i++) {
                assertThatThrownBy(() -> first.poll(0, new Batch()))
                        .isInstanceOf(DriverException.Unreachable.class);
                first.disconnect();
                var batch = new Batch();
                second.poll(0, batch);
                assertThat(checkEachValueIsItsOwn(lively, 2, batch))
                        .isEqualTo(2 * ADDRESSES.length);
            }
        }
    }

    @Test
    void aDeviceThatIsMissingBehindItsGatewayIsUnreachable() throws Exception {
        var fixture = fixture(9, Duration.ofSeconds(10));
        try (var driver = driver(fixture)) {
            driver.connect();
            assertThatThrownBy(() -> driver.poll(0, new Batch()))
                    .isInstanceOf(DriverException.Unreachable.class)
                    .hasMessageContaining("is not reached by its gateway: exception 11");
        }
    }

    @Test
    void whatPassedLastIsShownInHex() throws Exception {
        var fixture = fixture(1, Duration.ofSeconds(10));
        try (var driver = driver(fixture)) {
            driver.connect();
            driver.poll(0, new Batch());
            assertThat(driver.lastExchange().request()).endsWith("00 06 01 03 00 5a 00 01");
            assertThat(driver.lastExchange().answer()).endsWith("00 05 01 03 02 04 42");
            assertThat(driver.lastExchange().error()).isEmpty();
            press.fault("1", new Fault(FaultKind.EXCEPTION, Duration.ZERO, 1));
            driver.poll(0, new Batch());
            assertThat(driver.lastExchange().answer()).endsWith("01 83 01");
            assertThat(driver.lastExchange().error()).contains("exception 1 (illegal function)");
        }
    }
}
