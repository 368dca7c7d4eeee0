package io.drme.schema;

import io.drme.model.Value;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Writes Avro's binary encoding (Apache Avro 1.12, "Binary Encoding"). Confined to its owner. */
final class AvroWriter {
    private static final int FIRST_CAPACITY_BYTES = 128;

    private byte[] bytes = new byte[FIRST_CAPACITY_BYTES];
    private int length;

    byte[] toBytes() {
        return Arrays.copyOf(bytes, length);
    }

    AvroWriter putLong(long value) {
        long rest = (value << 1) ^ (value >> 63);
        reserve(10);
        while ((rest & ~0x7FL) != 0) {
            bytes[length++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        bytes[length++] = (byte) rest;
        return this;
    }

    AvroWriter putBoolean(boolean value) {
        reserve(1);
        bytes[length++] = (byte) (value ? 1 : 0);
        return this;
    }

    AvroWriter putDouble(double value) {
        reserve(Double.BYTES);
        long bits = Double.doubleToRawLongBits(value);
        for (int i = 0; i < Double.BYTES; i++) {
            bytes[length++] = (byte) (bits >>> (8 * i));
        }
        return this;
    }

    AvroWriter putString(String value) {
        return putBytes(value.getBytes(StandardCharsets.UTF_8));
    }

    AvroWriter putBytes(byte[] value) {
        putLong(value.length);
        return putFixed(value);
    }

    AvroWriter putFixed(byte[] value) {
        reserve(value.length);
        System.arraycopy(value, 0, bytes, length, value.length);
        length += value.length;
        return this;
    }

    /** A union of null and double. */
    AvroWriter putOptionalDouble(@Nullable Double value) {
        return value == null ? putLong(0) : putLong(1).putDouble(value);
    }

    /** A union of null, boolean, long, double and string. */
    AvroWriter putOptionalValue(@Nullable Value value) {
        return switch (value) {
            case null -> putLong(0);
            case Value.Bool(boolean b) -> putLong(1).putBoolean(b);
            case Value.Int(long i) -> putLong(2).putLong(i);
            case Value.Real(double d) -> putLong(3).putDouble(d);
            case Value.Text(String s) -> putLong(4).putString(s);
        };
    }

    /** A map of strings, sorted by key so that equal maps give equal bytes. */
    AvroWriter putStrings(Map<String, String> map) {
        if (!map.isEmpty()) {
            putLong(map.size());
            new TreeMap<>(map).forEach((key, value) -> putString(key).putString(value));
        }
        return putLong(0);
    }

    private void reserve(int more) {
        if (length + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(length + more, bytes.length * 2));
        }
    }
}
