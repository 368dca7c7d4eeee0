package io.drme.driver.modbus;

import io.drme.model.ValueType;
import java.util.Locale;

/** How a value lies in registers. */
enum DataType {
    BOOL(ValueType.BOOLEAN, 2, false),
    INT16(ValueType.INT64, 2, true),
    UINT16(ValueType.INT64, 2, false),
    INT32(ValueType.INT64, 4, true),
    UINT32(ValueType.INT64, 4, false),
    INT64(ValueType.INT64, 8, true),
    UINT64(ValueType.INT64, 8, false),
    FLOAT32(ValueType.FLOAT64, 4, true),
    FLOAT64(ValueType.FLOAT64, 8, true),
    /** A decimal digit in each half of a byte. */
    BCD(ValueType.INT64, 0, false),
    TEXT(ValueType.TEXT, 0, false);

    private final ValueType valueType;
    private final int bytes;
    private final boolean signed;

    DataType(ValueType valueType, int bytes, boolean signed) {
        this.valueType = valueType;
        this.bytes = bytes;
        this.signed = signed;
    }

    ValueType valueType() {
        return valueType;
    }

    /** Length in registers, in bytes; 0 where the tag says. */
    int bytes() {
        return bytes;
    }

    boolean isSigned() {
        return signed;
    }

    boolean isInteger() {
        return valueType == ValueType.INT64;
    }

    boolean isFloat() {
        return valueType == ValueType.FLOAT64;
    }

    String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
