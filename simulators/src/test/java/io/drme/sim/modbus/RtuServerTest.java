package io.drme.sim.modbus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drme.config.InvalidConfigException;
import io.drme.sim.Plant;
import io.drme.sim.fault.Fault;
import io.drme.sim.fault.FaultKind;
import io.drme.testing.ManualClock;
import java.net.Socket;
import java.util.HexFormat;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Frames of a serial line, byte by byte; the checksums are those of printed examples. */
@Timeout(60)
class RtuServerTest {
    private static final String PLANT =
            """
            devices:
              meter:
                protocol: modbus
                listen: "LISTEN"
                units:
                  17: {points: {a: {address: "holding:107", value: 0xAE41}, b: {address: "holding:108", value: 0x5652}, c: {address: "holding:109", value: 0x4340}}}
            """;
    private static final String THREE = "1103006b00037687";
    private static final String ANSWER = "110306ae415652434049ad";

    private Plant plant;
    private Socket socket;

    @BeforeEach
    void start() throws Exception {
        plant = parsed("rtu-tcp://127.0.0.1:0");
        plant.start();
        socket = new Socket();
        socket.connect(plant.address("meter"));
        socket.setSoTimeout(10_000);
    }

    @AfterEach
    void stop() throws Exception {
        socket.close();
        plant.close();
    }

    private static Plant parsed(String listen) throws Exception {
        return Plant.parse(
                "plant.yaml",
                PLANT.replace("LISTEN", listen),
                Plant.Overrides.NONE,
                new ManualClock());
    }

    private void send(String frame) throws Exception {
        socket.getOutputStream().write(HexFormat.of().parseHex(frame));
    }

    private String receive(int bytes) throws Exception {
        return HexFormat.of().formatHex(socket.getInputStream().readNBytes(bytes));
    }

    @Test
    void anAnswerHasTheBytesOfThePrintedExample() throws Exception {
        send(THREE);
        assertThat(receive(11)).isEqualTo(ANSWER);
        assertThat(plant.member("meter").orElseThrow().device().listening())
                .isEqualTo("rtu-tcp://127.0.0.1:" + plant.address("meter").getPort());
    }

    // On a line nobody speaks for a unit that is not there.
    @Test
    void otherUnitsAreMetWithSilence() throws Exception {
        send("1203006b000376b4");
        send(THREE);
        assertThat(receive(11)).isEqualTo(ANSWER);
    }

    @Test
    void aBrokenChecksumIsAFault() throws Exception {
        plant.member("meter")
                .orElseThrow()
                .faults()
                .set("17", Fault.of(FaultKind.CRC), Optional.empty());
        send(THREE);
        assertThat(receive(11)).startsWith(ANSWER.substring(0, 18)).doesNotEndWith("49ad");
    }

    @Test
    void aDeviceSaysWhichFaultsItCan() throws Exception {
        var kinds = plant.member("meter").orElseThrow().device().faultKinds();
        assertThat(kinds).contains(FaultKind.CRC).doesNotContain(FaultKind.WRONG_TRANSACTION);
        assertThat(parsed("127.0.0.1:0").members().getFirst().device().faultKinds())
                .contains(FaultKind.WRONG_TRANSACTION)
                .doesNotContain(FaultKind.CRC);
        assertThat(parsed("rtu:///dev/ttyS9").members().getFirst().device().faultKinds())
                .contains(FaultKind.CRC, FaultKind.STUCK)
                .doesNotContain(FaultKind.RESET, FaultKind.ONE_CONNECTION);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "rtu://ttyS0",
                "rtu:///dev/ttyS0?baud=fast",
                "rtu:///dev/ttyS0?parity=mark",
                "rtu:///dev/ttyS0?stop-bits=3",
                "rtu:///dev/ttyS0?baud",
                "rtu:///dev/ttyS0?speed=9600",
                "rtu-tcp://here",
                "udp://127.0.0.1:1"
            })
    void aWrongListenIsToldWithItsKey(String listen) {
        assertThatThrownBy(() -> parsed(listen))
                .isInstanceOf(InvalidConfigException.class)
                .hasMessageContaining("devices.meter.listen");
    }

    @Test
    void aPortThatIsNotThereIsToldWithTheRemedy() throws Exception {
        var nowhere = parsed("rtu:///dev/not-there");
        assertThatThrownBy(nowhere::start)
                .hasMessageContaining("device 'meter' can't start: /dev/not-there is not there")
                .hasMessageContaining("socat");
    }
}
