package io.drme.cloud.promql;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Aggregates series step by step. */
final class Groups {
    private final Expr.Aggregate how;
    private final int steps;
    private final double @Nullable [] parameter;

    /**
     * An aggregation.
     *
     * @param parameter of each step, where it takes one
     */
    Groups(Expr.Aggregate how, int steps, double @Nullable [] parameter) {
        this.how = how;
        this.steps = steps;
        this.parameter = parameter;
    }

    List<Lane> of(List<Lane> lanes, Budget budget) throws QueryException {
        var groups = new LinkedHashMap<Labels, List<Lane>>();
        for (var lane : lanes) {
            var labels =
                    how.without()
                            ? lane.labels.without(how.labels())
                            : lane.labels.keep(how.labels());
            groups.computeIfAbsent(labels, _ -> new ArrayList<>()).add(lane);
        }
        var result = new ArrayList<Lane>();
        for (Map.Entry<Labels, List<Lane>> group : groups.entrySet()) {
            budget.hold(steps);
            if (how.by().picks()) {
                result.addAll(picked(group.getValue(), budget));
            } else {
                result.add(reduced(group.getKey(), group.getValue(), budget));
            }
        }
        return result;
    }

    private double parameter(int step) {
        return parameter == null ? 0 : parameter[step];
    }

    private Lane reduced(Labels labels, List<Lane> members, Budget budget) throws QueryException {
        var result = new Lane(labels, steps);
        var values = new double[members.size()];
        for (int step = 0; step < steps; step++) {
            int count = 0;
            budget.work(members.size());
            for (var member : members) {
                if (member.present.get(step)) {
                    values[count++] = member.values[step];
                }
            }
            if (count > 0) {
                result.set(step, reduced(values, count, parameter(step)));
            }
        }
        return result;
    }

    private double reduced(double[] values, int count, double share) {
        return switch (how.by()) {
            case SUM -> sum(values, count);
            case AVG -> sum(values, count) / count;
            case MIN -> extreme(values, count, -1);
            case MAX -> extreme(values, count, 1);
            case COUNT -> count;
            case GROUP -> 1;
            case STDVAR -> variance(values, count);
            case STDDEV -> Math.sqrt(variance(values, count));
            case QUANTILE -> OverTime.quantile(share, Arrays.copyOf(values, count));
            case TOPK, BOTTOMK -> throw new IllegalStateException("picks series");
        };
    }

    private static double sum(double[] values, int count) {
        double sum = 0;
        for (int i = 0; i < count; i++) {
            sum += values[i];
        }
        return sum;
    }

    private static double extreme(double[] values, int count, int sign) {
        double extreme = values[0];
        for (int i = 1; i < count; i++) {
            if (sign * values[i] > sign * extreme || Double.isNaN(extreme)) {
                extreme = values[i];
            }
        }
        return extreme;
    }

    private static double variance(double[] values, int count) {
        double mean = 0;
        double squares = 0;
        for (int i = 0; i < count; i++) {
            double delta = values[i] - mean;
            mean += delta / (i + 1);
            squares += delta * (values[i] - mean);
        }
        return squares / count;
    }

    /** The first or last so many of each step, by value; of one step in that order. */
    private List<Lane> picked(List<Lane> members, Budget budget) throws QueryException {
        budget.hold((long) members.size() * steps);
        var results = new LinkedHashMap<Lane, Lane>();
        for (int step = 0; step < steps; step++) {
            int at = step;
            long count = (long) parameter(step);
            budget.work(members.size());
            members.stream()
                    .filter(m -> m.present.get(at))
                    .sorted(by(at, how.by() == Aggregation.TOPK))
                    .limit(Math.max(0, count))
                    .forEach(m ->
                            results.computeIfAbsent(m, _ -> new Lane(m.labels, steps))
                                    .set(at, m.values[at]));
        }
        return new ArrayList<>(results.values());
    }

    /** By value at a step; NaN comes last whatever the order. */
    static Comparator<Lane> by(int step, boolean descending) {
        Comparator<Lane> byValue =
                descending
                        ? (a, b) -> Double.compare(b.values[step], a.values[step])
                        : (a, b) -> Double.compare(a.values[step], b.values[step]);
        return Comparator.<Lane, Boolean>comparing(l -> Double.isNaN(l.values[step]))
                .thenComparing(byValue);
    }
}
