package io.drme.trial;

import io.drme.alarm.AlarmConfig;
import io.drme.alarm.AlarmState;
import io.drme.alarm.Transition;
import io.drme.config.InvalidConfigException;
import io.drme.model.TagTable;
import io.drme.model.Value;
import io.drme.stream.TagGlobs;
import io.drme.trial.Trials.Uncovered;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What the tests of a configuration try, over all of them: which pipelines gave a result, which way
 * each filter went, which limits were crossed and came back from, which tags were given.
 */
final class Coverage {
    /** What can happen to an alarm. */
    private enum Turn {
        RAISED,
        ABOVE,
        BELOW,
        RETURNED,
        RETURNED_FROM_ABOVE,
        RETURNED_FROM_BELOW
    }

    private final Bench bench;
    private final Anatomy anatomy;
    private final TagTable table;
    private final BitSet present;
    private final BitSet given = new BitSet();
    private final BitSet derived = new BitSet();
    private final Filters filters;
    private final Map<String, Set<Turn>> turns = new HashMap<>();

    Coverage(Bench bench) throws InvalidConfigException {
        this.bench = bench;
        var setup = bench.setup();
        this.table = setup.pipelines().table();
        this.present = setup.pipelines().present();
        this.anatomy = Anatomy.of(bench);
        this.filters = new Filters(bench.pipelines(), anatomy, table, present);
        bench.alarms().forEach(a -> turns.put(a.name(), EnumSet.noneOf(Turn.class)));
    }

    /** Begins a test. */
    CoverageRun begin() {
        return new CoverageRun(this, filters.begin());
    }

    BitSet givenTags() {
        return given;
    }

    BitSet derivedTags() {
        return derived;
    }

    void take(List<Transition> transitions) {
        // Which side raised the alarm on a tag is what it comes back from.
        var sides = new HashMap<String, Turn>();
        for (var t : transitions) {
            var seen = turns.get(t.name());
            if (seen == null || t.from() == t.to()) {
                continue;
            }
            var alarm = bench.alarms().stream().filter(a -> a.name().equals(t.name())).findFirst();
            var on = t.name() + " " + t.tag();
            if (t.to() == AlarmState.UNACKNOWLEDGED) {
                var side = side(alarm.orElseThrow(), t);
                sides.put(on, side);
                seen.add(Turn.RAISED);
                seen.add(side);
            } else if (returns(t)) {
                seen.add(Turn.RETURNED);
                seen.add(
                        sides.get(on) == Turn.BELOW
                                ? Turn.RETURNED_FROM_BELOW
                                : Turn.RETURNED_FROM_ABOVE);
            }
        }
    }

    private static boolean returns(Transition t) {
        return t.to() == AlarmState.RETURNED
                || (t.from() == AlarmState.ACKNOWLEDGED
                        && (t.to() == AlarmState.NORMAL || t.to() == AlarmState.LATCHED));
    }

    private static Turn side(AlarmConfig alarm, Transition t) {
        if (alarm.condition() instanceof AlarmConfig.Condition.Limits limits
                && limits.low().isPresent()) {
            double value =
                    switch (t.value().orElse(null)) {
                        case Value.Int(long i) -> i;
                        case Value.Real(double d) -> d;
                        case null, default -> Double.NaN;
                    };
            return value < limits.low().get() ? Turn.BELOW : Turn.ABOVE;
        }
        return Turn.ABOVE;
    }

    List<Uncovered> uncovered() {
        var all = new ArrayList<Uncovered>();
        for (int i = 0; i < bench.pipelines().size(); i++) {
            var config = bench.pipelines().get(i);
            boolean gives =
                    anatomy.derived(i).stream().anyMatch(n -> derived.get(Play.index(table, n)));
            if (!gives) {
                all.add(
                        new Uncovered(
                                Optional.of(config.where()),
                                "pipelines." + config.name(),
                                "never gives a result"));
            }
            filters.uncovered(i, all);
        }
        bench.alarms().forEach(alarm -> uncovered(alarm, all));
        uncoveredTags(all);
        return List.copyOf(all);
    }

    private void uncovered(AlarmConfig alarm, List<Uncovered> all) {
        var seen = turns.getOrDefault(alarm.name(), Set.of());
        var key = "alarms." + alarm.name();
        switch (alarm.condition()) {
            case AlarmConfig.Condition.Limits(var high, var low, double _) -> {
                if (high.isPresent()) {
                    limit(seen, alarm, ".high", all);
                }
                if (low.isPresent()) {
                    limit(seen, alarm, ".low", all);
                }
            }
            default -> {
                if (!seen.contains(Turn.RAISED)) {
                    all.add(
                            new Uncovered(
                                    Optional.of(alarm.where()), key + kind(alarm), "never raised"));
                } else if (!seen.contains(Turn.RETURNED)) {
                    all.add(
                            new Uncovered(
                                    Optional.of(alarm.where()),
                                    key + kind(alarm),
                                    "never returned"));
                }
            }
        }
    }

    private static String kind(AlarmConfig alarm) {
        return switch (alarm.condition()) {
            case AlarmConfig.Condition.Expressions _ -> ".when";
            case AlarmConfig.Condition.Equal _ -> ".equals";
            case AlarmConfig.Condition.Changes _ -> ".changes";
            case AlarmConfig.Condition.Rate _ -> ".rate";
            case AlarmConfig.Condition.Deviation _ -> ".deviation";
            case AlarmConfig.Condition.Limits _ -> ".high";
        };
    }

    private static void limit(
            Set<Turn> seen, AlarmConfig alarm, String limit, List<Uncovered> all) {
        boolean isHigh = limit.equals(".high");
        var crossed = isHigh ? Turn.ABOVE : Turn.BELOW;
        var back = isHigh ? Turn.RETURNED_FROM_ABOVE : Turn.RETURNED_FROM_BELOW;
        var key = "alarms." + alarm.name() + limit;
        if (!seen.contains(crossed)) {
            var what = isHigh ? "never raised from above" : "never raised from below";
            all.add(new Uncovered(Optional.of(alarm.where()), key, what));
        } else if (!seen.contains(back)) {
            all.add(new Uncovered(Optional.of(alarm.where()), key, "never returned"));
        }
    }

    /** Tags that something reads; of the others a test could show nothing. */
    private void uncoveredTags(List<Uncovered> all) {
        var read = new HashSet<String>();
        for (int i = 0; i < bench.pipelines().size(); i++) {
            read.addAll(anatomy.sources(i));
        }
        for (var alarm : bench.alarms()) {
            for (int tag : TagGlobs.resolve(alarm.tags(), table, present, (_, _) -> {})) {
                read.add(table.get(tag).name().text());
            }
        }
        for (var tag : bench.tags()) {
            var name = tag.name().text();
            if (read.contains(name) && !given.get(Play.index(table, name))) {
                all.add(new Uncovered(Optional.empty(), name, "no test gives this tag"));
            }
        }
    }
}
