package io.drme.driver.modbus;

import io.drme.driver.TagAddress;
import io.drme.model.ValueType;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Where a tag lies in a device and how it is to be understood.
 *
 * @param start first register or bit, from 0, as in the protocol
 * @param bit of the register, 0 the lowest; -1 where the tag is no bit of a register
 * @param lengthBytes of the value; an odd text takes one byte more on the wire
 * @param mask bits of an integer that count, moved down to bit 0; all ones where none is set
 * @param invalid raw values, as unsigned bits of the type's width, that mean the sensor failed
 * @param invalidNan whether a NaN means so too
 * @param names what the values of an enumeration are called; empty where it is none
 * @param writable whether a person may write it
 */
record ModbusAddress(
        Area area,
        int start,
        int bit,
        DataType type,
        Order order,
        int lengthBytes,
        long mask,
        List<Long> invalid,
        boolean invalidNan,
        Map<Long, String> names,
        boolean writable)
        implements TagAddress {

    static final long ALL_BITS = -1L;

    /** How many registers or bits it takes. */
    int width() {
        return area.isBits() || bit >= 0 ? 1 : (lengthBytes + 1) / 2;
    }

    /** The address behind its last register or bit. */
    int end() {
        return start + width();
    }

    /** The type of the values that it gives. */
    ValueType valueType() {
        return names.isEmpty() ? type.valueType() : ValueType.TEXT;
    }

    @Override
    public Optional<Writing> writing() {
        if (!writable) {
            return Optional.empty();
        }
        var words = new HashMap<String, Long>();
        names.forEach((code, name) -> words.merge(name, code, Math::min));
        return Optional.of(new Writing(OptionalLong.empty(), Map.copyOf(words)));
    }

    /** In both notations, for example {@code holding:100 (400101)}. */
    String shown() {
        return this + " (" + classic(area, start) + (bit < 0 ? "" : "." + bit) + ")";
    }

    /** The notation of many devices' lists: six digits, the first for the area, counted from 1. */
    static String classic(Area area, int start) {
        return "%d%05d".formatted(area.classicDigit(), start + 1);
    }

    @Override
    public String toString() {
        return area.text() + ":" + start + (bit < 0 ? "" : "." + bit);
    }
}
