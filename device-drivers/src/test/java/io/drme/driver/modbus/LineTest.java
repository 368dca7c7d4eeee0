package io.drme.driver.modbus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.drme.driver.modbus.Line.Read;
import io.drme.driver.modbus.Line.WrongAnswerException;
import io.drme.sim.fault.Fault;
import io.drme.sim.fault.FaultKind;
import io.drme.testing.ManualClock;
import io.drme.time.Clock;
import io.drme.time.SystemClock;
import java.io.EOFException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What was measured to be unsafe in j2mod's own connection, one test a trap. */
@Timeout(60)
class LineTest {
    private static final String PLANT =
            """
            devices:
              press:
                protocol: modbus
                listen: "127.0.0.1:PORT"
                units:
                  1: {fill: {"holding:0-199": {value: address}}}
                  2: {fill: {"holding:0-199": {value: address}}}
            """;
    private static final Duration TIMEOUT = Duration.ofMillis(80);
    private static final Duration PATIENT = Duration.ofSeconds(10);
    private static final Read TEN = new Read(1, Area.HOLDING, 10, 1);
    private static final Read TWENTY = new Read(1, Area.HOLDING, 20, 1);

    private final Trace trace = new Trace();
    private SimulatedPress press;
    private Line line;

    @BeforeEach
    void start() throws Exception {
        int port = SimulatedPress.quietPort();
        press = SimulatedPress.start(PLANT.replace("PORT", String.valueOf(port)));
        line = line(new SystemClock());
    }

    @AfterEach
    void stop() {
        line.shutdown();
        press.close();
    }

    private Line line(Clock clock) {
        return Line.to(new Endpoint.Tcp("127.0.0.1", press.port()), clock);
    }

    private int read(Read what) throws Exception {
        var bytes = line.read(what, TIMEOUT, trace);
        return (bytes[0] & 0xFF) << 8 | (bytes[1] & 0xFF);
    }

    /** Reads with a limit that a busy machine keeps too. */
    private int readPatiently(Read what) throws Exception {
        var bytes = line.read(what, PATIENT, trace);
        return (bytes[0] & 0xFF) << 8 | (bytes[1] & 0xFF);
    }

    @ParameterizedTest
    @CsvSource({
        "COIL,     0,     2000, 0007 0000 0006 11 01 0000 07d0",
        "DISCRETE, 3,     1,    0007 0000 0006 11 02 0003 0001",
        "HOLDING,  100,   125,  0007 0000 0006 11 03 0064 007d",
        "INPUT,    65535, 1,    0007 0000 0006 11 04 ffff 0001",
    })
    void requestsHaveTheBytesOfTheSpecification(Area area, int start, int count, String bytes)
            throws Exception {
        assertThat(HexFormat.of().formatHex(Mbap.encode(new Read(0x11, area, start, count), 7)))
                .isEqualTo(bytes.replace(" ", ""));
    }

    // j2mod gave the late answer to request 1 as the answer to request 3, under good quality.
    @Test
    void aLateAnswerIsNeverTakenForAnother() throws Exception {
        press.fault("", SimulatedPress.delayed(FaultKind.SLOW, TIMEOUT.multipliedBy(2)));
        for (int i = 0; i < 5; i++) {
            assertThatThrownBy(() -> read(TEN)).isInstanceOf(SocketTimeoutException.class);
            assertThatThrownBy(() -> read(TWENTY)).isInstanceOf(SocketTimeoutException.class);
        }
        press.fault(FaultKind.NONE);
        assertThat(readPatiently(TWENTY)).isEqualTo(1020);
        assertThat(readPatiently(TEN)).isEqualTo(1010);
    }

    @ParameterizedTest
    @EnumSource(
            value = FaultKind.class,
            names = {"WRONG_TRANSACTION", "WRONG_UNIT", "SHORT", "GARBAGE"})
    void anAnswerThatDoesNotFitIsRefusedAndTheNextRequestIsClean(FaultKind kind) throws Exception {
        press.fault(kind);
        var thrown =
                catchThrowable(() -> line.read(new Read(1, Area.HOLDING, 10, 2), PATIENT, trace));
        assertThat(thrown).isInstanceOf(WrongAnswerException.class);
        assertThat(trace.answer()).isNotEmpty();
        press.fault(FaultKind.NONE);
        assertThat(readPatiently(TEN)).isEqualTo(1010);
    }

    // A limit on each read() would let a byte a second pass for ever: 11 bytes at 30 ms are 330 ms.
    @Test
    void aDrippingAnswerIsBoundedAsAWhole() {
        press.fault("", SimulatedPress.delayed(FaultKind.DRIP, Duration.ofMillis(30)));
        assertThatThrownBy(() -> read(TEN)).isInstanceOf(SocketTimeoutException.class);
        assertThat(trace.answer().length).as("part of it came").isLessThan(11);
    }

    @Test
    void halfOpenAndResetConnectionsAreLeft() throws Exception {
        press.fault(FaultKind.HALF_OPEN);
        assertThatThrownBy(() -> readPatiently(TEN)).isInstanceOf(EOFException.class);
        press.fault(FaultKind.RESET);
        assertThatThrownBy(() -> readPatiently(TEN)).isInstanceOf(SocketException.class);
        press.fault(FaultKind.NONE);
        assertThat(readPatiently(TEN)).isEqualTo(1010);
    }

    @Test
    void aRefusalKeepsTheConnection() throws Exception {
        press.fault("1", new Fault(FaultKind.EXCEPTION, Duration.ZERO, 6));
        assertThatThrownBy(() -> readPatiently(TEN))
                .isInstanceOf(RefusalException.class)
                .hasMessage("exception 6 (device busy)");
        assertThat(readPatiently(new Read(2, Area.HOLDING, 10, 1))).isEqualTo(2010);
    }

    // Many devices close a connection on which nothing was asked for some seconds; a tag that is
    // polled every minute must not be bad each time.
    @Test
    void aConnectionThatWasClosedWhileIdleCostsNoReading() throws Exception {
        var clock = new ManualClock();
        line.shutdown();
        line = line(clock);
        assertThat(readPatiently(TEN)).isEqualTo(1010);
        int port = press.port();
        press.close();
        press = SimulatedPress.start(PLANT.replace("PORT", String.valueOf(port)));
        clock.advance(Line.IDLE_CHECK);
        assertThat(readPatiently(TEN)).isEqualTo(1010);
    }

    // A device that closes after 3 s is not known by then to have closed: the request finds out.
    @Test
    void oneThatWasClosedSoonerCostsOneRepeatWithinTheRequest() throws Exception {
        assertThat(readPatiently(TEN)).isEqualTo(1010);
        int port = press.port();
        press.close();
        press = SimulatedPress.start(PLANT.replace("PORT", String.valueOf(port)));
        assertThat(readPatiently(TWENTY)).isEqualTo(1020);
    }

    @Test
    void theLinePausesBetweenRequestsAndAfterConnectingAsItsDevicesNeed() throws Exception {
        var clock = new ManualClock();
        line.shutdown();
        line = line(clock);
        line.pace(new Line.Pace(Duration.ofMillis(50), Duration.ofSeconds(2), true));
        readPatiently(TEN);
        assertThat(clock.nanoTime()).isEqualTo(Duration.ofSeconds(2).toNanos());
        readPatiently(TEN);
        assertThat(clock.nanoTime()).isEqualTo(Duration.ofMillis(2050).toNanos());
    }

    @Test
    void aLineIsAsSlowAsTheSlowestOfItsDevicesAndOneByEndpoint() {
        var lines = new Lines();
        var clock = new ManualClock();
        var quick = settings("tcp://localhost:1502/", Duration.ofMillis(5));
        var slow = settings("tcp://127.0.0.1:1502", Duration.ofMillis(80));
        var shared = lines.acquire(quick, clock);
        assertThat(lines.acquire(slow, clock)).isSameAs(shared);
        assertThat(shared.pace().gap()).isEqualTo(Duration.ofMillis(80));
        lines.release(slow);
        assertThat(shared.pace().gap()).isEqualTo(Duration.ofMillis(5));
        assertThat(lines.acquire(settings("tcp://127.0.0.1:1503", Duration.ZERO), clock))
                .isNotSameAs(shared);
    }

    private static ModbusSettings settings(String url, Duration gap) {
        var endpoint = Endpoint.parse(url).endpoint().orElseThrow();
        return new ModbusSettings(endpoint, 1, 0, 16, 125, gap, Duration.ZERO);
    }

    @Test
    void transactionsGoOnOverConnectionsAndRoundTheEnd() throws Exception {
        for (int i = 1; i <= 3; i++) {
            readPatiently(TEN);
            assertThat(trace.request()[1]).isEqualTo((byte) i);
            line.reset();
        }
    }

    @Test
    void aLineThatWasShutDownStaysSo() {
        line.shutdown();
        assertThatThrownBy(() -> readPatiently(TEN)).isInstanceOf(SocketException.class);
    }
}
