package io.drme.sim.modbus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drme.sim.Plant;
import io.drme.sim.fault.Fault;
import io.drme.sim.fault.FaultKind;
import io.drme.sim.fault.Faults;
import io.drme.testing.ManualClock;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Requests and answers in hex, as the Modbus Application Protocol 1.1b3 writes them. */
class ModbusServerTest {
    private static final String PLANT =
            """
            devices:
              press:
                protocol: modbus
                listen: "127.0.0.1:0"
                units:
                  1:
                    points:
                      temperature: {address: "holding:200", type: float32, order: cdab, value: 81.5}
                      overload: {address: "holding:10.3", value: true}
                      jam: {address: "holding:10.0", value: true}
                      serial: {address: "holding:300", type: text, length: 5, value: "AP-30"}
                      level: {address: "input:7", type: int16, value: -2}
                      running: {address: "coil:0", value: true}
                      stopped: {address: "coil:1", value: false}
                      ready: {address: "coil:2", value: true}
                    fill: {"discrete:0-9": {value: true}, "input:1000-1199": {value: address}}
                  2: {writable: false, points: {x: {address: "holding:0", value: 5}}}
            """;

    private final ManualClock clock = new ManualClock();
    private Plant plant;
    private Socket socket;

    @BeforeEach
    void start() throws Exception {
        plant = Plant.parse("plant.yaml", PLANT, Plant.Overrides.NONE, clock);
        plant.start();
        socket = new Socket();
        socket.connect(plant.address("press"));
        socket.setSoTimeout(10_000);
    }

    @AfterEach
    void stop() throws Exception {
        socket.close();
        plant.close();
    }

    private void fault(String unit, FaultKind kind) {
        plant.member("press").orElseThrow().faults().set(unit, Fault.of(kind), Optional.empty());
    }

    /** Sends unit id and PDU as transaction 0x1234 and gives back the whole answer. */
    private String exchange(String unitAndPdu) throws IOException {
        send(unitAndPdu);
        var in = new DataInputStream(socket.getInputStream());
        var header = new byte[6];
        in.readFully(header);
        var rest = new byte[(header[4] & 0xFF) << 8 | (header[5] & 0xFF)];
        in.readFully(rest);
        return HexFormat.of().formatHex(header) + " " + HexFormat.of().formatHex(rest);
    }

    private void send(String unitAndPdu) throws IOException {
        var bytes = HexFormat.of().parseHex(unitAndPdu.replace(" ", ""));
        var frame = new byte[6 + bytes.length];
        frame[0] = 0x12;
        frame[1] = 0x34;
        frame[5] = (byte) bytes.length;
        System.arraycopy(bytes, 0, frame, 6, bytes.length);
        socket.getOutputStream().write(frame);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "a float with its words swapped, 01 03 00c8 0002, 0103 04 000042a3",
        "bits of a register,             01 03 000a 0001, 0103 02 0009",
        "text padded to whole registers, 01 03 012c 0003, 0103 06 41502d333000",
        "a negative input register,      01 04 0007 0001, 0104 02 fffe",
        "coils,                          01 01 0000 0003, 0101 01 05",
        "discrete inputs over a byte,    01 02 0000 000a, 0102 02 ff03",
        "values that are their address,  01 04 03e8 0001, 0104 02 07d0",
        "unknown function,               01 07,           0187 01",
        "too many registers,             01 03 00c8 007e, 0183 03",
        "no registers,                   01 03 00c8 0000, 0183 03",
        "partly unknown address,         01 03 00c8 0003, 0183 02",
        "beyond the last address,        01 03 ffff 0002, 0183 02",
        "no such unit,                   09 03 0000 0001, 0983 0b",
        "write to a read-only unit,      02 06 0000 0001, 0286 01",
        "a coil value that is none,      01 05 0000 1234, 0185 03",
        "write with a wrong byte count,  01 10 00c8 0002 03 000000, 0190 03",
    })
    void answers(String ignoredName, String request, String answer) throws Exception {
        var expected = answer.replace(" ", "");
        assertThat(exchange(request))
                .isEqualTo("123400000" + "%03x ".formatted(expected.length() / 2) + expected);
    }

    @Test
    void whatIsWrittenIsReadBack() throws Exception {
        assertThat(exchange("01 06 00c8 beef")).endsWith("0106" + "00c8beef");
        assertThat(exchange("01 03 00c8 0001")).endsWith("beef");
        assertThat(exchange("01 10 00c8 0002 04 00010002")).endsWith("0110" + "00c80002");
        assertThat(exchange("01 03 00c8 0002")).endsWith("00010002");
        assertThat(exchange("01 0f 0000 0003 01 02")).endsWith("010f" + "00000003");
        assertThat(exchange("01 01 0000 0003")).endsWith("02");
        assertThat(exchange("01 05 0000 ff00")).endsWith("0105" + "0000ff00");
        assertThat(exchange("01 01 0000 0003")).endsWith("03");
    }

    @Test
    void aUnitFailsWithoutItsNeighbours() throws Exception {
        fault("2", FaultKind.EXCEPTION);
        assertThat(exchange("02 03 0000 0001")).endsWith("028304");
        assertThat(exchange("01 03 00c8 0001")).contains("010302");
    }

    @Test
    void aFaultEndsByItselfAfterItsTime() throws Exception {
        plant.member("press")
                .orElseThrow()
                .faults()
                .set(
                        Faults.WHOLE,
                        Fault.of(FaultKind.EXCEPTION),
                        Optional.of(Duration.ofSeconds(30)));
        assertThat(exchange("02 03 0000 0001")).endsWith("028304");
        clock.advance(Duration.ofSeconds(30));
        assertThat(exchange("02 03 0000 0001")).endsWith("02030" + "20005");
    }

    @Test
    void wrongTransactionWrongUnitAndShortAreOffByOne() throws Exception {
        fault("", FaultKind.WRONG_TRANSACTION);
        assertThat(exchange("02 03 0000 0001")).startsWith("1233");
        fault("", FaultKind.WRONG_UNIT);
        assertThat(exchange("02 03 0000 0001")).endsWith("0303020005");
        fault("", FaultKind.SHORT);
        assertThat(exchange("01 03 00c8 0002")).endsWith("0103020000");
    }

    @Test
    void silentSaysNothingAndKeepsTheConnection() throws Exception {
        fault("", FaultKind.SILENT);
        socket.setSoTimeout(50);
        assertThatThrownBy(() -> exchange("02 03 0000 0001"))
                .isInstanceOf(SocketTimeoutException.class);
        fault("", FaultKind.NONE);
        socket.setSoTimeout(10_000);
        assertThat(exchange("02 03 0000 0001")).endsWith("0005");
    }

    @Test
    void resetAndHalfOpenEndTheConnectionEachInItsWay() throws Exception {
        fault("", FaultKind.HALF_OPEN);
        assertThatThrownBy(() -> exchange("02 03 0000 0001")).isInstanceOf(EOFException.class);
        fault("", FaultKind.RESET);
        try (var second = new Socket()) {
            second.connect(plant.address("press"));
            socket.close();
            socket = second;
            assertThatThrownBy(() -> exchange("02 03 0000 0001"))
                    .isInstanceOf(SocketException.class);
        }
    }

    @Test
    void garbageIsNoAnswer() throws Exception {
        fault("", FaultKind.GARBAGE);
        send("02 03 0000 0001");
        assertThat(socket.getInputStream().readNBytes(4)).containsOnly(0xA5);
    }

    @Test
    void dripSendsTheAnswerByteByByte() throws Exception {
        fault("", FaultKind.DRIP);
        long before = clock.nanoTime();
        assertThat(exchange("02 03 0000 0001")).endsWith("0005");
        assertThat(clock.nanoTime() - before).isEqualTo(Duration.ofSeconds(11).toNanos());
    }

    // Function 8, return query data: Application Protocol 1.1b3, 6.8.
    @Test
    void anEchoIsSentBack() throws Exception {
        assertThat(exchange("01 08 0000 a537")).endsWith("01080000a537");
        assertThat(exchange("01 08 0001 0000")).endsWith("018801");
    }

    @Test
    void aDeviceWithOneConnectionTakesNoSecond() throws Exception {
        exchange("01 03 00c8 0002");
        fault(Faults.WHOLE, FaultKind.ONE_CONNECTION);
        try (var second = new Socket()) {
            second.connect(plant.address("press"));
            second.setSoTimeout(10_000);
            assertThat(second.getInputStream().read()).isEqualTo(-1);
        }
        assertThat(exchange("01 03 00c8 0002")).contains("0103");
    }

    @Test
    void aRestartDropsConnectionsOnceAndForgetsWhatWasWritten() throws Exception {
        exchange("01 06 00c8 0001");
        fault(Faults.WHOLE, FaultKind.RESTART);
        send("01 03 00c8 0001");
        assertThat(socket.getInputStream().read()).isEqualTo(-1);
        clock.advance(Fault.DEFAULT_DELAY);
        socket = new Socket();
        socket.connect(plant.address("press"));
        socket.setSoTimeout(10_000);
        assertThat(exchange("01 03 00c9 0001")).endsWith("42a3");
        assertThat(exchange("01 03 00c8 0001")).as("the word that was written").endsWith("0000");
    }

    private void reconnect() throws Exception {
        socket.close();
        socket = new Socket();
        socket.connect(plant.address("press"));
        socket.setSoTimeout(10_000);
    }

    // Each looked new after the other, so that the device was away for ever.
    @Test
    void restartsOfTwoUnitsTakeTheWholeDeviceAwayOnceEach() throws Exception {
        fault("1", FaultKind.RESTART);
        clock.advance(Duration.ofMillis(10));
        fault("2", FaultKind.RESTART);
        for (int unit = 1; unit <= 2; unit++) {
            send("0%d 03 0000 0001".formatted(unit));
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
            clock.advance(Fault.DEFAULT_DELAY);
            reconnect();
        }
        for (int i = 0; i < 3; i++) {
            assertThat(exchange("01 03 00c9 0001")).endsWith("42a3");
            assertThat(exchange("02 03 0000 0001")).endsWith("0005");
        }
    }

    @Test
    void anotherFunctionThanAskedForIsAnswered() throws Exception {
        fault("1", FaultKind.WRONG_FUNCTION);
        assertThat(exchange("01 03 00c8 0002")).contains("0104");
        assertThat(exchange("01 01 0000 0003")).contains("0102");
    }
}
