package io.drme.stream;

import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.model.Reading;
import io.drme.model.Value;
import io.drme.stream.Environment.Part;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Optional;

/**
 * What a term means, said as plainly as can be: with objects, big numbers and the calendar of the
 * JDK. Compiled code must give the same.
 */
final class PlainEvaluation {
    private final Batch batch;
    private final int at;
    private final String tag;

    PlainEvaluation(Batch batch, int at, String tag) {
        this.batch = batch;
        this.at = at;
        this.tag = tag;
    }

    /** A Boolean, Long, Double or String; nothing where it is unknown. */
    Optional<Object> of(Term term) {
        return switch (term) {
            case Term.Literal(Value value) -> Optional.of(plain(value));
            case Term.Constant _ -> throw new IllegalStateException("lifted");
            case Term.Input(var type, int input) ->
                    switch (batch.readingAt(at + input, type)) {
                        case Reading.Good(Value value) -> Optional.of(plain(value));
                        case Reading.Uncertain(Value value, var _) -> Optional.of(plain(value));
                        case Reading.Bad _ -> Optional.empty();
                    };
            case Term.Told(Part part, int input) -> Optional.of(told(part, at + input));
            case Term.SeverityIs(int input, Quality.Severity severity) ->
                    Optional.of(Quality.severity(batch.qualities()[at + input]) == severity);
            case Term.ReasonIs(int input, int code) ->
                    Optional.of((batch.qualities()[at + input] & 0x3F) == code);
            case Term.Not(Term operand) -> of(operand).map(b -> !(boolean) b);
            case Term.And(Term left, Term right) -> both(of(left), of(right), false);
            case Term.Or(Term left, Term right) -> both(of(left), of(right), true);
            case Term.Compare compare ->
                    of(compare.left())
                            .flatMap(a -> of(compare.right()).map(b -> holds(compare, a, b)));
            case Term.Choice(Term condition, Term yes, Term no) ->
                    of(condition).flatMap(b -> of((boolean) b ? yes : no));
            case Term.Call call -> call(call);
        };
    }

    /** One that settles it is enough; else both must be known. */
    private static Optional<Object> both(
            Optional<Object> left, Optional<Object> right, boolean settles) {
        Optional<Object> settled = Optional.of(settles);
        if (left.equals(settled) || right.equals(settled)) {
            return settled;
        }
        return left.isEmpty() ? left : right;
    }

    private static Object plain(Value value) {
        return switch (value) {
            case Value.Bool(boolean b) -> b;
            case Value.Int(long i) -> i;
            case Value.Real(double d) -> d;
            case Value.Text(String s) -> s;
        };
    }

    private Object told(Part part, int index) {
        byte quality = batch.qualities()[index];
        return switch (part) {
            case QUALITY -> Quality.severity(quality).text();
            case REASON -> Quality.isGood(quality) ? "" : Quality.reason(quality).text();
            case TIME -> batch.sourceTimes()[index];
            case TAG -> tag;
            case VALUE -> throw new IllegalStateException("an input");
        };
    }

    private static boolean holds(Term.Compare compare, Object a, Object b) {
        if (isNaN(a) || isNaN(b)) {
            return compare.relation() == Relation.UNEQUAL;
        }
        int sign = a instanceof String s ? codePoints(s, (String) b) : exact(a).compareTo(exact(b));
        return switch (compare.relation()) {
            case EQUAL -> sign == 0;
            case UNEQUAL -> sign != 0;
            case LESS -> sign < 0;
            case AT_MOST -> sign <= 0;
            case GREATER -> sign > 0;
            case AT_LEAST -> sign >= 0;
        };
    }

    private static boolean isNaN(Object o) {
        return o instanceof Double d && d.isNaN();
    }

    private static int codePoints(String a, String b) {
        return Arrays.compare(a.codePoints().toArray(), b.codePoints().toArray());
    }

    private static BigDecimal exact(Object number) {
        var beyond = BigDecimal.TEN.pow(400); // above the largest double
        return switch (number) {
            case Long whole -> BigDecimal.valueOf(whole);
            case Double real when real.isInfinite() -> real > 0 ? beyond : beyond.negate();
            default -> new BigDecimal((double) number);
        };
    }

    private Optional<Object> call(Term.Call call) {
        var operands = new Object[call.operands().size()];
        for (int i = 0; i < operands.length; i++) {
            var operand = of(call.operands().get(i));
            if (operand.isEmpty()) {
                return operand;
            }
            operands[i] = operand.get();
        }
        var first = operands[0];
        var second = operands[operands.length - 1];
        return switch (call.function().result()) {
            case INT64 -> integer(call.function(), first, second).map(o -> o);
            case FLOAT64 -> Optional.of(real(call.function(), first, second));
            case BOOLEAN -> Optional.of(bool(call.function(), first, second));
            case TEXT -> text(call.function(), first, second);
        };
    }

    private static Optional<Long> integer(Function function, Object first, Object second) {
        if (first instanceof String text) {
            return Optional.of(text.codePoints().count());
        }
        if (function == Function.TO_INT) {
            double real = (double) first;
            return Math.abs(real) < Math.pow(2, 63) ? Optional.of((long) real) : Optional.empty();
        }
        if (function.owner() == Times.class) {
            return Optional.of(time(function, (long) first));
        }
        var a = BigInteger.valueOf((long) first);
        var b = BigInteger.valueOf((long) second);
        boolean divides = function == Function.OVER_INTS || function == Function.MODULO_INTS;
        boolean undivided = b.signum() == 0 || a.divide(b).bitLength() > 63;
        if (divides && undivided) {
            return Optional.empty();
        }
        var result =
                switch (function) {
                    case PLUS_INTS -> a.add(b);
                    case MINUS_INTS -> a.subtract(b);
                    case TIMES_INTS -> a.multiply(b);
                    case OVER_INTS -> a.divide(b);
                    case MODULO_INTS -> a.remainder(b);
                    case MIN_INTS -> a.min(b);
                    case MAX_INTS -> a.max(b);
                    case NEGATE_INT -> a.negate();
                    case ABS_INT -> a.abs();
                    case SIGN_INT -> BigInteger.valueOf(a.signum());
                    default -> throw new IllegalStateException(function.toString());
                };
        return result.bitLength() > 63 ? Optional.empty() : Optional.of(result.longValue());
    }

    private static long time(Function function, long nanos) {
        var time = Instant.EPOCH.plusNanos(nanos).atOffset(ZoneOffset.UTC);
        return switch (function) {
            case FULL_YEAR -> time.getYear();
            case MONTH -> time.getMonthValue() - 1;
            case DAY_OF_MONTH -> time.getDayOfMonth() - 1;
            case DATE -> time.getDayOfMonth();
            case DAY_OF_WEEK -> time.getDayOfWeek().getValue() % 7;
            case DAY_OF_YEAR -> time.getDayOfYear() - 1;
            case HOURS -> time.getHour();
            case MINUTES -> time.getMinute();
            case SECONDS -> time.getSecond();
            case MILLISECONDS -> time.getNano() / 1_000_000;
            case EPOCH_SECONDS -> time.toEpochSecond();
            default -> throw new IllegalStateException(function.toString());
        };
    }

    private static double real(Function function, Object first, Object second) {
        if (function == Function.TO_REAL) {
            return (long) first;
        }
        double a = (double) first;
        double b = (double) second;
        return switch (function) {
            case PLUS_REALS -> a + b;
            case MINUS_REALS -> a - b;
            case TIMES_REALS -> a * b;
            case OVER_REALS -> a / b;
            case MIN_REALS -> Math.min(a, b);
            case MAX_REALS -> Math.max(a, b);
            case NEGATE_REAL -> -a;
            case ABS_REAL -> Math.abs(a);
            case SIGN_REAL -> Math.signum(a);
            case ROUND -> rounded(a, RoundingMode.HALF_UP);
            case FLOOR -> rounded(a, RoundingMode.FLOOR);
            case CEIL -> rounded(a, RoundingMode.CEILING);
            case TRUNC -> rounded(a, RoundingMode.DOWN);
            case SQRT -> Math.sqrt(a);
            case EXP -> StrictMath.exp(a);
            case LOG -> StrictMath.log(a);
            case LOG10 -> StrictMath.log10(a);
            case POW -> StrictMath.pow(a, b);
            default -> throw new IllegalStateException(function.toString());
        };
    }

    private static double rounded(double a, RoundingMode mode) {
        double rounded = Double.isFinite(a) ? new BigDecimal(a).setScale(0, mode).doubleValue() : a;
        return rounded == 0 ? Math.copySign(0.0, a) : rounded;
    }

    private static boolean bool(Function function, Object first, Object second) {
        return switch (function) {
            case SAME_BOOLS -> first.equals(second);
            case IS_NAN -> isNaN(first);
            case IS_INF -> Double.isInfinite((double) first);
            case IS_FINITE -> Double.isFinite((double) first);
            case STARTS_WITH -> ((String) first).startsWith((String) second);
            case ENDS_WITH -> ((String) first).endsWith((String) second);
            case CONTAINS -> ((String) first).contains((String) second);
            default -> throw new IllegalStateException(function.toString());
        };
    }

    private static Optional<Object> text(Function function, Object first, Object second) {
        var text = function == Function.JOIN ? (String) first + second : first.toString();
        return text.length() > 4_096 ? Optional.empty() : Optional.of(text);
    }
}
