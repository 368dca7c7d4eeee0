package io.drme.driver.modbus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drme.driver.DeviceFixture;
import io.drme.driver.Driver;
import io.drme.driver.DriverException;
import io.drme.driver.PolledDriver;
import io.drme.model.Batch;
import io.drme.sim.fault.Fault;
import io.drme.sim.fault.FaultKind;
import io.drme.time.SystemClock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a person writes over Modbus, and what must not be written. */
@Timeout(60)
class WriterTest {
    private static final int UNIT = 1;
    private static final int OTHER = 2;

    private final SystemClock clock = new SystemClock();
    private final ModbusDriverFactory factory = new ModbusDriverFactory();
    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private SimulatedPress press;
    private DeviceFixture fixture;
    private Driver driver;

    @SuppressWarnings("NullAway.Init") // press, fixture and driver are there from start() on
    WriterTest() {}

    private void start(String scheme, String unitKeys, String tags) throws Exception {
        press =
                SimulatedPress.start(
                        """
                        devices:
                          press:
                            protocol: modbus
                            listen: "%s127.0.0.1:0"
                            units:
                              1: {fill: {"holding:0-99": {value: address}, "coil:0-9": {value: 0}}%s}
                              2: {fill: {"holding:0-99": {value: address}}}
                        """
                                .formatted(scheme.equals("tcp") ? "" : scheme + "://", unitKeys));
        open.push(press);
        fixture =
                DeviceFixture.of(
                        "press",
                        factory,
                        """
                        url: "%s://127.0.0.1:%d"
                        unit-id: %d
                        timeout: 5s
                        tags:
                          other: {address: "holding:50", type: uint16}
                          %s
                        """
                                .formatted(scheme, press.port(), UNIT, tags));
        driver = factory.create(fixture.spec(), fixture.groups(), Path.of("unused"), clock);
        open.push(driver);
        driver.connect();
    }

    @AfterEach
    void stop() throws Exception {
        while (!open.isEmpty()) {
            open.pop().close();
        }
    }

    private long write(String path, long bits) throws Exception {
        int tag = fixture.index(path) - DeviceFixture.FIRST_TABLE_INDEX;
        return driver.outputs().orElseThrow().write(tag, bits);
    }

    private Batch poll() throws Exception {
        var batch = new Batch();
        ((PolledDriver) driver).poll(0, batch);
        return batch;
    }

    private int at(Batch batch, String path) {
        int index = fixture.index(path);
        int at = 0;
        while (batch.tags()[at] != index) {
            at++;
        }
        return at;
    }

    /** A register as it stands in the device. */
    private int register(int address) throws Exception {
        var line = Line.to(new Endpoint.Tcp("127.0.0.1", press.port()), clock);
        try {
            var bytes =
                    line.read(
                            new Line.Read(UNIT, Area.HOLDING, address, 1),
                            Duration.ofSeconds(5),
                            new Trace());
            return (bytes[0] & 0xFF) << 8 | (bytes[1] & 0xFF);
        } finally {
            line.shutdown();
        }
    }

    private static double real(long bits) {
        return Double.longBitsToDouble(bits);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "type: int16                           | -2",
                "type: uint16                          | 65535",
                "type: uint16, order: badc             | 4660",
                "type: int32, order: cdab              | -70000",
                "type: uint32, order: dcba             | 4000000000",
                "type: int64, order: badc              | -9000000000000000000",
                "type: uint64                          | 9000000000000000000",
                "type: bcd, length: 2                  | 9731",
                "type: bcd, length: 4, order: cdab     | 12345678",
                "type: uint16, mask: 0x0F00            | 9",
                "type: uint16, mask: 0x00F0, order: badc | 10",
            })
    void aNumberReadsAsWhatWasWritten(String keys, long value) throws Exception {
        for (var scheme : new String[] {"tcp", "rtu-tcp"}) {
            start(scheme, "", "t: {address: \"holding:10\", access: write, %s}".formatted(keys));
            assertThat(write("t", value)).isEqualTo(value);
            var polled = poll();
            assertThat(polled.bits()[at(polled, "t")]).isEqualTo(value);
            assertThat(polled.bits()[at(polled, "other")]).as("its neighbour").isEqualTo(1050);
            stop();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"abcd", "badc", "cdab", "dcba"})
    void aFloatIsRoundedToItsWidthAndReadsBackAsItWasAskedFor(String order) throws Exception {
        start(
                "tcp",
                "",
                """
                f: {address: "holding:10", type: float32, order: %s, access: write}
                  d: {address: "holding:20", type: float64, order: %s, access: write}
                """
                        .formatted(order, order));
        long third = Double.doubleToRawLongBits(1.0 / 3);
        assertThat(write("f", third)).isEqualTo(third);
        assertThat(write("d", third)).isEqualTo(third);
        var polled = poll();
        assertThat(real(polled.bits()[at(polled, "f")])).isEqualTo(0.33333334);
        assertThat(real(polled.bits()[at(polled, "d")])).isEqualTo(1.0 / 3);
    }

    // 40,000 is big-endian 9C40; a device with its low byte first wants 409C.
    @Test
    void theRegistersHoldWhatTheOrderSays() throws Exception {
        start("tcp", "", "t: {address: \"holding:10\", type: uint16, order: badc, access: write}");
        write("t", 0x9C40);
        assertThat(register(10)).isEqualTo(0x409C);
        assertThat(register(11)).isEqualTo(1011);
    }

    @Test
    void aBitOfARegisterAndACoilAreSetAndTheirNeighboursStay() throws Exception {
        start(
                "tcp",
                "",
                """
                bit: {address: "holding:10.2", access: write}
                  coil: {address: "coil:3", access: write}
                """);
        int before = register(10);
        assertThat(write("bit", 0)).isZero();
        assertThat(register(10)).isEqualTo(before & ~4);
        assertThat(write("bit", 1)).isEqualTo(1);
        assertThat(register(10)).isEqualTo(before | 4);
        assertThat(write("coil", 1)).isEqualTo(1);
        assertThat(write("coil", 0)).isZero();
    }

    // To read, change and write back would undo what the device changes between.
    @Test
    void whereTheDeviceCantSetABitItIsRefusedWithWhyAndNothingChanges() throws Exception {
        start(
                "tcp",
                ", unknown-functions: [22]",
                "bit: {address: \"holding:10.2\", access: write}");
        int before = register(10);
        assertThatThrownBy(() -> write("bit", 1 - (before >> 2 & 1)))
                .isInstanceOf(DriverException.Refused.class)
                .hasMessageContaining("refused function 22 by exception 1 (illegal function)")
                .hasMessageContaining("write the whole register");
        assertThat(register(10)).isEqualTo(before);
    }

    @Test
    void aDeviceThatKnowsOnlyTheFunctionForSeveralRegistersIsWrittenByIt() throws Exception {
        start(
                "tcp",
                ", unknown-functions: [6]",
                "t: {address: \"holding:10\", type: uint16, access: write}");
        assertThat(write("t", 7)).isEqualTo(7);
        assertThat(register(10)).isEqualTo(7);
    }

    @Test
    void anEnumIsWrittenByItsCode() throws Exception {
        start(
                "tcp",
                "",
                "mode: {address: \"holding:10\", type: uint16, enum: {0: stopped, 2: manual}, access: write}");
        int tag = fixture.index("mode") - DeviceFixture.FIRST_TABLE_INDEX;
        var words = fixture.spec().tags().get(tag).address().writing().orElseThrow().words();
        assertThat(words).containsEntry("stopped", 0L).containsEntry("manual", 2L).hasSize(2);
        assertThat(write("mode", 2)).isEqualTo(2);
        var polled = poll();
        assertThat(polled.text(at(polled, "mode"))).isEqualTo("manual");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "type: int16                       | 32768      | 32768 does not fit into int16",
                "type: uint16                      | -1         | -1 does not fit into uint16",
                "type: uint32                      | 4294967296 | does not fit into uint32",
                "type: bcd, length: 2              | 10000      | does not fit into a bcd number of 4 digits",
                "type: bcd, length: 8              | -1         | does not fit into a bcd number",
                "type: uint16, mask: 0x0F00        | 16         | does not fit into the bits of mask 0xF00",
                "type: uint16, invalid: [0xFFFF]   | 65535      | one of the tag's 'invalid' codes",
            })
    void whatTheRegistersCantHoldIsRefusedAndNothingIsSent(String keys, long value, String why)
            throws Exception {
        start("tcp", "", "t: {address: \"holding:10\", access: write, %s}".formatted(keys));
        assertThatThrownBy(() -> write("t", value))
                .isInstanceOf(DriverException.Refused.class)
                .hasMessageContaining(why)
                .hasMessageContaining("holding:10 (400011)");
        assertThat(register(10)).isEqualTo(1010);
    }

    @Test
    void aRefusalIsToldWithItsFunctionAndCode() throws Exception {
        start("tcp", "", "t: {address: \"holding:200\", type: uint16, access: write}");
        assertThatThrownBy(() -> write("t", 1))
                .isInstanceOf(DriverException.Refused.class)
                .hasMessageContaining("refused function 6 by exception 2 (illegal data address)");
    }

    // Nobody knows whether it was taken, so it is not sent again: a second start is no first.
    @Test
    void aWriteWithoutAnAnswerIsToldAndNotRepeated() throws Exception {
        start("tcp", "", "t: {address: \"holding:10\", type: uint16, access: write}");
        press.fault("1", Fault.of(FaultKind.RESET));
        assertThatThrownBy(() -> write("t", 1)).isInstanceOf(DriverException.Unreachable.class);
        press.fault("1", Fault.of(FaultKind.NONE));
        assertThat(register(10)).isEqualTo(1010);
        assertThat(write("t", 1)).isEqualTo(1);
    }

    @Test
    void aDeviceWithoutATagToWriteHasNoOutputs() throws Exception {
        start("tcp", "", "t: {address: \"holding:10\", type: uint16}");
        assertThat(driver.outputs()).isEmpty();
    }

    @Test
    void requestsHaveTheBytesOfTheSpecification() {
        var hex = HexFormat.of();
        assertThat(hex.formatHex(WriteRequest.coil(OTHER, 0xAC, true).request()))
                .isEqualTo("0500acff00");
        assertThat(hex.formatHex(WriteRequest.register(OTHER, 1, 3).request()))
                .isEqualTo("0600010003");
        assertThat(
                        hex.formatHex(
                                WriteRequest.registers(OTHER, 1, new byte[] {0, 10, 1, 2})
                                        .request()))
                .isEqualTo("100001000204000a0102");
        assertThat(hex.formatHex(WriteRequest.masked(OTHER, 4, 0xFF0D, 0x25).request()))
                .isEqualTo("16000400f20005");
    }
}
