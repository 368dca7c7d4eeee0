package io.drme.sim.modbus;

import io.drme.model.Value;
import io.drme.sim.ValueSource;
import io.drme.sim.fault.Moment;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;

/**
 * A value and where it lies.
 *
 * @param address of its first register or its coil, from 0
 * @param bit of the register, 0 the lowest; -1 where the point is not one bit
 * @param bytes its length in registers, even; of bits 0
 */
record Point(
        Area area,
        int address,
        int bit,
        PointType type,
        Order order,
        int bytes,
        ValueSource value) {

    /** How many registers or bits it takes. */
    int width() {
        return area.isBits() || bit >= 0 ? 1 : bytes / 2;
    }

    /** Whether the bit is set now. */
    boolean bitAt(Moment moment) {
        return number(value.at(moment.elapsedNanos())).signum() != 0;
    }

    /** The bytes as they are sent now. */
    byte[] bytesAt(Moment moment) {
        var bytes = new byte[bytes()];
        var now = moment.distorted(value.at(moment.elapsedNanos()));
        switch (type) {
            case TEXT -> {
                var text = (now instanceof Value.Text(String t) ? t : number(now).toString());
                var encoded = text.getBytes(StandardCharsets.UTF_8);
                System.arraycopy(encoded, 0, bytes, 0, Math.min(encoded.length, bytes.length));
            }
            case FLOAT32 -> put(bytes, Float.floatToRawIntBits((float) real(now)));
            case FLOAT64 -> put(bytes, Double.doubleToRawLongBits(real(now)));
            default -> put(bytes, whole(now).longValue());
        }
        order.apply(bytes);
        return bytes;
    }

    /** Rounded, and held to what the type can say, as a device's own converter does. */
    private BigInteger whole(Value now) {
        var rounded = number(now).setScale(0, RoundingMode.HALF_EVEN).toBigInteger();
        int bits = bytes * 8;
        boolean signed =
                type == PointType.INT16 || type == PointType.INT32 || type == PointType.INT64;
        var most = BigInteger.ONE.shiftLeft(signed ? bits - 1 : bits).subtract(BigInteger.ONE);
        var least = signed ? BigInteger.ONE.shiftLeft(bits - 1).negate() : BigInteger.ZERO;
        return rounded.max(least).min(most);
    }

    private static double real(Value now) {
        return switch (now) {
            case Value.Real(double d) -> d;
            default -> number(now).doubleValue();
        };
    }

    private static BigDecimal number(Value now) {
        return switch (now) {
            case Value.Bool(boolean b) -> b ? BigDecimal.ONE : BigDecimal.ZERO;
            case Value.Int(long i) -> BigDecimal.valueOf(i);
            case Value.Real(double d) ->
                    Double.isFinite(d) ? BigDecimal.valueOf(d) : BigDecimal.ZERO;
            case Value.Text _ -> BigDecimal.ZERO;
        };
    }

    private static void put(byte[] bytes, long value) {
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (value >>> (8 * (bytes.length - 1 - i)));
        }
    }
}
