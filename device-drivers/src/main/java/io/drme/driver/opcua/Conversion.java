package io.drme.driver.opcua;

import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.model.Reason;
import io.drme.model.ValueType;
import java.util.Map;
import java.util.UUID;
import org.eclipse.milo.opcua.stack.core.types.UaEnumeratedType;
import org.eclipse.milo.opcua.stack.core.types.builtin.DataValue;
import org.eclipse.milo.opcua.stack.core.types.builtin.DateTime;
import org.eclipse.milo.opcua.stack.core.types.builtin.LocalizedText;
import org.eclipse.milo.opcua.stack.core.types.builtin.QualifiedName;
import org.eclipse.milo.opcua.stack.core.types.builtin.unsigned.ULong;
import org.eclipse.milo.opcua.stack.core.types.builtin.unsigned.UNumber;
import org.jspecify.annotations.Nullable;

/**
 * Turns what a server sends into a sample of the tag's type. Nothing is rounded: a value that the
 * type can't hold exactly is a bad reading.
 */
final class Conversion {
    /** 1970 in the time of OPC UA, which counts 100 ns since 1601 (Part 6, 5.2.2.5). */
    private static final long EPOCH_TICKS = 116_444_736_000_000_000L;

    private static final long NANOS_PER_TICK = 100;
    private static final long MAX_TICKS = EPOCH_TICKS + Long.MAX_VALUE / NANOS_PER_TICK;
    private static final int PICOS_UNIT_PER_NANO = 100;
    private static final int MAX_PICOS_UNITS = 9_999;

    private Conversion() {}

    /**
     * Adds one value as a sample.
     *
     * @param tag index in the gateway's table
     * @param now the gateway's time, for a server that gives none
     */
    static void add(Batch out, int tag, ValueType type, DataValue data, long now) {
        long time = sourceTime(data, now);
        byte quality = Statuses.quality(data.statusCode());
        if (Quality.isBad(quality)) {
            out.addBad(tag, time, Quality.reason(quality));
            return;
        }
        @Nullable Object value = data.value().value();
        var reason = addValue(out, tag, time, value, new Kind(type, Map.of(), false), quality);
        if (reason != null) {
            out.addBad(tag, time, reason);
        }
    }

    /**
     * What a value becomes.
     *
     * @param names of codes, for a text; empty where there are none
     * @param isComplete whether a code without a name is out of range, and not just shown as the
     *     number that it is
     */
    record Kind(ValueType type, Map<Long, String> names, boolean isComplete) {}

    /** Adds a value that is not bad as a sample; gives the reason where it does not fit. */
    static @Nullable Reason addValue(
            Batch out, int tag, long time, @Nullable Object held, Kind kind, byte quality) {
        var value = held instanceof UaEnumeratedType code ? named(code, kind) : held;
        if (value == null) {
            return Reason.MALFORMED;
        }
        return switch (kind.type()) {
            case BOOLEAN -> addBoolean(out, tag, time, value, quality);
            case INT64 -> addInt(out, tag, time, value, quality);
            case FLOAT64 -> addDouble(out, tag, time, value, quality);
            case TEXT ->
                    kind.names().isEmpty()
                            ? addText(out, tag, time, value, quality)
                            : addCode(out, tag, time, value, kind, quality);
        };
    }

    private static @Nullable Reason addCode(
            Batch out, int tag, long time, Object value, Kind kind, byte quality) {
        var code = integer(value);
        var name = code == null ? null : kind.names().get(code);
        if (name == null && kind.isComplete()) {
            return code == null ? Reason.MALFORMED : Reason.OUT_OF_RANGE;
        }
        return addText(out, tag, time, name == null ? value : name, quality);
    }

    /** Within structures a code comes with its name. */
    private static Object named(UaEnumeratedType code, Kind kind) {
        var name = code.getName();
        if (name != null
                && !name.isBlank()
                && kind.type() == ValueType.TEXT
                && kind.names().isEmpty()) {
            return name;
        }
        return code.getValue();
    }

    /** The device's time where it has one: servers say 1601 for none, and so for unknown nodes. */
    static long sourceTime(DataValue data, long now) {
        long source = nanos(data.sourceTime(), units(data.sourcePicoseconds()));
        if (source > 0) {
            return source;
        }
        long server = nanos(data.serverTime(), units(data.serverPicoseconds()));
        return server > 0 ? server : now;
    }

    /** The same, but 0 where neither device nor server gives a time. */
    static long deviceTime(DataValue data) {
        return sourceTime(data, 0);
    }

    /** A time of ours as OPC UA writes it. */
    static DateTime time(long epochNanos) {
        return new DateTime(EPOCH_TICKS + epochNanos / NANOS_PER_TICK);
    }

    private static int units(@Nullable UNumber picoseconds) {
        return picoseconds == null ? 0 : Math.min(picoseconds.intValue(), MAX_PICOS_UNITS);
    }

    private static long nanos(@Nullable DateTime time, int picosUnits) {
        if (time == null || time.utcTime() <= EPOCH_TICKS || time.utcTime() >= MAX_TICKS) {
            return 0;
        }
        return (time.utcTime() - EPOCH_TICKS) * NANOS_PER_TICK + picosUnits / PICOS_UNIT_PER_NANO;
    }

    private static @Nullable Reason addBoolean(
            Batch out, int tag, long time, Object value, byte quality) {
        if (value instanceof Boolean b) {
            out.addBoolean(tag, time, b, quality);
            return null;
        }
        var exact = integer(value);
        if (exact == null) {
            return value instanceof Number ? Reason.OUT_OF_RANGE : Reason.MALFORMED;
        }
        if (exact != 0 && exact != 1) {
            return Reason.OUT_OF_RANGE;
        }
        out.addBoolean(tag, time, exact == 1, quality);
        return null;
    }

    private static @Nullable Reason addInt(
            Batch out, int tag, long time, Object value, byte quality) {
        @Nullable Long exact =
                value instanceof Boolean b ? Long.valueOf(b ? 1 : 0) : integer(value);
        if (exact == null) {
            return value instanceof Number ? Reason.OUT_OF_RANGE : Reason.MALFORMED;
        }
        out.addInt(tag, time, exact, quality);
        return null;
    }

    /** The value as an integer of 64 bits; null where it is none or would lose something. */
    private static @Nullable Long integer(Object value) {
        return switch (value) {
            case ULong u -> u.longValue() >= 0 ? u.longValue() : null;
            case UNumber u -> u.longValue();
            case Double d -> exact(d);
            case Float f -> exact(f.doubleValue());
            case Byte b -> b.longValue();
            case Short s -> s.longValue();
            case Integer i -> i.longValue();
            case Long l -> l;
            default -> null;
        };
    }

    private static @Nullable Long exact(double value) {
        // 2^63 itself casts to the largest long and would compare equal.
        return value >= -0x1p63 && value < 0x1p63 && (long) value == value ? (long) value : null;
    }

    private static @Nullable Reason addDouble(
            Batch out, int tag, long time, Object value, byte quality) {
        switch (value) {
            case Double d -> out.addDouble(tag, time, d, quality);
            // A float32 source keeps its shortest decimal.
            case Float f -> out.addDouble(tag, time, Double.parseDouble(f.toString()), quality);
            case Boolean b -> out.addDouble(tag, time, b ? 1 : 0, quality);
            default -> {
                var exact = integer(value);
                if (exact == null) {
                    return value instanceof Number ? Reason.OUT_OF_RANGE : Reason.MALFORMED;
                }
                double real = exact;
                if (exact == Long.MAX_VALUE || (long) real != exact) {
                    return Reason.OUT_OF_RANGE;
                }
                out.addDouble(tag, time, real, quality);
            }
        }
        return null;
    }

    private static @Nullable Reason addText(
            Batch out, int tag, long time, Object value, byte quality) {
        @Nullable String text =
                switch (value) {
                    case String s -> s;
                    case LocalizedText l -> l.text();
                    case QualifiedName q -> q.name();
                    case DateTime d -> d.toIso8601String();
                    case Number n -> n.toString();
                    case Boolean b -> b.toString();
                    case UUID u -> u.toString();
                    default -> null;
                };
        if (text == null) {
            return Reason.MALFORMED;
        }
        if (text.length() > ValueType.MAX_TEXT_LENGTH) {
            return Reason.OUT_OF_RANGE;
        }
        out.addText(tag, time, text, quality);
        return null;
    }
}
