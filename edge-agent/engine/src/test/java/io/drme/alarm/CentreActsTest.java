package io.drme.alarm;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.model.Tag;
import io.drme.model.ValueType;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * People at the gateway and at the centre act on the same alarm while the line between them is cut.
 *
 * <p>Planted and caught: an act that is overtaken and done all the same; one that is done again
 * when it arrives twice; a restart that forgets who decided last.
 */
class CentreActsTest {
    private static final String TAG = "press-3/oil";
    private static final Tag OIL = Tag.of(TAG, ValueType.FLOAT64);
    private static final String YAML = "alarms: {hot: {tag: \"**\", high: 80}}";

    private static CentreActs.Act act(
            String verb, String id, double decided, double arrives, String words) {
        return new CentreActs.Act(
                verb,
                "carla",
                Map.of("id", id, verb.equals("shelve") ? "reason" : "comment", words),
                Duration.ofSeconds(1_000),
                AlarmRig.nanos(decided),
                AlarmRig.nanos(arrives));
    }

    private static Answer carryOut(AlarmRig rig, CentreActs.Act act) {
        return rig.alarms().centreActs().carryOut(act, rig.sink());
    }

    @Test
    void anActOfTheCentreSaysWhenItWasDecided() {
        var rig = new AlarmRig(YAML, OIL).real(TAG, 1, 90);
        rig.transitions();

        carryOut(rig, act("acknowledge", rig.id(), 5, 60, "seen"));

        assertThat(rig.transitions())
                .singleElement()
                .satisfies(t -> {
                    assertThat(t.to()).isEqualTo(AlarmState.ACKNOWLEDGED);
                    assertThat(t.by()).isEqualTo("carla");
                    assertThat(t.atNanos()).isEqualTo(AlarmRig.nanos(60));
                    assertThat(t.decidedAtNanos()).isEqualTo(AlarmRig.nanos(5));
                });
    }

    // Who acknowledged did not know that it went away and came again.
    @Test
    void whatWasRaisedAgainSinceIsNotAcknowledged() {
        var rig = new AlarmRig(YAML, OIL).real(TAG, 1, 90);
        rig.real(TAG, 10, 70).real(TAG, 20, 90);
        rig.transitions();

        var answer = carryOut(rig, act("acknowledge", rig.id(), 5, 60, "seen"));

        assertThat(answer).isEqualTo(new Answer.Refused("it was raised again since"));
        assertThat(rig.transitions())
                .extracting(t -> t.to().text() + " " + t.by() + ": " + t.comment())
                .containsExactly(
                        "unacknowledged carla: acknowledge not done, it was raised again since: seen");
    }

    @Test
    void shelvingEndsByTheTimeItWasDecidedAt() {
        var rig = new AlarmRig(YAML, OIL).real(TAG, 1, 90);
        carryOut(rig, act("shelve", rig.id(), 5, 600, "seal"));
        assertThat(rig.alarms().present().getFirst().hiddenUntilNanos())
                .isEqualTo(AlarmRig.nanos(1_005));

        assertThat(carryOut(rig, act("shelve", rig.id(), 6, 1_007, "seal")))
                .isEqualTo(new Answer.Refused("its time was over when it arrived"));
    }

    private record Line(ArrayDeque<CentreActs.Act> waiting, List<CentreActs.Act> delivered) {}

    /** The later of two acts wins, each is on record at most once, and nothing else is. */
    @ParameterizedTest
    @MethodSource("io.drme.testing.Seeds#all")
    void theLaterActWinsWhateverTheLineDid(long seed) {
        var random = new Random(seed);
        var rig = new AlarmRig(YAML, OIL).real(TAG, 1, 90);
        var recorded = new ArrayList<>(rig.transitions());
        var line = new Line(new ArrayDeque<>(), new ArrayList<>());
        double now = 2;
        for (int i = 0; i < 60; i++) {
            now += 1 + random.nextInt(5);
            var id = rig.id();
            switch (random.nextInt(6)) {
                case 0, 1 -> local(random, rig, id, now);
                case 2, 3 -> {
                    var verb = List.of("shelve", "unshelve", "comment").get(random.nextInt(3));
                    line.waiting().add(act(verb, id, now + 0.5, now + 0.5, "centre " + i));
                }
                case 4 -> {
                    if (random.nextBoolean()) {
                        deliver(random, rig, line, now);
                    }
                }
                default -> {
                    recorded.addAll(rig.transitions());
                    rig.killAndReplay(YAML, recorded);
                }
            }
            recorded.addAll(rig.transitions());
        }
        while (!line.waiting().isEmpty()) {
            now += 1;
            deliver(random, rig, line, now);
        }
        recorded.addAll(rig.transitions());
        check(seed, recorded, line);
    }

    private static void local(Random random, AlarmRig rig, String id, double now) {
        long at = AlarmRig.nanos(now);
        if (random.nextBoolean()) {
            rig.alarms().shelve(id, "bert", Duration.ofSeconds(1_000), "local", at, rig.sink());
        } else {
            rig.alarms().unshelve(id, "bert", "", at, rig.sink());
        }
    }

    private static void deliver(Random random, AlarmRig rig, Line line, double now) {
        var next = line.waiting().poll();
        if (next == null) {
            return;
        }
        var arriving =
                new CentreActs.Act(
                        next.verb(),
                        next.by(),
                        next.arguments(),
                        next.shelving(),
                        next.decidedAtNanos(),
                        AlarmRig.nanos(now));
        var answer = carryOut(rig, arriving);
        boolean isKept = !(answer instanceof Answer.Refused(String why)) || why.contains("later");
        if (isKept) {
            line.delivered().add(arriving);
        }
        if (isKept && random.nextInt(4) == 0) {
            assertThat(carryOut(rig, arriving)).isInstanceOf(Answer.AlreadySo.class);
        }
    }

    private static void check(long seed, List<Transition> recorded, Line line) {
        long last = 0;
        var ofCentre = new HashSet<Long>();
        for (var t : recorded) {
            if (t.by().isEmpty()) {
                continue;
            }
            boolean isComment = t.from() == t.to() && !t.comment().isEmpty() && isWords(t);
            if (!isComment) {
                assertThat(t.decidedAtNanos()).as("seed %d, %s", seed, t).isGreaterThan(last);
                last = t.decidedAtNanos();
            }
            if (t.by().equals("carla")) {
                assertThat(ofCentre.add(t.decidedAtNanos()))
                        .as("seed %d twice: %s", seed, t)
                        .isTrue();
            }
        }
        assertThat(ofCentre)
                .as("seed %d", seed)
                .containsExactlyInAnyOrderElementsOf(
                        line.delivered().stream().map(CentreActs.Act::decidedAtNanos).toList());
    }

    /** Of two records in one state, a shelving anew has the end that follows from its decision. */
    private static boolean isWords(Transition t) {
        return t.untilNanos() != t.decidedAtNanos() + Duration.ofSeconds(1_000).toNanos();
    }
}
