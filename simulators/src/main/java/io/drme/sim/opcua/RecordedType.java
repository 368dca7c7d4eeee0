package io.drme.sim.opcua;

import static org.eclipse.milo.opcua.stack.core.types.builtin.unsigned.Unsigned.ubyte;
import static org.eclipse.milo.opcua.stack.core.types.builtin.unsigned.Unsigned.uint;
import static org.eclipse.milo.opcua.stack.core.types.builtin.unsigned.Unsigned.ulong;
import static org.eclipse.milo.opcua.stack.core.types.builtin.unsigned.Unsigned.ushort;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.milo.opcua.stack.core.NodeIds;
import org.eclipse.milo.opcua.stack.core.types.builtin.ByteString;
import org.eclipse.milo.opcua.stack.core.types.builtin.DateTime;
import org.eclipse.milo.opcua.stack.core.types.builtin.LocalizedText;
import org.eclipse.milo.opcua.stack.core.types.builtin.NodeId;
import org.eclipse.milo.opcua.stack.core.types.builtin.unsigned.UByte;
import org.eclipse.milo.opcua.stack.core.types.builtin.unsigned.UInteger;
import org.eclipse.milo.opcua.stack.core.types.builtin.unsigned.ULong;
import org.eclipse.milo.opcua.stack.core.types.builtin.unsigned.UShort;

/** The types of values that a recording holds, and their values as text, both ways exact. */
enum RecordedType {
    BOOLEAN(NodeIds.Boolean, Boolean.class),
    SBYTE(NodeIds.SByte, Byte.class),
    BYTE(NodeIds.Byte, UByte.class),
    INT16(NodeIds.Int16, Short.class),
    UINT16(NodeIds.UInt16, UShort.class),
    INT32(NodeIds.Int32, Integer.class),
    UINT32(NodeIds.UInt32, UInteger.class),
    INT64(NodeIds.Int64, Long.class),
    UINT64(NodeIds.UInt64, ULong.class),
    FLOAT(NodeIds.Float, Float.class),
    DOUBLE(NodeIds.Double, Double.class),
    STRING(NodeIds.String, String.class),
    /** In units of 100 ns since 1601. */
    DATETIME(NodeIds.DateTime, DateTime.class),
    GUID(NodeIds.Guid, UUID.class),
    /** In hexadecimal. */
    BYTESTRING(NodeIds.ByteString, ByteString.class),
    /** Without its language. */
    LOCALIZEDTEXT(NodeIds.LocalizedText, LocalizedText.class);

    // A NodeId is an immutable record; Milo just does not say so by annotation.
    @SuppressWarnings("ImmutableEnumChecker")
    private final NodeId dataType;

    private final Class<?> form;

    RecordedType(NodeId dataType, Class<?> form) {
        this.dataType = dataType;
        this.form = form;
    }

    NodeId dataType() {
        return dataType;
    }

    /** What Milo holds such a value in. */
    Class<?> form() {
        return form;
    }

    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Optional<RecordedType> ofWord(String word) {
        return Arrays.stream(values()).filter(t -> t.word().equals(word)).findFirst();
    }

    /** The type of a data type's node; nothing where it is none of these. */
    static Optional<RecordedType> ofDataType(NodeId id) {
        return Arrays.stream(values()).filter(t -> t.dataType.equals(id)).findFirst();
    }

    /** The type of a value, or of an array's elements. */
    static Optional<RecordedType> ofForm(Class<?> form) {
        var element = form.isArray() ? form.getComponentType() : form;
        return Arrays.stream(values()).filter(t -> t.form.equals(element)).findFirst();
    }

    /** A value of this type as text. */
    String text(Object value) {
        return switch (value) {
            case DateTime time -> Long.toString(time.getUtcTime());
            case ByteString bytes -> HexFormat.of().formatHex(bytes.bytesOrEmpty());
            case LocalizedText text -> String.valueOf(text.text());
            default -> value.toString();
        };
    }

    /**
     * The value of a text.
     *
     * @throws IllegalArgumentException where it is none of this type
     */
    Object value(String text) {
        return switch (this) {
            case BOOLEAN -> Boolean.parseBoolean(text);
            case SBYTE -> Byte.parseByte(text);
            case BYTE -> ubyte(text);
            case INT16 -> Short.parseShort(text);
            case UINT16 -> ushort(text);
            case INT32 -> Integer.parseInt(text);
            case UINT32 -> uint(text);
            case INT64 -> Long.parseLong(text);
            case UINT64 -> ulong(text);
            case FLOAT -> Float.parseFloat(text);
            case DOUBLE -> Double.parseDouble(text);
            case STRING -> text;
            case DATETIME -> new DateTime(Long.parseLong(text));
            case GUID -> UUID.fromString(text);
            case BYTESTRING -> ByteString.of(HexFormat.of().parseHex(text));
            case LOCALIZEDTEXT -> LocalizedText.english(text);
        };
    }
}
