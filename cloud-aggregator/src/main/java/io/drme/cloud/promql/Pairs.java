package io.drme.cloud.promql;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Brings two sides together, series by series: one of the left with one of the right. */
final class Pairs {
    private static final String MANY =
            "found duplicate series for the match group on the right hand-side of the operation; many-to-many matching not allowed: matching labels must be unique on one side";

    private final Expr.Binary how;
    private final int steps;

    Pairs(Expr.Binary how, int steps) {
        this.how = how;
        this.steps = steps;
    }

    /** The labels by which series belong together. */
    private Labels key(Labels labels) {
        return how.on() ? labels.keep(how.labels()) : labels.without(how.labels());
    }

    List<Lane> of(List<Lane> left, List<Lane> right, Budget budget) throws QueryException {
        budget.hold((long) (left.size() + right.size()) * steps);
        return switch (how.operator()) {
            case AND -> where(left, right, true);
            case UNLESS -> where(left, right, false);
            case OR -> {
                var both = new ArrayList<>(left);
                both.addAll(where(right, left, false));
                yield merged(both);
            }
            default -> matched(left, right);
        };
    }

    /** The steps of lanes at which another side has, or has not, a lane that belongs to it. */
    private List<Lane> where(List<Lane> lanes, List<Lane> others, boolean has) {
        var present = new HashMap<Labels, BitSet>();
        for (var other : others) {
            present.computeIfAbsent(key(other.labels), _ -> new BitSet()).or(other.present);
        }
        var result = new ArrayList<Lane>();
        for (var lane : lanes) {
            var at = present.getOrDefault(key(lane.labels), new BitSet());
            var kept = new Lane(lane.labels, steps);
            for (int step = 0; step < steps; step++) {
                if (lane.present.get(step) && at.get(step) == has) {
                    kept.set(step, lane.values[step]);
                }
            }
            result.add(kept);
        }
        return result;
    }

    private List<Lane> matched(List<Lane> left, List<Lane> right) throws QueryException {
        var byKey = new HashMap<Labels, Lane>();
        for (var lane : right) {
            var key = key(lane.labels);
            add(byKey.computeIfAbsent(key, k -> new Lane(k, steps)), lane, MANY);
        }
        var taken = new HashMap<Labels, BitSet>();
        var result = new ArrayList<Lane>();
        for (var lane : left) {
            var key = key(lane.labels);
            var other = byKey.get(key);
            if (other == null) {
                continue;
            }
            var one = one(lane, other);
            var used = taken.computeIfAbsent(key, _ -> new BitSet());
            if (used.intersects(one.present)) {
                throw new QueryException(
                        QueryException.Kind.EXECUTION,
                        "multiple matches for labels: only one series of each side can be matched to one another");
            }
            used.or(one.present);
            result.add(one);
        }
        return merged(result);
    }

    /** A comparison filters; and so Prometheus 2 leaves the name also where atan2 reckons. */
    private boolean keepsName() {
        return !how.bool() && (how.operator().isComparison() || how.operator() == Operator.ATAN2);
    }

    private Lane one(Lane left, Lane right) {
        var labels = keepsName() ? left.labels : left.labels.unnamed();
        if (how.on()) {
            labels = labels.keep(how.labels());
        } else if (!how.labels().isEmpty()) {
            var dropped = new TreeMap<>(labels.map());
            dropped.keySet().removeAll(how.labels());
            labels = new Labels(dropped);
        }
        var result = new Lane(labels, steps);
        for (int step = 0; step < steps; step++) {
            if (left.present.get(step) && right.present.get(step)) {
                set(how, result, step, left.values[step], right.values[step], left.values[step]);
            }
        }
        return result;
    }

    /** Sets what an operator gives at a step, or nothing where a comparison does not hold. */
    private static void set(
            Expr.Binary how, Lane into, int step, double left, double right, double kept) {
        if (!how.operator().isComparison() || how.bool()) {
            into.set(step, how.operator().apply(left, right));
        } else if (how.operator().holds(left, right)) {
            into.set(step, kept);
        }
    }

    /** Series and a number; the series may stand on either side. */
    List<Lane> withNumber(List<Lane> lanes, double[] number, boolean numberIsLeft) {
        var result = new ArrayList<Lane>();
        for (var lane : lanes) {
            var one = new Lane(keepsName() ? lane.labels : lane.labels.unnamed(), steps);
            for (int step = 0; step < steps; step++) {
                if (lane.present.get(step)) {
                    double value = lane.values[step];
                    set(
                            how,
                            one,
                            step,
                            numberIsLeft ? number[step] : value,
                            numberIsLeft ? value : number[step],
                            value);
                }
            }
            result.add(one);
        }
        return result;
    }

    private static void add(Lane into, Lane lane, String whereBoth) throws QueryException {
        if (into.present.intersects(lane.present)) {
            throw new QueryException(QueryException.Kind.EXECUTION, whereBoth);
        }
        for (int step = lane.present.nextSetBit(0);
                step >= 0;
                step = lane.present.nextSetBit(step + 1)) {
            into.set(step, lane.values[step]);
        }
    }

    /** Lanes of the same labels as one. */
    private List<Lane> merged(List<Lane> lanes) throws QueryException {
        Map<Labels, Lane> byLabels = new LinkedHashMap<>();
        for (var lane : lanes) {
            var known = byLabels.get(lane.labels);
            if (known == null) {
                byLabels.put(lane.labels, lane);
                continue;
            }
            var both = new Lane(lane.labels, steps);
            add(both, known, "");
            add(both, lane, "vector cannot contain metrics with the same labelset");
            byLabels.put(lane.labels, both);
        }
        return new ArrayList<>(byLabels.values());
    }
}
