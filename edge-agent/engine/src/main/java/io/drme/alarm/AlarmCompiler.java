package io.drme.alarm;

import io.drme.alarm.AlarmConfig.Condition;
import io.drme.config.Problems;
import io.drme.config.Where;
import io.drme.model.TagTable;
import io.drme.model.ValueType;
import io.drme.stream.Pipelines;
import io.drme.stream.TagGlobs;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Makes one alarm of each entry and each tag that matches it; what is wrong is noted. */
final class AlarmCompiler {
    private static final String DEVICE = "{device}";
    static final Watch[] NO_WATCHES = {};

    private final TagTable table;
    private final BitSet present;
    private final Problems problems;
    private final TagGlobs.Unmatched unmatched;
    private final List<Watch> all = new ArrayList<>();
    private final List<List<Watch>> byTag = new ArrayList<>();
    private final List<List<Watch>> suppressedBy = new ArrayList<>();
    private final List<List<Watch>> comparedWith = new ArrayList<>();
    private final Map<String, FirstOut> groups = new HashMap<>();

    AlarmCompiler(Pipelines pipelines, Problems problems, TagGlobs.Unmatched unmatched) {
        this.table = pipelines.table();
        this.present = pipelines.present();
        this.problems = problems;
        this.unmatched = unmatched;
        table.tags()
                .forEach(_ -> {
                    byTag.add(new ArrayList<>());
                    suppressedBy.add(new ArrayList<>());
                    comparedWith.add(new ArrayList<>());
                });
    }

    /**
     * Adds the alarms of one entry; false where there are too many, and no more are to be added.
     */
    boolean add(AlarmConfig config) {
        var detectors = new EnumMap<ValueType, Optional<Supplier<Detector>>>(ValueType.class);
        var key = "alarms." + config.name();
        for (int index :
                TagGlobs.resolve(
                        config.tags(),
                        table,
                        present,
                        (glob, message) ->
                                unmatched.tell(config.where(), key + ".tag", glob, message))) {
            var tag = table.get(index);
            if (config.condition() instanceof Condition.Deviation deviation) {
                addDeviation(config, deviation, index);
            } else {
                detectors
                        .computeIfAbsent(tag.type(), _ -> Detectors.compile(config, tag, problems))
                        .ifPresent(detector -> add(config, index, detector.get()));
            }
        }
        if (all.size() > Alarms.MAX_ALARMS) {
            problems.add(
                    config.where(),
                    key,
                    "with this there are %d alarms; at most %d are allowed"
                            .formatted(all.size(), Alarms.MAX_ALARMS));
            return false;
        }
        return true;
    }

    private void addDeviation(AlarmConfig config, Condition.Deviation deviation, int index) {
        var key = "alarms." + config.name() + ".deviation.from";
        int setpoint = asked(config.where(), key, deviation.from(), index);
        var tag = table.get(index);
        if (setpoint < 0 || !Detectors.isNumber(config, tag, problems)) {
            return;
        }
        var other = table.get(setpoint);
        if (!Numbers.isNumber(other.type())) {
            problems.add(
                    config.where(), key, other.name() + " is no number; give a tag that is one");
            return;
        }
        var detector =
                new DeviationDetector(
                        tag.type(), other.type(), deviation.by(), deviation.deadband());
        comparedWith.get(setpoint).add(add(config, index, detector));
    }

    private Watch add(AlarmConfig config, int index, Detector detector) {
        var key = "alarms." + config.name() + ".suppress-when.tag";
        int asked =
                config.suppressWhen()
                        .map(s -> s.tag().isEmpty() ? index : asked(s.where(), key, s.tag(), index))
                        .orElse(-1);
        var suppression =
                asked < 0
                        ? null
                        : config.suppressWhen().flatMap(s -> suppression(s, asked)).orElse(null);
        var watch =
                new Watch(config, table.get(index), detector, suppression, group(config, index));
        all.add(watch);
        byTag.get(index).add(watch);
        if (suppression != null) {
            suppressedBy.get(asked).add(watch);
        }
        return watch;
    }

    private @Nullable FirstOut group(AlarmConfig config, int index) {
        return config.firstOut().isEmpty()
                ? null
                : groups.computeIfAbsent(
                        config.firstOut().replace(DEVICE, table.get(index).name().device()),
                        FirstOut::new);
    }

    /** The index of another tag that an alarm asks, or −1 where there is none, which is noted. */
    private int asked(Where where, String key, String text, int own) {
        var name = text.replace(DEVICE, table.get(own).name().device());
        var found =
                TagGlobs.resolve(
                        List.of(name),
                        table,
                        present,
                        (glob, message) -> unmatched.tell(where, key, glob, message));
        if (found.length > 1) {
            problems.add(
                    where,
                    key,
                    "'%s' matches %d tags; give one, for example \"{device}/running\""
                            .formatted(name, found.length));
        }
        return found.length == 1 ? found[0] : -1;
    }

    private Optional<Suppression> suppression(SuppressWhen suppress, int asked) {
        var tag = table.get(asked);
        return suppress.when()
                .condition(tag, problems)
                .map(p -> new Suppression(p, tag.name().text(), suppress.hold().toNanos()));
    }

    List<Watch> all() {
        return List.copyOf(all);
    }

    /** The alarms to be looked at for a sample, by its tag's index. */
    Watch[][] byTag() {
        return arrays(byTag);
    }

    /** What holds alarms back. */
    Askers suppressors() {
        return new Askers(arrays(suppressedBy));
    }

    /** What compares alarms with another tag. */
    Askers comparers() {
        return new Askers(arrays(comparedWith));
    }

    private static Watch[][] arrays(List<List<Watch>> lists) {
        return lists.stream()
                .map(list -> list.isEmpty() ? NO_WATCHES : list.toArray(Watch[]::new))
                .toArray(Watch[][]::new);
    }
}
