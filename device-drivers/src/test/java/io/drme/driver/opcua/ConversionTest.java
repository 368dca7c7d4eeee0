package io.drme.driver.opcua;

import static org.assertj.core.api.Assertions.assertThat;
import static org.eclipse.milo.opcua.stack.core.types.builtin.unsigned.Unsigned.ubyte;
import static org.eclipse.milo.opcua.stack.core.types.builtin.unsigned.Unsigned.uint;
import static org.eclipse.milo.opcua.stack.core.types.builtin.unsigned.Unsigned.ulong;
import static org.eclipse.milo.opcua.stack.core.types.builtin.unsigned.Unsigned.ushort;

import io.drme.model.Batch;
import io.drme.model.Reading;
import io.drme.model.Reason;
import io.drme.model.Value;
import io.drme.model.ValueType;
import java.math.BigInteger;
import java.util.stream.Stream;
import org.eclipse.milo.opcua.stack.core.StatusCodes;
import org.eclipse.milo.opcua.stack.core.types.builtin.ByteString;
import org.eclipse.milo.opcua.stack.core.types.builtin.DataValue;
import org.eclipse.milo.opcua.stack.core.types.builtin.DateTime;
import org.eclipse.milo.opcua.stack.core.types.builtin.LocalizedText;
import org.eclipse.milo.opcua.stack.core.types.builtin.StatusCode;
import org.eclipse.milo.opcua.stack.core.types.builtin.Variant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ConversionTest {
    private static final long NOW = 1_767_225_600_000_000_000L;
    private static final long EPOCH_TICKS = 116_444_736_000_000_000L;
    private static final Reading MALFORMED = new Reading.Bad(Reason.MALFORMED);
    private static final Reading OUT_OF_RANGE = new Reading.Bad(Reason.OUT_OF_RANGE);

    static Stream<Arguments> values() {
        var big = BigInteger.TWO.pow(63);
        return Stream.of(
                row(true, ValueType.BOOLEAN, good(new Value.Bool(true))),
                row(uint(1), ValueType.BOOLEAN, good(new Value.Bool(true))),
                row(2, ValueType.BOOLEAN, OUT_OF_RANGE),
                row("true", ValueType.BOOLEAN, MALFORMED),
                // An int64 is never squeezed through a double.
                row(Long.MAX_VALUE, ValueType.INT64, good(new Value.Int(Long.MAX_VALUE))),
                row(9_007_199_254_740_993L, ValueType.FLOAT64, OUT_OF_RANGE),
                row(Long.MAX_VALUE, ValueType.FLOAT64, OUT_OF_RANGE),
                row(Long.MIN_VALUE, ValueType.FLOAT64, good(new Value.Real(-0x1p63))),
                row(9_007_199_254_740_992L, ValueType.FLOAT64, good(new Value.Real(0x1p53))),
                row(ulong(big), ValueType.INT64, OUT_OF_RANGE),
                row(
                        ulong(big.subtract(BigInteger.ONE)),
                        ValueType.INT64,
                        good(new Value.Int(Long.MAX_VALUE))),
                row(ubyte(255), ValueType.INT64, good(new Value.Int(255))),
                row(ushort(65_535), ValueType.FLOAT64, good(new Value.Real(65_535))),
                row(uint(4_294_967_295L), ValueType.INT64, good(new Value.Int(4_294_967_295L))),
                row(3.0, ValueType.INT64, good(new Value.Int(3))),
                row(3.5, ValueType.INT64, OUT_OF_RANGE),
                row(Double.NaN, ValueType.INT64, OUT_OF_RANGE),
                row(0x1p63, ValueType.INT64, OUT_OF_RANGE),
                row(true, ValueType.INT64, good(new Value.Int(1))),
                // A float32 source keeps its shortest decimal.
                row(0.1f, ValueType.FLOAT64, good(new Value.Real(0.1))),
                row(
                        Float.POSITIVE_INFINITY,
                        ValueType.FLOAT64,
                        good(new Value.Real(Double.POSITIVE_INFINITY))),
                row("3.5", ValueType.FLOAT64, MALFORMED),
                row(true, ValueType.FLOAT64, good(new Value.Real(1))),
                row("Ölstand", ValueType.TEXT, good(new Value.Text("Ölstand"))),
                row(LocalizedText.english("on"), ValueType.TEXT, good(new Value.Text("on"))),
                row(ulong(big), ValueType.TEXT, good(new Value.Text("9223372036854775808"))),
                row("x".repeat(ValueType.MAX_TEXT_LENGTH + 1), ValueType.TEXT, OUT_OF_RANGE),
                row(ByteString.of(new byte[] {1}), ValueType.TEXT, MALFORMED),
                row(new Double[] {1.0}, ValueType.FLOAT64, MALFORMED),
                row(null, ValueType.FLOAT64, MALFORMED));
    }

    private static Arguments row(@Nullable Object from, ValueType type, Reading to) {
        return Arguments.of(from, type, to);
    }

    private static Reading good(Value value) {
        return new Reading.Good(value);
    }

    @ParameterizedTest
    @MethodSource("values")
    void valueBecomesTheTagsTypeOrABadReading(
            @Nullable Object from, ValueType type, Reading expected) {
        var value = from == null ? Variant.NULL_VALUE : new Variant(from);
        assertThat(convert(new DataValue(value), type)).isEqualTo(expected);
    }

    @Test
    void doublesKeepEveryBit() {
        double odd = Double.longBitsToDouble(0x7FF8_0000_0000_0001L);
        var batch = new Batch();
        Conversion.add(batch, 0, ValueType.FLOAT64, new DataValue(new Variant(odd)), NOW);
        Conversion.add(batch, 0, ValueType.FLOAT64, new DataValue(new Variant(-0.0)), NOW);
        assertThat(batch.bits()[0]).isEqualTo(0x7FF8_0000_0000_0001L);
        assertThat(batch.bits()[1]).isEqualTo(Double.doubleToRawLongBits(-0.0));
    }

    @Test
    void statusBecomesQualityWithItsReason() {
        assertThat(status(StatusCodes.Uncertain_LastUsableValue))
                .isEqualTo(new Reading.Uncertain(new Value.Real(1), Reason.STALE));
        assertThat(status(StatusCodes.Uncertain_SensorNotAccurate))
                .isEqualTo(new Reading.Uncertain(new Value.Real(1), Reason.DEVICE_UNCERTAIN));
        assertThat(status(StatusCodes.Bad_NodeIdUnknown)).isEqualTo(bad(Reason.UNKNOWN_ADDRESS));
        assertThat(status(StatusCodes.Bad_SensorFailure)).isEqualTo(bad(Reason.SENSOR_FAILURE));
        assertThat(status(StatusCodes.Bad_NoCommunication)).isEqualTo(bad(Reason.COMMS_LOST));
        assertThat(status(StatusCodes.Bad_OutOfService)).isEqualTo(bad(Reason.OUT_OF_SERVICE));
        assertThat(status(StatusCodes.Bad_WaitingForInitialData))
                .isEqualTo(bad(Reason.NOT_YET_READ));
        assertThat(status(StatusCodes.Bad_UserAccessDenied)).isEqualTo(bad(Reason.REFUSED));
        assertThat(status(StatusCodes.Bad_InternalError)).isEqualTo(bad(Reason.DEVICE_BAD));
        // The low half carries limit and overflow bits; good stays good with them.
        assertThat(status(0x0000_0480L)).isEqualTo(good(new Value.Real(1)));
        assertThat(status(StatusCodes.Bad_SensorFailure | 0x0480L))
                .isEqualTo(bad(Reason.SENSOR_FAILURE));
    }

    private static Reading status(long code) {
        return convert(new DataValue(new Variant(1.0), new StatusCode(code)), ValueType.FLOAT64);
    }

    private static Reading bad(Reason reason) {
        return new Reading.Bad(reason);
    }

    @Test
    void sourceTimeIsTheDevicesWhereItHasOne() {
        var source = new DateTime(EPOCH_TICKS + NOW / 100 + 7);
        var server = new DateTime(EPOCH_TICKS + NOW / 100 + 9);
        assertThat(time(source, 42, server)).isEqualTo(NOW + 700);
        assertThat(time(source, 4_200, server)).isEqualTo(NOW + 742);
        assertThat(time(null, 0, server)).isEqualTo(NOW + 900);
        // 1601 is how a server says that it has none.
        assertThat(time(DateTime.MIN_VALUE, 0, server)).isEqualTo(NOW + 900);
        assertThat(time(new DateTime(Long.MAX_VALUE), 0, null)).isEqualTo(NOW);
        assertThat(time(new DateTime(-1), 0, null)).isEqualTo(NOW);
        assertThat(time(null, 0, null)).isEqualTo(NOW);
    }

    private static long time(@Nullable DateTime source, int picosUnits, @Nullable DateTime server) {
        return Conversion.sourceTime(
                new DataValue(
                        new Variant(1.0),
                        StatusCode.GOOD,
                        source,
                        ushort(picosUnits),
                        server,
                        ushort(0)),
                NOW);
    }

    private static Reading convert(DataValue from, ValueType type) {
        var batch = new Batch();
        Conversion.add(batch, 5, type, from, NOW);
        assertThat(batch.size()).isOne();
        assertThat(batch.tags()[0]).isEqualTo(5);
        return batch.readingAt(0, type);
    }
}
