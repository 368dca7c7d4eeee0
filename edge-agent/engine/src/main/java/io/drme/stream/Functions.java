package io.drme.stream;

import io.drme.model.Quality;
import io.drme.model.Reason;
import io.drme.model.ValueType;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What compiled expressions call. What leaves the whole numbers of 64 bits is unknown, never wrong;
 * doubles follow IEEE 754. Pure.
 */
final class Functions {
    private static final String[] SEVERITIES = severities();
    private static final String[] REASONS = reasons();

    private Functions() {}

    static long plus(long a, long b) {
        return a + b;
    }

    static boolean sumOverflows(long a, long b) {
        long sum = a + b;
        return ((a ^ sum) & (b ^ sum)) < 0;
    }

    static long minus(long a, long b) {
        return a - b;
    }

    static boolean differenceOverflows(long a, long b) {
        return ((a ^ b) & (a ^ (a - b))) < 0;
    }

    static long times(long a, long b) {
        return a * b;
    }

    static boolean productOverflows(long a, long b) {
        return Math.multiplyHigh(a, b) != (a * b) >> 63;
    }

    static long over(long a, long b) {
        return a / b;
    }

    static long modulo(long a, long b) {
        return a % b;
    }

    static boolean isUndivided(long a, long b) {
        return b == 0 || (a == Long.MIN_VALUE && b == -1);
    }

    static long min(long a, long b) {
        return Math.min(a, b);
    }

    static long max(long a, long b) {
        return Math.max(a, b);
    }

    static long negate(long a) {
        return -a;
    }

    static long abs(long a) {
        return a < 0 ? -a : a;
    }

    /** The one whole number without a counterpart on the other side of zero. */
    static boolean isLeast(long a) {
        return a == Long.MIN_VALUE;
    }

    static long sign(long a) {
        return Long.signum(a);
    }

    static double plus(double a, double b) {
        return a + b;
    }

    static double minus(double a, double b) {
        return a - b;
    }

    static double times(double a, double b) {
        return a * b;
    }

    static double over(double a, double b) {
        return a / b;
    }

    static double min(double a, double b) {
        return Math.min(a, b);
    }

    static double max(double a, double b) {
        return Math.max(a, b);
    }

    static double negate(double a) {
        return -a;
    }

    static double abs(double a) {
        return Math.abs(a);
    }

    static double sign(double a) {
        return Math.signum(a);
    }

    /** To the nearest whole number, halves away from zero; the difference is exact. */
    static double round(double a) {
        double whole = trunc(a);
        return Math.abs(a - whole) >= 0.5 ? whole + Math.signum(a) : whole;
    }

    static double floor(double a) {
        return Math.floor(a);
    }

    static double ceil(double a) {
        return Math.ceil(a);
    }

    static double trunc(double a) {
        return a < 0 ? Math.ceil(a) : Math.floor(a);
    }

    static double sqrt(double a) {
        return Math.sqrt(a);
    }

    static double exp(double a) {
        return StrictMath.exp(a);
    }

    static double log(double a) {
        return StrictMath.log(a);
    }

    static double log10(double a) {
        return StrictMath.log10(a);
    }

    static double pow(double a, double b) {
        return StrictMath.pow(a, b);
    }

    static boolean isNaN(double a) {
        return Double.isNaN(a);
    }

    static boolean isInf(double a) {
        return Double.isInfinite(a);
    }

    static boolean isFinite(double a) {
        return Double.isFinite(a);
    }

    static boolean same(boolean a, boolean b) {
        return a == b;
    }

    static double real(long a) {
        return a;
    }

    /** Cuts the fraction off. */
    static long whole(double a) {
        return (long) a;
    }

    static boolean isBeyondWhole(double a) {
        return !(a > -0x1p63 && a < 0x1p63);
    }

    static boolean startsWith(String text, String part) {
        return text.startsWith(part);
    }

    static boolean endsWith(String text, String part) {
        return text.endsWith(part);
    }

    static boolean contains(String text, String part) {
        return text.contains(part);
    }

    /** In Unicode code points, as CEL counts. */
    static long size(String text) {
        return text.codePointCount(0, text.length());
    }

    static String join(String a, String b) {
        return a.concat(b);
    }

    static boolean isTooLong(String a, String b) {
        return a.length() + b.length() > ValueType.MAX_TEXT_LENGTH;
    }

    static String text(boolean a) {
        return String.valueOf(a);
    }

    static String text(long a) {
        return Long.toString(a);
    }

    /** The sign of a comparison by Unicode code points. */
    static int compare(String a, String b) {
        int shorter = Math.min(a.length(), b.length());
        for (int i = 0; i < shorter; i++) {
            char x = a.charAt(i);
            char y = b.charAt(i);
            if (x != y) {
                boolean ranked = Character.isSurrogate(x) == Character.isSurrogate(y);
                return ranked ? x - y : Character.isSurrogate(x) ? 1 : -1;
            }
        }
        return a.length() - b.length();
    }

    /**
     * The sign of a comparison by exact values: the whole number is not rounded.
     *
     * @param ofNaN the sign where there is none
     */
    static int compare(long left, double right, int ofNaN) {
        if (Double.isNaN(right)) {
            return ofNaN;
        }
        if (right >= 0x1p63) {
            return -1;
        }
        if (right < -0x1p63) {
            return 1;
        }
        long whole = (long) right;
        return left == whole ? Double.compare(whole - right + 0.0, 0.0) : Long.compare(left, whole);
    }

    static boolean isTrue(long bits) {
        return bits != 0;
    }

    static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }

    static String severity(byte quality) {
        return SEVERITIES[(quality & 0xFF) >>> 6];
    }

    static String reason(byte quality) {
        return REASONS[quality & 0x3F];
    }

    private static String[] severities() {
        var texts = new String[4];
        for (int high = 0; high < texts.length; high++) {
            texts[high] = Quality.severity((byte) (high << 6)).text();
        }
        return texts;
    }

    private static String[] reasons() {
        var texts = new String[64];
        Arrays.fill(texts, "");
        for (var reason : Reason.values()) {
            texts[reason.code()] = reason.text();
        }
        return texts;
    }
}
