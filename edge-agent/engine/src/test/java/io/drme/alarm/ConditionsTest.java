package io.drme.alarm;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.model.Tag;
import io.drme.model.ValueType;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The kinds of conditions beside limits and expressions.
 *
 * <p>Planted and caught: a rate whose slices do not roll off by ticks, or are not kept over a
 * reload; a setpoint whose change is not looked at; a bad setpoint taken for zero.
 */
class ConditionsTest {
    private static final String TAG = "press-3/oil";
    private static final Tag OIL = Tag.of(TAG, ValueType.FLOAT64);
    private static final String SETPOINT = "press-3/setpoint";
    private static final Tag GOAL = Tag.of(SETPOINT, ValueType.INT64);
    private static final String MODE = "press-3/mode";
    private static final Tag STATE = Tag.of(MODE, ValueType.BOOLEAN);

    private static AlarmRig rig(String keys) {
        return new AlarmRig("alarms: {a: {tag: press-3/oil, " + keys + "}}", OIL, GOAL, STATE);
    }

    @Test
    void aDeviationFollowsItsSetpointAndRaisesWhenThatMoves() {
        var rig = rig("deadband: 1, deviation: {from: '{device}/setpoint', by: 5}");

        rig.real(TAG, 1, 70).integer(SETPOINT, 2, 70).real(TAG, 3, 75).real(TAG, 4, 75.1);
        rig.integer(SETPOINT, 5, 80).integer(SETPOINT, 6, 79).integer(SETPOINT, 7, 71);
        rig.integer(SETPOINT, 8, 90);

        assertThat(rig.lines())
                .containsExactly(
                        "4s normal>unacknowledged",
                        "6s unacknowledged>returned",
                        "8s returned>unacknowledged");
    }

    // A setpoint that can't be read must neither raise nor clear.
    @Test
    void aBadSetpointSaysNothing() {
        var rig = rig("deviation: {from: press-3/setpoint, by: 5}");

        rig.integer(SETPOINT, 1, 70).real(TAG, 2, 70).bad(SETPOINT, 3).real(TAG, 4, 100);
        assertThat(rig.lines()).isEmpty();

        rig.integer(SETPOINT, 5, 70).bad(SETPOINT, 6).real(TAG, 7, 70);
        assertThat(rig.lines()).containsExactly("5s normal>unacknowledged");
    }

    // As a bad value of its own does, it ends an off-delay that runs.
    @Test
    void aSetpointThatTurnsBadSpeaksAgainstClearing() {
        var rig = rig("off-delay: 3s, deviation: {from: press-3/setpoint, by: 5}");

        rig.integer(SETPOINT, 1, 70).real(TAG, 2, 100).integer(SETPOINT, 3, 99);
        rig.bad(SETPOINT, 4).bad(SETPOINT, 9);
        assertThat(rig.lines()).containsExactly("2s normal>unacknowledged");

        rig.integer(SETPOINT, 10, 99).integer(SETPOINT, 12, 99);
        assertThat(rig.lines()).isEmpty();
        rig.integer(SETPOINT, 13, 99);
        assertThat(rig.lines()).containsExactly("13s unacknowledged>returned");
    }

    @Test
    void aDeviationFromANumberHasADeadbandToo() {
        var rig = rig("deadband: 1, deviation: {from: 70, by: 5}");

        rig.real(TAG, 1, 65).real(TAG, 2, 64.9).real(TAG, 3, 65.9).real(TAG, 4, 66);

        assertThat(rig.lines())
                .containsExactly("2s normal>unacknowledged", "4s unacknowledged>returned");
    }

    @Test
    void aRiseIsToldAndAFallIsNotWhereOnlyRiseIsGiven() {
        var rig = rig("rate: {rise: 10, per: 32s}");

        rig.real(TAG, 1, 50).real(TAG, 2, 20).real(TAG, 20, 30).real(TAG, 21, 30.5);

        assertThat(rig.lines()).containsExactly("21s normal>unacknowledged");
    }

    // The value does not move any more, so no sample comes: time alone ends it.
    @Test
    void aRateClearsByTimeOnceTheValueHolds() {
        var rig = rig("rate: {fall: 10, per: 32s}");

        rig.real(TAG, 1, 50).real(TAG, 10, 30).tick(20).tick(40).tick(43);

        assertThat(rig.lines())
                .containsExactly("10s normal>unacknowledged", "43s unacknowledged>returned");
    }

    private record Seen(double at, double value) {}

    /** By how much the newest value stands above the lowest that held within the time. */
    private static double rise(List<Seen> seen, double now, double within) {
        double low = Double.POSITIVE_INFINITY;
        for (int i = 0; i < seen.size(); i++) {
            double until = i + 1 < seen.size() ? seen.get(i + 1).at() : now;
            if (until >= now - within) {
                low = Math.min(low, seen.get(i).value());
            }
        }
        return seen.getLast().value() - low;
    }

    @ParameterizedTest
    @MethodSource("io.drme.testing.Seeds#all")
    void aRateIsWhatAllSamplesSayToASlice(long seed) {
        var random = new Random(seed);
        int per = 1 + random.nextInt(60);
        double slice = per / (double) RateDetector.SLICES;
        var rig = rig("rate: {rise: 10, per: " + per + "s}");
        var seen = new ArrayList<Seen>();
        double now = 1;
        for (int i = 0; i < 100; i++) {
            now += random.nextInt(40) / 10.0;
            if (random.nextInt(3) == 0) {
                rig.tick(now);
            } else {
                seen.add(new Seen(now, random.nextInt(25)));
                rig.real(TAG, now, seen.getLast().value());
            }
            if (seen.isEmpty()) {
                continue;
            }
            var state =
                    rig.alarms().present().isEmpty()
                            ? ""
                            : rig.alarms().present().getFirst().state().text();
            boolean isRaised = state.equals("unacknowledged");
            var what = "seed %d, at %.1fs, per %ds".formatted(seed, now, per);
            if (rise(seen, now, per - slice - 0.001) > 10) {
                assertThat(isRaised).as(what).isTrue();
            }
            if (rise(seen, now, per + 0.001) <= 10) {
                assertThat(isRaised).as(what).isFalse();
            }
        }
    }

    @Test
    void aValueAmongThoseNamedIsAnAlarm() {
        var text = Tag.of("press-3/program", ValueType.TEXT);
        var rig = new AlarmRig("alarms: {a: {tag: press-3/oil, equals: [3, -4]}}", OIL);

        rig.real(TAG, 1, 2).real(TAG, 2, -4).real(TAG, 3, 3).real(TAG, 4, 0);

        assertThat(rig.lines())
                .containsExactly("2s normal>unacknowledged", "4s unacknowledged>returned");
        assertThat(AlarmRig.problems("alarms: {a: {tag: '**', equals: [3, \"it's\"]}}", text))
                .isEmpty();
        assertThat(AlarmRig.problems("alarms: {a: {tag: '**', equals: fault}}", STATE))
                .singleElement()
                .asString()
                .contains("alarms.a.equals", "press-3/mode");
    }

    @Test
    void aChangeIsToldForAsLongAsTheFileSays() {
        var rig = new AlarmRig("alarms: {a: {tag: press-3/mode, changes: 10s}}", STATE);

        rig.bool(MODE, 1, true).bool(MODE, 2, true).bad(MODE, 3).bool(MODE, 4, true);
        rig.bool(MODE, 5, false).tick(14).tick(15);

        assertThat(rig.lines())
                .containsExactly("5s normal>unacknowledged", "15s unacknowledged>returned");
    }

    @Test
    void whatStaysBadOrStaleForSoLongIsAnAlarm() {
        var rig = rig("stale: 30s");

        rig.real(TAG, 1, 70).bad(TAG, 2).tick(20).real(TAG, 21, 70).bad(TAG, 22).tick(51);
        assertThat(rig.lines()).isEmpty();

        assertThat(rig.tick(52).real(TAG, 53, 70).lines())
                .containsExactly("52s normal>unacknowledged", "53s unacknowledged>returned");
    }

    @Test
    void highHighIsAnAlarmOfItsOwnWithItsOwnPriorityAndAction() {
        var rig =
                rig(
                        "high: 80, low: 10, deadband: 2, action: look, high-high: {limit: 90, priority: critical, action: stop}, low-low: 5");

        rig.real(TAG, 1, 91).real(TAG, 2, 88).real(TAG, 3, 4);

        assertThat(rig.transitions())
                .extracting(t ->
                        t.name()
                                + " "
                                + t.to().text()
                                + " "
                                + t.priority().text()
                                + " "
                                + t.guidance().action())
                .containsExactly(
                        "a unacknowledged medium look",
                        "a.high-high unacknowledged critical stop",
                        "a.high-high returned critical stop",
                        "a.low-low unacknowledged medium look");
    }

    // Windows, setpoints and times go on over a reload: it must neither raise nor clear anything.
    @ParameterizedTest
    @MethodSource("io.drme.testing.Seeds#all")
    void aReloadChangesNothing(long seed) {
        var yaml =
                """
                alarms:
                  a: {tag: press-3/oil, rate: {rise: 5, fall: 8, per: 20s}}
                  b: {tag: press-3/oil, deviation: {from: press-3/setpoint, by: 5}, on-delay: 2s}
                  c: {tag: press-3/mode, changes: 3s, off-delay: 1s}
                """;
        var random = new Random(seed);
        var one = new AlarmRig(yaml, OIL, GOAL, STATE);
        var other = new AlarmRig(yaml, OIL, GOAL, STATE);
        double now = 1;
        for (int i = 0; i < 100; i++) {
            now += random.nextInt(30) / 10.0;
            long step = random.nextLong();
            play(one, new Random(step), now);
            play(other, new Random(step), now);
            if (random.nextInt(5) == 0) {
                other.reload(yaml, now);
            }
        }
        assertThat(other.lines()).as("seed %d", seed).isEqualTo(one.lines());
    }

    private static void play(AlarmRig rig, Random random, double now) {
        switch (random.nextInt(5)) {
            case 0 -> rig.real(TAG, now, 60 + random.nextInt(12));
            case 1 -> rig.integer(SETPOINT, now, 60 + random.nextInt(12));
            case 2 -> rig.bool(MODE, now, random.nextBoolean());
            case 3 -> rig.bad(List.of(TAG, SETPOINT, MODE).get(random.nextInt(3)), now);
            default -> rig.tick(now);
        }
    }

    @Test
    void everyProblemIsNamedWithItsRemedy() {
        var yaml =
                """
                alarms:
                  a: {tag: press-3/oil, rate: {rise: 5, per: 0s}}
                  b: {tag: press-3/oil, rate: {per: 1m}}
                  c: {tag: press-3/oil, deadband: 5, deviation: {from: press-3/setpoint, by: 5}}
                  d: {tag: press-3/oil, deviation: {from: press-3/setpont, by: 5}}
                  e: {tag: press-3/oil, deviation: {from: press-3/mode, by: 5}}
                  f: {tag: press-3/mode, rate: {rise: 5, per: 1m}}
                  g: {tag: press-3/oil, stale: 30s, on-delay: 1s}
                  h: {tag: press-3/oil, high: 3, equals: 4}
                  i: {tag: press-3/oil, high: 80, high-high: 70}
                  j: {tag: press-3/oil, high: 80, high-high: {priority: critical}}
                  k: {tag: press-3/oil, high: 80, high-high: 90}
                  k.high-high: {tag: press-3/oil, high: 90}
                  l: {tag: press-3/oil, changes: 10s, deadband: 1}
                """;

        assertThat(AlarmRig.problems(yaml, OIL, GOAL, STATE))
                .extracting(p -> p.substring("gateway.yaml:".length()))
                .containsExactlyInAnyOrder(
                        "2: alarms.a.rate.per: 0s is outside 1s to 1d; give one within",
                        "3: alarms.b.rate.rise: is missing; give rise, fall, or both",
                        "4: alarms.c.deviation.by: 5.0 is not above 5.0; give more than the deadband, so that it can clear",
                        "5: alarms.d.deviation.from: no tag matches 'press-3/setpont' (did you mean 'press-3/setpoint'?); give a name, or a pattern: '*' matches within one word, '**' any depth",
                        "6: alarms.e.deviation.from: press-3/mode is no number; give a tag that is one",
                        "7: alarms.f.tag: press-3/mode is no number, and rate and deviation need one; use when, as in when: \"value\"",
                        "8: alarms.g.on-delay: can't stand beside stale, which is a delay already",
                        "9: alarms.h.equals: can't stand beside another condition; make two alarms, or one expression",
                        "10: alarms.i.high-high: 70.0 is not above high 80.0; it has to lie beyond that",
                        "11: alarms.j.high-high.limit: is missing; give the value beyond which it is raised",
                        "13: alarms.k.high-high: there is another alarm 'k.high-high'; give one of them another name",
                        "14: alarms.l.deadband: works with limits, rate and deviation only");
    }
}
