package io.drme.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.model.Reason;
import io.drme.model.Tag;
import io.drme.model.ValueType;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Patterns equal their definitions over whole histories, and what no model says.
 *
 * <p>Planted and caught: a first thing that counts twice; an end of the wait that a sample at that
 * very moment no longer prevents; the ring of events read from its newest.
 */
class PatternTest {
    private static final Tag A = Tag.of("m/a", ValueType.BOOLEAN);
    private static final Tag B = Tag.of("m/b", ValueType.BOOLEAN);

    /** After one sample: the time in seconds, and whether each thing is the case. */
    private record Moment(int time, boolean a, boolean b) {}

    private static String yaml(String rest) {
        return "pipelines: {p: {from: m/a, to: p, steps: [{pattern: {with: {b: m/b}, when: value, %s}}]}}"
                .formatted(rest);
    }

    private static List<Moment> play(Rig rig, Random random) {
        var moments = new ArrayList<Moment>();
        boolean a = false;
        boolean b = false;
        rig.bool("m/b", 0, false).bool("m/a", 0, false);
        moments.add(new Moment(0, a, b));
        for (int i = 0, time = 0; i < 80; i++) {
            time += 1 + random.nextInt(4);
            if (random.nextInt(3) == 0) {
                b = random.nextBoolean();
                rig.bool("m/b", time, b);
            } else {
                a = random.nextBoolean();
                rig.bool("m/a", time, a);
            }
            moments.add(new Moment(time, a, b));
            if (random.nextInt(4) == 0) {
                rig.tick(time + 0.5);
            }
        }
        for (int second = moments.getLast().time; second < 1_000; second += 30) {
            rig.tick(second); // as a gateway that is up: what nobody watched is in doubt
        }
        return moments;
    }

    private static boolean aHappens(List<Moment> moments, int i) {
        return moments.get(i).a && (i == 0 || !moments.get(i - 1).a);
    }

    private static boolean bHappens(List<Moment> moments, int i) {
        return moments.get(i).b && (i == 0 || !moments.get(i - 1).b);
    }

    private static String line(int time) {
        return time + "s p true";
    }

    // The gateway was down while the other thing may have come.
    @Test
    void whatNobodyWatchedIsInDoubt() {
        var rig = new Rig(yaml("without: b, within: 10s"), A, B);
        rig.bool("m/b", 0, false).bool("m/a", 0, false).bool("m/a", 1, true);

        rig.tick(600);

        assertThat(rig.lines()).containsExactly("11s p true uncertain input-not-good");
    }

    @ParameterizedTest
    @MethodSource("io.drme.testing.Seeds#all")
    void oneThingThenAnother(long seed) {
        var random = random(seed);
        int within = 1 + random.nextInt(8);
        var rig = new Rig(yaml("then: b, within: " + within + "s"), A, B);
        var moments = play(rig, random);
        var expected = new ArrayList<String>();
        int from = 0;
        for (int i = 0; i < moments.size(); i++) {
            if (bHappens(moments, i)) {
                int newest = -1;
                for (int j = from; j < i; j++) {
                    newest = aHappens(moments, j) ? j : newest;
                }
                if (newest >= 0 && moments.get(i).time - moments.get(newest).time <= within) {
                    expected.add(line(moments.get(i).time));
                }
                from = i;
            }
        }

        assertThat(rig.lines()).isEqualTo(expected);
    }

    @ParameterizedTest
    @MethodSource("io.drme.testing.Seeds#all")
    void oneThingWithoutAnother(long seed) {
        var random = random(seed);
        int within = 1 + random.nextInt(8);
        var rig = new Rig(yaml("without: b, within: " + within + "s"), A, B);
        var moments = play(rig, random);
        var expected = new ArrayList<String>();
        for (int i = 0; i < moments.size(); i++) {
            if (!aHappens(moments, i)) {
                continue;
            }
            int deadline = moments.get(i).time + within;
            boolean answered = false;
            int j = i;
            while (j < moments.size() && moments.get(j).time <= deadline && !answered) {
                answered = moments.get(j).b;
                j++;
            }
            if (!answered) {
                expected.add(line(deadline));
            }
            i = j - 1;
        }

        assertThat(rig.lines()).isEqualTo(expected);
    }

    @ParameterizedTest
    @MethodSource("io.drme.testing.Seeds#all")
    void oneThingSoManyTimes(long seed) {
        var random = random(seed);
        int within = 5 + random.nextInt(20);
        int times = 2 + random.nextInt(4);
        var rig = new Rig(yaml("times: %d, within: %ds".formatted(times, within)), A, B);
        var moments = play(rig, random);
        var expected = new ArrayList<String>();
        var since = new ArrayList<Integer>();
        for (int i = 0; i < moments.size(); i++) {
            if (aHappens(moments, i)) {
                since.add(moments.get(i).time);
                int last = moments.get(i).time;
                if (since.stream().filter(t -> last - t <= within).count() >= times) {
                    expected.add(line(last));
                    since.clear();
                }
            }
        }

        assertThat(rig.lines()).isEqualTo(expected);
    }

    @Test
    void aThingThatCanNotBeToldMeanwhileMakesTheResultUncertain() {
        var rig = new Rig(yaml("without: b, within: 5s"), A, B);

        rig.bool("m/b", 0, false).bool("m/a", 1, true).bad("m/b", 3, Reason.COMMS_LOST);
        rig.bool("m/b", 4, false).ticks(5, 8);

        assertThat(rig.lines()).containsExactly("6s p true uncertain input-not-good");
    }

    @Test
    void aGapInTheMiddleIsNoSecondTime() {
        var rig = new Rig(yaml("times: 2, within: 60s"), A, B);

        rig.bool("m/b", 0, false).bool("m/a", 1, true).bad("m/a", 2, Reason.TIMEOUT);
        rig.bool("m/a", 3, true);

        assertThat(rig.lines()).isEmpty();
    }

    @Test
    void aResultLastsAsLongAsItIsToldAndIsRenewedByTheNext() {
        var rig = new Rig(yaml("then: b, within: 60s, lasts: 10s"), A, B);

        for (int second : new int[] {1, 6, 30}) {
            rig.bool("m/b", second, false).bool("m/a", second, true);
            rig.bool("m/b", second + 1, true).bool("m/a", second + 2, false);
        }
        rig.ticks(40, 45);

        assertThat(rig.lines())
                .containsExactly(
                        "2s p true", "7s p true", "17s p false", "31s p true", "41s p false");
    }

    @Test
    void whatIsWrongIsTold() {
        assertThat(
                        Rig.problems(
                                """
                                pipelines:
                                  a: {from: "m/a", steps: [{pattern: {when: "value"}}], to: "a"}
                                  b: {from: "m/a", steps: [{pattern: {when: "value", then: "value", times: 2, within: 8d}}], to: "b"}
                                  c: {from: "m/a", steps: [{pattern: {when: "value > 1", times: 1, within: 1s}}], to: "c"}
                                """,
                                A))
                .containsExactly(
                        "gateway.yaml:2: pipelines.a.steps[0].pattern: has nothing that has to follow; give one of: then, without, times",
                        "gateway.yaml:2: pipelines.a.steps[0].pattern.within: is missing; give a time such as 30s",
                        "gateway.yaml:3: pipelines.b.steps[0].pattern: has then and times; give one of: then, without, times",
                        "gateway.yaml:3: pipelines.b.steps[0].pattern.within: 8d is outside 1ms to 7d; give one within",
                        "gateway.yaml:4: pipelines.c.steps[0].pattern.times: 1 is outside 2 to 1000; give one within",
                        "gateway.yaml:4: pipelines.c.steps[0].pattern.when: at character 7: for m/a, true or false: true or false can't be compared with a whole number\n      value > 1\n            ^");
    }

    /** The first numbers of small seeds are much alike. */
    private static Random random(long seed) {
        var random = new Random(seed);
        random.nextLong();
        return random;
    }
}
