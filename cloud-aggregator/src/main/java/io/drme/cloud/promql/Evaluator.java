package io.drme.cloud.promql;

import io.drme.cloud.promql.StoredSeries.Series;
import io.drme.cloud.promql.Value.Scalars;
import io.drme.cloud.promql.Value.Vector;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleUnaryOperator;

/**
 * Answers a query at all of its steps at once: a series is read once for all of them, and not
 * longer held than it takes. Confined to its thread; blocks on the store.
 */
final class Evaluator {
    private static final double MILLIS_PER_SECOND = 1e3;
    private static final double LN_2 = Math.log(2);

    private final StoredSeries stored;
    private final Steps steps;
    private final Budget budget;

    Evaluator(StoredSeries stored, Steps steps, Budget budget) {
        this.stored = stored;
        this.steps = steps;
        this.budget = budget;
    }

    Value of(Expr expr) throws QueryException {
        return switch (expr) {
            case Expr.Literal(double value) -> {
                var at = new double[steps.count()];
                Arrays.fill(at, value);
                yield new Scalars(at);
            }
            case Expr.Text(var text) -> new Value.Text(text);
            case Expr.Selector selector -> new Vector(instant(selector));
            case Expr.Negated(var of) -> negated(of(of));
            case Expr.Call call -> call(call);
            case Expr.Aggregate aggregate -> aggregate(aggregate);
            case Expr.Binary binary -> binary(binary);
        };
    }

    private List<Lane> lanes(Expr expr) throws QueryException {
        return of(expr) instanceof Vector(var lanes) ? lanes : List.of();
    }

    private double[] scalars(Expr expr) throws QueryException {
        return of(expr) instanceof Scalars(var at) ? at : new double[steps.count()];
    }

    private List<Series> series(Expr.Selector selector) throws QueryException {
        var series = stored.select(selector.matchers(), budget);
        budget.hold((long) series.size() * steps.count());
        return series;
    }

    /** The newest sample of each series, at each step, that is not too old. */
    private List<Lane> instant(Expr.Selector selector) throws QueryException {
        long lookback = Limits.LOOKBACK.toMillis();
        var lanes = new ArrayList<Lane>();
        for (var one : series(selector)) {
            long first = steps.startMillis() - selector.offsetMillis() - lookback;
            long last = steps.lastMillis() - selector.offsetMillis();
            var samples = stored.read(one, first, last, budget);
            var lane = new Lane(one.labels(), steps.count());
            int next = 0;
            for (int step = 0; step < steps.count(); step++) {
                long at = steps.at(step) - selector.offsetMillis();
                budget.work(1);
                while (next < samples.size() && samples.millis(next) <= at) {
                    next++;
                }
                if (next > 0 && samples.millis(next - 1) >= at - lookback) {
                    lane.set(step, samples.value(next - 1));
                }
            }
            lanes.add(lane);
        }
        return lanes;
    }

    private List<Lane> overTime(Function function, Expr.Selector selector, double[] parameter)
            throws QueryException {
        long range = selector.rangeMillis();
        var lanes = new ArrayList<Lane>();
        for (var one : series(selector)) {
            long first = steps.startMillis() - selector.offsetMillis() - range;
            long last = steps.lastMillis() - selector.offsetMillis();
            var samples = stored.read(one, first, last, budget);
            var over = new OverTime(function, samples, range);
            boolean named = function == Function.LAST_OVER_TIME;
            var lane = new Lane(named ? one.labels() : one.labels().unnamed(), steps.count());
            int from = 0;
            int to = 0;
            for (int step = 0; step < steps.count(); step++) {
                long end = steps.at(step) - selector.offsetMillis();
                while (to < samples.size() && samples.millis(to) <= end) {
                    to++;
                }
                while (from < to && samples.millis(from) < end - range) {
                    from++;
                }
                budget.work(1L + to - from);
                var value = over.of(from, to, end, parameter[step]);
                if (value != null) {
                    lane.set(step, value);
                }
            }
            lanes.add(lane);
        }
        return lanes;
    }

    private Value negated(Value value) {
        return switch (value) {
            case Scalars(var at) -> new Scalars(Arrays.stream(at).map(v -> -v).toArray());
            case Vector(var lanes) -> new Vector(mapped(lanes, v -> -v));
            case Value.Text text -> text;
        };
    }

    private List<Lane> mapped(List<Lane> lanes, DoubleUnaryOperator by) {
        var result = new ArrayList<Lane>();
        for (var lane : lanes) {
            var one = new Lane(lane.labels.unnamed(), steps.count());
            for (int step = 0; step < steps.count(); step++) {
                if (lane.present.get(step)) {
                    one.set(step, by.applyAsDouble(lane.values[step]));
                }
            }
            result.add(one);
        }
        return result;
    }

    private Value call(Expr.Call call) throws QueryException {
        var arguments = call.arguments();
        if (call.function().isOverTime()) {
            if (!(arguments.getLast() instanceof Expr.Selector selector)) {
                throw new IllegalStateException("a range vector is always a selector");
            }
            var parameter =
                    arguments.size() > 1
                            ? scalars(arguments.getFirst())
                            : new double[steps.count()];
            return new Vector(overTime(call.function(), selector, parameter));
        }
        return switch (call.function()) {
            case TIME -> {
                var at = new double[steps.count()];
                Arrays.setAll(at, step -> steps.at(step) / MILLIS_PER_SECOND);
                yield new Scalars(at);
            }
            case PI -> of(new Expr.Literal(Math.PI));
            case SCALAR -> new Scalars(single(lanes(arguments.getFirst())));
            case VECTOR -> {
                var at = scalars(arguments.getFirst());
                var lane = new Lane(Labels.NONE, steps.count());
                for (int step = 0; step < steps.count(); step++) {
                    lane.set(step, at[step]);
                }
                yield new Vector(List.of(lane));
            }
            case SORT, SORT_DESC -> {
                var lanes = new ArrayList<>(lanes(arguments.getFirst()));
                if (steps.count() == 1) {
                    lanes.sort(Groups.by(0, call.function() == Function.SORT_DESC));
                }
                yield new Vector(lanes);
            }
            case ROUND, CLAMP, CLAMP_MIN, CLAMP_MAX -> new Vector(bounded(call));
            default -> new Vector(mapped(lanes(arguments.getFirst()), math(call.function())));
        };
    }

    /** The value of the only series, where there is one only. */
    private double[] single(List<Lane> lanes) throws QueryException {
        var at = new double[steps.count()];
        for (int step = 0; step < at.length; step++) {
            int now = step;
            budget.work(lanes.size());
            var present = lanes.stream().filter(l -> l.present.get(now)).limit(2).toList();
            at[step] = present.size() == 1 ? present.getFirst().values[step] : Double.NaN;
        }
        return at;
    }

    private static DoubleUnaryOperator math(Function function) {
        return switch (function) {
            case ABS -> Math::abs;
            case CEIL -> Math::ceil;
            case FLOOR -> Math::floor;
            case SQRT -> Math::sqrt;
            case EXP -> Math::exp;
            case LN -> Math::log;
            case LOG2 -> v -> Math.log(v) / LN_2;
            case LOG10 -> Math::log10;
            case SGN -> Math::signum;
            default -> throw new IllegalStateException(function + " is not of one value");
        };
    }

    /** Functions of a series and of numbers that may differ from step to step. */
    private List<Lane> bounded(Expr.Call call) throws QueryException {
        var arguments = call.arguments();
        var first = arguments.size() > 1 ? scalars(arguments.get(1)) : ones();
        var second = arguments.size() > 2 ? scalars(arguments.get(2)) : first;
        var result = new ArrayList<Lane>();
        for (var lane : lanes(arguments.getFirst())) {
            var one = new Lane(lane.labels.unnamed(), steps.count());
            for (int step = 0; step < steps.count(); step++) {
                boolean empty = call.function() == Function.CLAMP && second[step] < first[step];
                if (lane.present.get(step) && !empty) {
                    one.set(
                            step,
                            bounded(call.function(), lane.values[step], first[step], second[step]));
                }
            }
            result.add(one);
        }
        return result;
    }

    private double[] ones() {
        var ones = new double[steps.count()];
        Arrays.fill(ones, 1);
        return ones;
    }

    private static double bounded(Function function, double value, double first, double second) {
        return switch (function) {
            case CLAMP -> Math.max(first, Math.min(second, value));
            case CLAMP_MIN -> Math.max(first, value);
            case CLAMP_MAX -> Math.min(first, value);
            default -> {
                double inverse = 1 / first;
                yield Math.floor(value * inverse + 0.5) / inverse;
            }
        };
    }

    private Value aggregate(Expr.Aggregate aggregate) throws QueryException {
        var parameter = aggregate.parameter() == null ? null : scalars(aggregate.parameter());
        var lanes = lanes(aggregate.of());
        return new Vector(new Groups(aggregate, steps.count(), parameter).of(lanes, budget));
    }

    private Value binary(Expr.Binary binary) throws QueryException {
        var left = of(binary.left());
        var right = of(binary.right());
        var pairs = new Pairs(binary, steps.count());
        if (left instanceof Scalars(var a) && right instanceof Scalars(var b)) {
            var at = new double[steps.count()];
            Arrays.setAll(at, step -> binary.operator().apply(a[step], b[step]));
            return new Scalars(at);
        }
        if (left instanceof Vector(var lanes) && right instanceof Scalars(var number)) {
            return new Vector(pairs.withNumber(lanes, number, false));
        }
        if (left instanceof Scalars(var number) && right instanceof Vector(var lanes)) {
            return new Vector(pairs.withNumber(lanes, number, true));
        }
        if (left instanceof Vector(var a) && right instanceof Vector(var b)) {
            return new Vector(pairs.of(a, b, budget));
        }
        throw new IllegalStateException("the parser lets no text stand beside an operator");
    }
}
