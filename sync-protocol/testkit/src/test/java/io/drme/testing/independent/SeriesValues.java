package io.drme.testing.independent;

import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The values of one series: 64 bits each, or texts. */
final class SeriesValues {
    private static final int BOOLEAN = 1;
    private static final int INT64 = 2;
    private static final int FLOAT64 = 3;
    private static final int TEXT = 4;

    private final Set<String> met;

    SeriesValues(Set<String> met) {
        this.met = met;
    }

    /** Values by place; of a text its bits are 0. */
    @SuppressWarnings("ArrayRecordComponent") // handed on, never compared
    record Column(long[] bits, @Nullable String[] texts) {}

    Column read(Cursor in, int type, int form, int n) {
        met.add("type " + type + " form " + form);
        var column = new Column(new long[n], new String[n]);
        if (n == 0) {
            return column;
        }
        switch (type * 10 + form) {
            case BOOLEAN * 10 -> {
                var bits = new BitCursor(in);
                for (int i = 0; i < n; i++) {
                    column.bits[i] = bits.take(1);
                }
            }
            case BOOLEAN * 10 + 1 -> booleanRuns(in, column.bits);
            case INT64 * 10 -> copy(new Integers(met).read(in, n), column.bits);
            case FLOAT64 * 10, FLOAT64 * 10 + 1, FLOAT64 * 10 + 2, FLOAT64 * 10 + 3 ->
                    copy(doubles(in, form, n), column.bits);
            case TEXT * 10 -> texts(in, column.texts);
            default -> throw new Malformed("form " + form + " of type " + type);
        }
        return column;
    }

    private static void copy(long[] from, long[] to) {
        System.arraycopy(from, 0, to, 0, to.length);
    }

    private static void booleanRuns(Cursor in, long[] bits) {
        int at = 0;
        for (long value = 0; at < bits.length; value ^= 1) {
            for (int left = in.count(bits.length - at); left > 0; left--) {
                bits[at++] = value;
            }
        }
    }

    private long[] doubles(Cursor in, int form, int n) {
        int first = in.u8();
        int exponent = first & 0x7f;
        int exceptions = first >= 0x80 ? in.count(n) : 0;
        var places = new int[exceptions];
        var raw = new long[exceptions];
        int place = 0;
        for (int i = 0; i < exceptions; i++) {
            place += in.count(n);
            Malformed.unless(place < n, "an exception at " + place);
            places[i] = place;
            raw[i] = in.u64();
            met.add("exceptions of form " + form);
        }
        var values = new Integers(met).read(in, n);
        for (int i = 0; i < n; i++) {
            values[i] = bits(form, exponent, values[i]);
        }
        for (int i = 0; i < exceptions; i++) {
            values[places[i]] = raw[i];
        }
        return values;
    }

    private static long bits(int form, int exponent, long i) {
        if (form == 0) {
            return i ^ ((i >> 63) & 0x7fffffffffffffffL);
        }
        if (form == 1) {
            return Double.doubleToRawLongBits(decimal(i, exponent));
        }
        int single = (int) i;
        float value = Float.intBitsToFloat(single ^ ((single >> 31) & 0x7fffffff));
        return Double.doubleToRawLongBits(form == 2 ? value : shortest(value));
    }

    /** The value {@code i / 10^e}. */
    static double decimal(long i, int exponent) {
        Malformed.unless(exponent <= 18, "exponent " + exponent);
        return i / power(exponent);
    }

    private static double power(int exponent) {
        long power = 1;
        for (int i = 0; i < exponent; i++) {
            power *= 10;
        }
        return power;
    }

    private static double shortest(float f) {
        float size = Math.abs(f);
        if (!(size >= 1e-10 && size < 1 << 24)) {
            return f;
        }
        double distance = (double) Math.nextUp(size) - size;
        int places = 0;
        while (1 / power(places) > distance) {
            places++;
        }
        double value = rounded(f, places);
        while (places > 0 && (float) rounded(f, places - 1) == f) {
            value = rounded(f, --places);
        }
        return value;
    }

    private static double rounded(float f, int places) {
        return Math.rint(f * power(places)) / power(places);
    }

    private void texts(Cursor in, @Nullable String[] texts) {
        int different = in.count(texts.length);
        var table = new String[different];
        for (int i = 0; i < different; i++) {
            table[i] = text(in);
        }
        var which = new Integers(met).read(in, texts.length);
        for (int i = 0; i < texts.length; i++) {
            Malformed.unless(which[i] >= 0 && which[i] < different, "text " + which[i]);
            texts[i] = table[(int) which[i]];
        }
    }

    /** Length and bytes. */
    static String text(Cursor in) {
        long length = in.varint();
        if ((length & 1) == 0) {
            return in.text(length >>> 1, StandardCharsets.UTF_8);
        }
        var units = in.part(length >>> 1);
        var text = new StringBuilder();
        while (units.left() > 0) {
            text.append((char) (units.u8() | (units.u8() << 8)));
        }
        return text.toString();
    }
}
