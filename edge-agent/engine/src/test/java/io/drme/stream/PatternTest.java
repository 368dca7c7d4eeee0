package io.drme.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.model.Reason;
import io.drme.model.Tag;
import io.drme.model.ValueType;
import java.util.ArrayList;
import java.util.Comparator;
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

    /** One sample; what is under way comes later than it was. */
    private record Event(int time, double arrival, boolean isA, boolean value) {
        private void give(Rig rig) {
            rig.boolAt(isA ? "m/a" : "m/b", arrival, time, value);
        }
    }

    /** In the order of time; several may be of one. */
    private static List<Event> events(Random random, int lateness) {
        var events = new ArrayList<Event>();
        events.add(new Event(0, 0, false, false));
        events.add(new Event(0, 0, true, false));
        for (int i = 0, time = 0; i < 80; i++) {
            time += i > 0 && random.nextInt(4) == 0 ? 0 : 1 + random.nextInt(4);
            double underWay = lateness * random.nextDouble();
            boolean isA = random.nextInt(3) != 0;
            events.add(new Event(time, time + underWay, isA, random.nextBoolean()));
        }
        return events;
    }

    /** What is the case from when on. Of one tag and one time the sample counts that came last. */
    private static List<Moment> moments(List<Event> events) {
        var moments = new ArrayList<Moment>();
        boolean a = false;
        boolean b = false;
        for (var event : sorted(events, Comparator.comparingInt(Event::time))) {
            a = event.isA ? event.value : a;
            b = event.isA ? b : event.value;
            if (!moments.isEmpty() && moments.getLast().time == event.time) {
                moments.removeLast();
            }
            moments.add(new Moment(event.time, a, b));
        }
        return moments;
    }

    private static List<Event> sorted(List<Event> events, Comparator<Event> order) {
        return events.stream().sorted(order.thenComparingDouble(Event::arrival)).toList();
    }

    /**
     * Gives samples as they come: without lateness those of one time are one poll; with it they
     * come one by one, out of order.
     */
    private static List<Moment> play(Rig rig, Random random, int lateness) {
        var events = events(random, lateness);
        double last = -1;
        for (var event : sorted(events, Comparator.comparingDouble(Event::arrival))) {
            if (lateness == 0 && event.arrival > last) {
                rig.polled();
                tickAtTimes(rig, random, last);
                rig.poll(Rig.nanos(event.arrival));
            } else if (lateness > 0) {
                tickAtTimes(rig, random, last);
            }
            event.give(rig);
            last = event.arrival;
        }
        rig.polled();
        for (double second = last; second < 1_000; second += 30) {
            rig.tick(second); // as a gateway that is up: what nobody watched is in doubt
        }
        assertThat(rig.pipelines().late()).isZero();
        return moments(events);
    }

    private static void tickAtTimes(Rig rig, Random random, double last) {
        if (last >= 0 && random.nextInt(4) == 0) {
            rig.tick(last + 0.5);
        }
    }

    private static String lateness(int seconds) {
        return seconds == 0 ? "" : ", lateness: " + seconds + "s";
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
        int lateness = random.nextInt(4);
        var rig = new Rig(yaml("then: b, within: " + within + "s" + lateness(lateness)), A, B);
        var moments = play(rig, random, lateness);
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
        int lateness = random.nextInt(4);
        var rig = new Rig(yaml("without: b, within: " + within + "s" + lateness(lateness)), A, B);
        var moments = play(rig, random, lateness);
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
        int lateness = random.nextInt(4);
        var rest = "times: %d, within: %ds%s".formatted(times, within, lateness(lateness));
        var rig = new Rig(yaml(rest), A, B);
        var moments = play(rig, random, lateness);
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

    // Before, a result depended on which of two devices was the quicker one.
    @Test
    void byTimeAResultDoesNotDependOnWhatComesFirst() {
        for (boolean isDoorFirst : new boolean[] {true, false}) {
            var rig = new Rig(yaml("then: b, within: 5s, lateness: 2s"), A, B);
            rig.bool("m/a", 0, false).bool("m/b", 0, false);

            if (isDoorFirst) {
                rig.boolAt("m/a", 4, 3, true).boolAt("m/b", 4.5, 4, true);
            } else {
                rig.boolAt("m/b", 4, 4, true).boolAt("m/a", 4.5, 3, true);
            }
            rig.ticks(5, 8);

            assertThat(rig.lines()).containsExactly("4s p true");
        }
    }

    @Test
    void byTimeWhatComesAfterAllIsKnownIsLateUntilTheClocksWereSetBack() {
        var rig = new Rig(yaml("times: 2, within: 60s, lateness: 2s"), A, B);
        rig.bool("m/b", 1_000, false).bool("m/a", 1_000, false);
        rig.boolAt("m/a", 1_001, 997.9, true).boolAt("m/a", 1_002, 998, true);
        assertThat(rig.pipelines().late()).isEqualTo(1);

        for (int second = 1_003; second <= 1_070; second++) {
            rig.boolAt("m/a", second, second - 600, second % 2 == 0);
        }

        assertThat(rig.lines()).containsExactly("466s p true");
        assertThat(rig.pipelines().late()).isEqualTo(1 + 60);
    }

    @Test
    void whatFindsNoRoomToWaitCountsBeforeItsTime() {
        var rig = new Rig(yaml("times: 2, within: 1h, lateness: 1h, max-waiting: 16"), A, B);

        for (int i = 0; i < 40; i++) {
            rig.bool("m/a", i, i % 2 == 0);
        }

        assertThat(rig.lines()).containsExactly("2s p true", "6s p true");
        assertThat(rig.pipelines().late()).isZero();
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
                                  d: {from: "m/a", steps: [{pattern: {when: "value", times: 2, within: 1s, max-waiting: 20}}], to: "d"}
                                """,
                                A))
                .containsExactly(
                        "gateway.yaml:2: pipelines.a.steps[0].pattern: has nothing that has to follow; give one of: then, without, times",
                        "gateway.yaml:2: pipelines.a.steps[0].pattern.within: is missing; give a time such as 30s",
                        "gateway.yaml:3: pipelines.b.steps[0].pattern: has then and times; give one of: then, without, times",
                        "gateway.yaml:3: pipelines.b.steps[0].pattern.within: 8d is outside 1ms to 7d; give one within",
                        "gateway.yaml:4: pipelines.c.steps[0].pattern.times: 1 is outside 2 to 1000; give one within",
                        "gateway.yaml:4: pipelines.c.steps[0].pattern.when: at character 7: for m/a, true or false: true or false can't be compared with a whole number\n      value > 1\n            ^",
                        "gateway.yaml:5: pipelines.d.steps[0].pattern.max-waiting: has a meaning only with 'lateness'; remove it");
    }

    /** The first numbers of small seeds are much alike. */
    private static Random random(long seed) {
        var random = new Random(seed);
        random.nextLong();
        return random;
    }
}
