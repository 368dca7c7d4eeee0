package io.drme.schema;

import io.drme.model.Value;
import io.drme.schema.BadEventException.Why;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads Avro's binary encoding from bytes that may be anything: a length is checked against what is
 * there before memory is taken. Confined to its owner.
 */
final class AvroReader {
    private final byte[] bytes;
    private int at;

    AvroReader(byte[] bytes) {
        this.bytes = bytes;
    }

    /** Reads one item of an array. */
    interface ItemReader<T> {
        T read(AvroReader in) throws BadEventException;
    }

    /** Fails unless every byte was read. */
    void expectEnd() throws BadEventException {
        if (at != bytes.length) {
            throw malformed((bytes.length - at) + " bytes follow the last field");
        }
    }

    long takeLong() throws BadEventException {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            byte b = takeByte();
            value |= (long) (b & 0x7F) << shift;
            if (b >= 0) {
                if (shift == 63 && b > 1) {
                    break;
                }
                return (value >>> 1) ^ -(value & 1);
            }
        }
        throw malformed("a number is longer than 64 bits");
    }

    int takeInt() throws BadEventException {
        long value = takeLong();
        if (value != (int) value) {
            throw malformed("a number of 32 bits is " + value);
        }
        return (int) value;
    }

    boolean takeBoolean() throws BadEventException {
        byte b = takeByte();
        if (b < 0 || b > 1) {
            throw malformed("a boolean is " + b);
        }
        return b == 1;
    }

    double takeDouble() throws BadEventException {
        need(Double.BYTES);
        long bits = 0;
        for (int i = 0; i < Double.BYTES; i++) {
            bits |= (bytes[at++] & 0xFFL) << (8 * i);
        }
        return Double.longBitsToDouble(bits);
    }

    String takeString() throws BadEventException {
        int length = takeLength();
        try {
            var text =
                    StandardCharsets.UTF_8
                            .newDecoder()
                            .decode(ByteBuffer.wrap(bytes, at, length))
                            .toString();
            at += length;
            return text;
        } catch (CharacterCodingException e) {
            throw malformed("a string is not UTF-8");
        }
    }

    byte[] takeBytes() throws BadEventException {
        return takeFixed(takeLength());
    }

    byte[] takeFixed(int length) throws BadEventException {
        need(length);
        at += length;
        return Arrays.copyOfRange(bytes, at - length, at);
    }

    @Nullable Double takeOptionalDouble() throws BadEventException {
        long branch = takeLong();
        if (branch == 0) {
            return null;
        }
        if (branch != 1) {
            throw malformed("a union of 2 has branch " + branch);
        }
        return takeDouble();
    }

    @Nullable Value takeOptionalValue() throws BadEventException {
        long branch = takeLong();
        if (branch < 0 || branch > 4) {
            throw malformed("a union of 5 has branch " + branch);
        }
        return switch ((int) branch) {
            case 0 -> null;
            case 1 -> new Value.Bool(takeBoolean());
            case 2 -> new Value.Int(takeLong());
            case 3 -> new Value.Real(takeDouble());
            default -> new Value.Text(takeString());
        };
    }

    <T> List<T> takeArray(ItemReader<T> item, int limit) throws BadEventException {
        var list = new ArrayList<T>();
        for (long n = takeBlockCount(); n != 0; n = takeBlockCount()) {
            if (n > limit - list.size()) {
                throw tooMany(n, limit);
            }
            for (long i = 0; i < n; i++) {
                list.add(item.read(this));
            }
        }
        return List.copyOf(list);
    }

    Map<String, String> takeStrings(int limit) throws BadEventException {
        var map = new TreeMap<String, String>();
        for (long n = takeBlockCount(); n != 0; n = takeBlockCount()) {
            if (n > limit - map.size()) {
                throw tooMany(n, limit);
            }
            for (long i = 0; i < n; i++) {
                var key = takeString();
                map.put(key, takeString());
            }
        }
        return Map.copyOf(map);
    }

    /** The count of the next block of an array or map; a negative one is followed by its size. */
    private long takeBlockCount() throws BadEventException {
        long count = takeLong();
        if (count >= 0) {
            return count;
        }
        long size = takeLong();
        if (count == Long.MIN_VALUE || size < 0) {
            throw malformed("an array block has count %d and size %d".formatted(count, size));
        }
        return -count;
    }

    private int takeLength() throws BadEventException {
        long length = takeLong();
        if (length < 0 || length > bytes.length - at) {
            throw malformed(
                    "a length is %d, but %d bytes are left".formatted(length, bytes.length - at));
        }
        return (int) length;
    }

    private byte takeByte() throws BadEventException {
        need(1);
        return bytes[at++];
    }

    private void need(int length) throws BadEventException {
        if (length > bytes.length - at) {
            throw malformed("ends after %d bytes, in the middle of a field".formatted(at));
        }
    }

    BadEventException malformed(String what) {
        return new BadEventException(Why.MALFORMED, what + " (at byte " + at + ")");
    }

    private static BadEventException tooMany(long count, int limit) {
        return new BadEventException(
                Why.LIMIT, count + " more entries than the limit of " + limit + " allows");
    }
}
