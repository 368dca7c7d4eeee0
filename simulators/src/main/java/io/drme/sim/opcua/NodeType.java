package io.drme.sim.opcua;

import static org.eclipse.milo.opcua.stack.core.types.builtin.unsigned.Unsigned.ubyte;
import static org.eclipse.milo.opcua.stack.core.types.builtin.unsigned.Unsigned.uint;
import static org.eclipse.milo.opcua.stack.core.types.builtin.unsigned.Unsigned.ulong;
import static org.eclipse.milo.opcua.stack.core.types.builtin.unsigned.Unsigned.ushort;

import io.drme.model.Value;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.eclipse.milo.opcua.stack.core.NodeIds;
import org.eclipse.milo.opcua.stack.core.types.builtin.NodeId;

/** The built-in types that a simulated node can have, as written in a scenario. */
enum NodeType {
    BOOLEAN(NodeIds.Boolean),
    SBYTE(NodeIds.SByte),
    BYTE(NodeIds.Byte),
    INT16(NodeIds.Int16),
    UINT16(NodeIds.UInt16),
    INT32(NodeIds.Int32),
    UINT32(NodeIds.UInt32),
    INT64(NodeIds.Int64),
    UINT64(NodeIds.UInt64),
    FLOAT(NodeIds.Float),
    DOUBLE(NodeIds.Double),
    STRING(NodeIds.String);

    // A NodeId is an immutable record; Milo just does not say so by annotation.
    @SuppressWarnings("ImmutableEnumChecker")
    private final NodeId dataType;

    NodeType(NodeId dataType) {
        this.dataType = dataType;
    }

    /** The node that stands for the type. */
    NodeId dataType() {
        return dataType;
    }

    static List<String> words() {
        return Arrays.stream(values()).map(t -> t.name().toLowerCase(Locale.ROOT)).toList();
    }

    static Optional<NodeType> of(String word) {
        return Arrays.stream(values())
                .filter(t -> t.name().toLowerCase(Locale.ROOT).equals(word))
                .findFirst();
    }

    /** The type that suits a value where a scenario names none. */
    static NodeType suiting(Value value) {
        return switch (value) {
            case Value.Bool _ -> BOOLEAN;
            case Value.Int _ -> INT64;
            case Value.Real _ -> DOUBLE;
            case Value.Text _ -> STRING;
        };
    }

    /** The value in the form that Milo's variants take. Numbers wrap as the type does. */
    Object of(Value value) {
        if (this == STRING) {
            return switch (value) {
                case Value.Bool(boolean b) -> Boolean.toString(b);
                case Value.Int(long i) -> Long.toString(i);
                case Value.Real(double d) -> Double.toString(d);
                case Value.Text(String s) -> s;
            };
        }
        double real = asDouble(value);
        long whole = value instanceof Value.Int(long i) ? i : Math.round(real);
        return switch (this) {
            case BOOLEAN -> whole != 0;
            case SBYTE -> (byte) whole;
            case BYTE -> ubyte((byte) whole);
            case INT16 -> (short) whole;
            case UINT16 -> ushort((short) whole);
            case INT32 -> (int) whole;
            case UINT32 -> uint((int) whole);
            case INT64 -> whole;
            case UINT64 -> ulong(BigInteger.valueOf(whole).mod(BigInteger.TWO.pow(Long.SIZE)));
            case FLOAT -> (float) real;
            case DOUBLE -> real;
            case STRING -> throw new IllegalStateException("handled above");
        };
    }

    private static double asDouble(Value value) {
        return switch (value) {
            case Value.Bool(boolean b) -> b ? 1 : 0;
            case Value.Int(long i) -> (double) i;
            case Value.Real(double d) -> d;
            case Value.Text(String s) -> {
                try {
                    yield Double.parseDouble(s);
                } catch (NumberFormatException _) {
                    yield 0;
                }
            }
        };
    }
}
