package io.drme.driver.modbus;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.driver.DeviceFixture;
import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.model.Reason;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each type in each order against an encoder that is written in another way than the decoder: it
 * spells the order out as a permutation of letters, as manuals do.
 */
class TypesAndOrdersTest {
    private static final int ROUNDS = 200;

    private static ModbusAddress tag(String yaml) {
        var fixture =
                DeviceFixture.of(
                        "d",
                        new ModbusDriverFactory(),
                        "{url: \"tcp://h\", tags: {t: {" + yaml + "}}}");
        return (ModbusAddress) fixture.spec().tags().getFirst().address();
    }

    /** Decodes one tag at register 0. */
    private static Batch decode(ModbusAddress tag, byte[] wire) {
        var batch = new Batch();
        Decoder.decode(tag, wire, tag.start(), new Decoder.Sink(batch, 0).of(10));
        assertThat(batch.size()).isEqualTo(1);
        assertThat(batch.tags()[0]).isEqualTo(10);
        return batch;
    }

    /**
     * Puts bytes, highest first, into an order: a b c d e f … are dealt out by words and halves.
     */
    private static byte[] inOrder(String order, byte[] highestFirst) {
        var words = new ArrayList<byte[]>();
        for (int i = 0; i < highestFirst.length; i += 2) {
            words.add(Arrays.copyOfRange(highestFirst, i, i + 2));
        }
        if (order.equals("cdab") || order.equals("dcba")) {
            Collections.reverse(words);
        }
        var wire = new byte[highestFirst.length];
        for (int w = 0; w < words.size(); w++) {
            boolean swap = order.equals("badc") || order.equals("dcba");
            wire[2 * w] = words.get(w)[swap ? 1 : 0];
            wire[2 * w + 1] = words.get(w)[swap ? 0 : 1];
        }
        return wire;
    }

    private static byte[] bigEndian(BigInteger value, int bytes) {
        var wire = new byte[bytes];
        for (int i = 0; i < bytes; i++) {
            wire[bytes - 1 - i] = value.shiftRight(8 * i).byteValue();
        }
        return wire;
    }

    @ParameterizedTest
    @CsvSource({
        "2, abcd, 1234, 1234",
        "4, abcd, 12345678, 12345678",
        "4, cdab, 56781234, 12345678",
        "4, badc, 34127856, 12345678",
        "4, dcba, 78563412, 12345678",
        "6, abcd, 000000000042, 42",
        "8, abcd, 9999999999999999, 9999999999999999",
    })
    void digitsInHalvesOfBytesAreANumber(int length, String order, String wire, long value) {
        var tag =
                tag(
                        "address: \"holding:0\", type: bcd, length: %d, order: %s"
                                .formatted(length, order));
        var batch = decode(tag, HexFormat.of().parseHex(wire));
        assertThat(batch.qualities()[0]).isEqualTo(Quality.GOOD);
        assertThat(batch.bits()[0]).isEqualTo(value);
    }

    @Test
    void aHalfThatIsNoDigitIsMalformedAndACodeIsAFailure() {
        var digits = "address: \"holding:0\", type: bcd, length: 2";
        assertThat(decode(tag(digits), new byte[] {0x12, 0x3A}).qualities()[0])
                .isEqualTo(Quality.bad(Reason.MALFORMED));
        assertThat(decode(tag(digits + ", invalid: [0xFFFF]"), new byte[] {-1, -1}).qualities()[0])
                .isEqualTo(Quality.bad(Reason.SENSOR_FAILURE));
        assertThat(decode(tag(digits + ", mask: 0x0FFF"), new byte[] {(byte) 0xF1, 0x23}).bits()[0])
                .isEqualTo(123);
    }

    static Stream<String[]> integers() {
        return Stream.of("int16", "uint16", "int32", "uint32", "int64", "uint64")
                .flatMap(type ->
                        Stream.of("abcd", "badc", "cdab", "dcba")
                                .map(order -> new String[] {type, order}));
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("integers")
    void everyIntegerComesBackExactly(String type, String order) {
        int bits = Integer.parseInt(type.replaceAll("\\D", ""));
        boolean signed = !type.startsWith("u");
        var tag = tag("address: \"holding:0\", type: %s, order: %s".formatted(type, order));
        var random = new Random(bits);
        for (int i = 0; i < ROUNDS; i++) {
            var unsigned = new BigInteger(bits, random);
            if (i < 3) {
                unsigned =
                        List.of(
                                        BigInteger.ZERO,
                                        BigInteger.ONE.shiftLeft(bits - 1),
                                        BigInteger.ONE.shiftLeft(bits).subtract(BigInteger.ONE))
                                .get(i);
            }
            var expected =
                    signed && unsigned.testBit(bits - 1)
                            ? unsigned.subtract(BigInteger.ONE.shiftLeft(bits))
                            : unsigned;
            var batch = decode(tag, inOrder(order, bigEndian(unsigned, bits / 8)));
            if (expected.bitLength() > 63) {
                // Above 2^63 - 1 there is no signed 64-bit integer; a wrong sign would be a lie.
                assertThat(batch.qualities()[0]).isEqualTo(Quality.bad(Reason.OUT_OF_RANGE));
            } else {
                assertThat(batch.bits()[0]).isEqualTo(expected.longValueExact());
                assertThat(batch.qualities()[0]).isEqualTo(Quality.GOOD);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"abcd", "badc", "cdab", "dcba"})
    void everyFloatKeepsItsShortestDecimal(String order) {
        var tag = tag("address: \"holding:0\", type: float32, order: " + order);
        var random = new Random(7);
        for (int i = 0; i < 5 * ROUNDS; i++) {
            float value = i == 0 ? -0.0f : Float.intBitsToFloat(random.nextInt());
            var wire = bigEndian(BigInteger.valueOf(Float.floatToRawIntBits(value)), 4);
            double read = decode(tag, inOrder(order, wire)).doubleAt(0);
            if (Float.isNaN(value)) {
                assertThat(read).isNaN();
            } else {
                assertThat(Double.toString(read)).isEqualTo(Float.toString(value));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"abcd", "badc", "cdab", "dcba"})
    void everyDoubleKeepsItsBits(String order) {
        var tag = tag("address: \"holding:0\", type: float64, order: " + order);
        var random = new Random(8);
        for (int i = 0; i < ROUNDS; i++) {
            long bits = random.nextLong();
            var wire = bigEndian(BigInteger.valueOf(bits), 8);
            assertThat(decode(tag, inOrder(order, wire)).bits()[0]).isEqualTo(bits);
        }
    }

    @ParameterizedTest
    @CsvSource({"abcd", "badc", "cdab", "dcba"})
    void textsOfAnyLengthComeBackWithoutTheirPadding(String order) {
        for (int length = 1; length <= 31; length++) {
            var tag =
                    tag(
                            "address: \"holding:0\", type: text, length: %d, order: %s"
                                    .formatted(length, order));
            var text = "Schließer 0123456789-abcdefgh".substring(0, Math.min(length, 20)).strip();
            var bytes = text.getBytes(StandardCharsets.UTF_8);
            if (bytes.length > length) {
                continue;
            }
            var padded = Arrays.copyOf(bytes, length + (length & 1));
            assertThat(decode(tag, inOrder(order, padded)).text(0)).isEqualTo(text);
            Arrays.fill(padded, bytes.length, length, (byte) ' ');
            assertThat(decode(tag, inOrder(order, padded)).text(0)).isEqualTo(text);
        }
    }

    @Test
    void bytesThatAreNoTextAreMalformed() {
        var tag = tag("address: \"holding:0\", type: text, length: 4");
        for (var wire : new byte[][] {{(byte) 0xFF, 'a', 'b', 'c'}, {1, 2, 3, 4}}) {
            assertThat(decode(tag, wire).qualities()[0]).isEqualTo(Quality.bad(Reason.MALFORMED));
        }
    }

    @Test
    void theLowestBitOfARegisterIsBitZero() {
        byte[] wire = {(byte) 0x80, 0x08};
        for (int bit = 0; bit < 16; bit++) {
            var tag = tag("address: \"holding:10.%d\"".formatted(bit));
            assertThat(decode(tag, wire).bits()[0]).isEqualTo(bit == 3 || bit == 15 ? 1 : 0);
        }
    }

    @Test
    void coilsAreCountedFromTheLowestBitOfTheFirstByte() {
        byte[] wire = {0x05, 0x02};
        for (int coil = 0; coil < 10; coil++) {
            var tag = tag("address: \"coil:%d\"".formatted(coil));
            var batch = new Batch();
            Decoder.decode(tag, wire, 0, new Decoder.Sink(batch, 0).of(10));
            assertThat(batch.bits()[0]).isEqualTo(coil == 0 || coil == 2 || coil == 9 ? 1 : 0);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "type: uint16, invalid: [0xFFFF] | FFFF | SENSOR_FAILURE",
                "type: int16, invalid: [-32768] | 8000 | SENSOR_FAILURE",
                "type: uint64, invalid: [0xFFFFFFFFFFFFFFFF] | FFFFFFFFFFFFFFFF | SENSOR_FAILURE",
                "type: float32, invalid: [0x7FC00000] | 7FC00000 | SENSOR_FAILURE",
                "type: float32, invalid: [nan] | FFC00001 | SENSOR_FAILURE",
                "type: float32, invalid: [-999.5] | C479E000 | SENSOR_FAILURE",
                "type: uint16, enum: {0: stopped} | 0002 | OUT_OF_RANGE",
            })
    void codesThatMeanNoValueAreBad(String keys, String wire, Reason reason) {
        var tag = tag("address: \"holding:0\", " + keys);
        assertThat(decode(tag, HexFormat.of().parseHex(wire)).qualities()[0])
                .isEqualTo(Quality.bad(reason));
    }

    @Test
    void maskPicksAFieldOutOfARegisterAndEnumNamesIt() {
        byte[] wire = {(byte) 0xA2, 0x5C};
        assertThat(
                        decode(tag("address: \"holding:0\", type: uint16, mask: 0x0F00"), wire)
                                .bits()[0])
                .isEqualTo(2);
        var named =
                tag(
                        "address: \"holding:0\", type: uint16, mask: 0x0F00, enum: {1: auto, 2: manual}");
        assertThat(decode(named, wire).text(0)).isEqualTo("manual");
    }
}
