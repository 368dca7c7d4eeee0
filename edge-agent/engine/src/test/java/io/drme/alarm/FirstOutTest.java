package io.drme.alarm;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.model.Tag;
import io.drme.model.ValueType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A trip drags others along; which alarm came first has to stay seen.
 *
 * <p>Planted and caught: a mark that moves on when the first is normal again; one that a kill
 * forgets; a group that goes on although all that is left of it is shelved.
 */
class FirstOutTest {
    private static final List<String> TAGS = List.of("p/oil", "p/flow", "p/motor", "q/oil");
    private static final String YAML =
            """
            alarms:
              oil: {tag: "*/oil", high: 80, first-out: "{device}-trip"}
              flow: {tag: p/flow, high: 80, first-out: p-trip}
              motor: {tag: p/motor, high: 80, first-out: p-trip, latch: true}
            """;

    private static AlarmRig rig() {
        return new AlarmRig(
                YAML, TAGS.stream().map(t -> Tag.of(t, ValueType.FLOAT64)).toArray(Tag[]::new));
    }

    private static String id(AlarmRig rig, String tag) {
        return rig.alarms().present().stream()
                .filter(p -> p.tag().text().equals(tag))
                .map(PresentAlarm::id)
                .findFirst()
                .orElse("none");
    }

    private static List<String> marked(List<Transition> transitions) {
        return transitions.stream()
                .map(t -> t.tag() + ">" + t.to().text() + (t.marks().first() ? " first" : ""))
                .toList();
    }

    @Test
    void theFirstOfAGroupIsMarkedUntilAllAreNormal() {
        var rig = rig();
        rig.real("p/flow", 1, 90).real("p/oil", 2, 90).real("q/oil", 2, 90);
        rig.acknowledge(id(rig, "p/flow"), 3, "anna");
        rig.real("p/flow", 4, 70).real("p/flow", 5, 90);
        rig.acknowledge(id(rig, "p/flow"), 6, "anna");
        rig.acknowledge(id(rig, "p/oil"), 6, "anna");
        rig.real("p/flow", 7, 70).real("p/oil", 8, 70).real("p/oil", 9, 90);

        assertThat(marked(rig.transitions()))
                .containsExactly(
                        "p/flow>unacknowledged first",
                        "p/oil>unacknowledged",
                        "q/oil>unacknowledged first", // a group of its own
                        "p/flow>acknowledged first",
                        "p/flow>normal first",
                        "p/flow>unacknowledged", // comes again, but oil has stood all the time
                        "p/flow>acknowledged",
                        "p/oil>acknowledged",
                        "p/flow>normal",
                        "p/oil>normal",
                        "p/oil>unacknowledged first");
    }

    /** Which occurrence is marked in each group, as plainly as it can be said. */
    private static final class Model {
        private final Map<String, String> states = new HashMap<>();
        private final Map<String, String> first = new HashMap<>();

        private static String group(Transition t) {
            return t.tag().device();
        }

        private boolean noneIsTold(String group) {
            return states.entrySet().stream()
                    .filter(e -> e.getKey().startsWith(group + "/"))
                    .allMatch(e ->
                            List.of("normal", "shelved", "out-of-service", "suppressed")
                                    .contains(e.getValue()));
        }

        /** Whether this record is of the one that came first. */
        boolean take(Transition t) {
            boolean begins = noneIsTold(group(t));
            states.put(t.tag().text(), t.to().text());
            if (begins && !noneIsTold(group(t))) {
                first.put(group(t), t.id());
            }
            boolean isFirst = t.id().equals(first.get(group(t)));
            if (noneIsTold(group(t))) {
                first.remove(group(t));
            }
            return isFirst;
        }
    }

    @ParameterizedTest
    @MethodSource("io.drme.testing.Seeds#all")
    void whateverHappensTheMarkIsWhereTheModelSays(long seed) {
        var random = new Random(seed);
        var rig = rig();
        var model = new Model();
        var recorded = new ArrayList<Transition>();
        for (int i = 1; i <= 120; i++) {
            step(random, rig, i, recorded);
            for (var t : rig.transitions()) {
                recorded.add(t);
                assertThat(t.marks().first())
                        .as("seed %d, step %d, %s", seed, i, t)
                        .isEqualTo(model.take(t));
                assertThat(t.marks().group()).isEqualTo(t.tag().device() + "-trip");
            }
        }
        assertThat(recorded).isNotEmpty();
    }

    private static void step(Random random, AlarmRig rig, int now, List<Transition> recorded) {
        var tag = TAGS.get(random.nextInt(TAGS.size()));
        var id = id(rig, tag);
        long at = AlarmRig.nanos(now);
        switch (random.nextInt(12)) {
            case 0, 1, 2, 3 -> rig.real(tag, now, random.nextBoolean() ? 90 : 70);
            case 4, 5 -> rig.acknowledge(id, now, "anna");
            case 6 -> rig.alarms().reset(id, "anna", "", at, rig.sink());
            case 7 -> {
                var time = Duration.ofSeconds(1 + random.nextInt(9));
                rig.alarms().shelve(id, "anna", time, "seal", at, rig.sink());
            }
            case 8 -> rig.tick(now);
            case 9 -> rig.reload(YAML, now);
            case 10 -> {
                var time = Duration.ofSeconds(1 + random.nextInt(9));
                rig.alarms().service().beginMaintenance("p", "anna", time, "x", at, rig.sink());
            }
            default -> rig.killAndReplay(YAML, recorded);
        }
    }
}
