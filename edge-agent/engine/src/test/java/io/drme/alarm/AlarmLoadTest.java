package io.drme.alarm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.drme.alarm.LoadFigures.Verdict;
import io.drme.schema.AlarmFlood;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What alarms ask of a person, counted.
 *
 * <p>Planted and caught: a flood that ends with the first quiet minute; a flood told again after a
 * restart; comments counted as alarms; counts that are not let go after a day; a chattering alarm
 * that acknowledging makes chatter.
 */
class AlarmLoadTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long MINUTE = 60 * SECOND;
    private final AlarmLoad load = new AlarmLoad();
    private int ids;

    private static long at(double seconds) {
        return AlarmRig.nanos(seconds);
    }

    private AlarmLoad.Change change(
            String name, AlarmState from, AlarmState to, double seconds, boolean byPlant) {
        return new AlarmLoad.Change(
                "a-" + ++ids, name, "press/" + name, from, to, Priority.HIGH, at(seconds), byPlant);
    }

    private AlarmLoad.Change raise(String name, double seconds) {
        return change(name, AlarmState.NORMAL, AlarmState.UNACKNOWLEDGED, seconds, true);
    }

    @ParameterizedTest
    @CsvSource({
        "0, good",
        "1, good",
        "1.01, manageable",
        "2, manageable",
        "2.5, too-many",
        "10, too-many",
        "10.1, flood"
    })
    void ratesAreJudgedByTheBenchmarks(double rate, String verdict) {
        assertThat(Verdict.on(rate).text()).isEqualTo(verdict);
    }

    @Test
    void theEleventhAlarmInTenMinutesBeginsAFloodAndFewerThanFiveEndIt() {
        for (int i = 0; i < 10; i++) {
            load.take(raise("n" + i, i * 30));
        }
        assertThat(load.changes(at(299))).isEmpty();
        load.take(raise("n10", 300));

        var began = load.changes(at(300));
        assertThat(began)
                .singleElement()
                .satisfies(f -> {
                    assertThat(f.kind()).isEqualTo(AlarmFlood.BEGAN);
                    assertThat(f.since()).isEqualTo(at(300));
                    assertThat(f.alarms()).isEqualTo(11);
                    assertThat(f.first()).hasSize(10);
                    assertThat(f.first().getFirst().name()).isEqualTo("n0");
                    assertThat(f.first().getFirst().at()).isEqualTo(at(0));
                });
        // The fifth newest came at 180 s; from ten minutes behind it on there are four.
        assertThat(load.changes(at(779))).isEmpty();
        assertThat(load.figures(at(779)).isFlooded()).isTrue();
        assertThat(load.changes(at(900)))
                .singleElement()
                .satisfies(f -> {
                    assertThat(f.kind()).isEqualTo(AlarmFlood.ENDED);
                    assertThat(f.until()).isEqualTo(at(780));
                });
        var figures = load.figures(at(900));
        assertThat(figures.isFlooded()).isFalse();
        assertThat(figures.peak().alarms()).isEqualTo(11);
        assertThat(figures.timeInFlood()).isCloseTo(480 / 900.0, within(1e-9));
        assertThat(load.changes(at(1_000))).isEmpty();
    }

    @Test
    void ratesGoBackADayAndSayWhereTheyBegin() {
        load.take(raise("a", 0));
        load.take(raise("a", 3_600));
        var figures = load.figures(at(7_200));
        assertThat(figures.since()).isEqualTo(at(0));
        assertThat(figures.total()).isEqualTo(2);
        assertThat(figures.lastTenMinutes()).isZero();
        assertThat(figures.averageInTenMinutes()).isCloseTo(2 / 12.0, within(1e-9));
        assertThat(figures.byPriority()).containsEntry(Priority.HIGH, 2L);

        var later = load.figures(at(86_400 + 3_700));
        assertThat(later.total()).isZero();
        assertThat(later.since()).isEqualTo(at(3_700));
        assertThat(later.frequent()).isEmpty();
    }

    @Test
    void theMostFrequentAreListedWithTheirShare() {
        for (int i = 0; i < 30; i++) {
            load.take(raise("often", i * 700));
            if (i % 3 == 0) {
                load.take(raise("seldom" + i, i * 700 + 1));
            }
        }
        var frequent = load.figures(at(21_001)).frequent();
        assertThat(frequent).hasSize(10);
        assertThat(frequent.getFirst().name()).isEqualTo("often");
        assertThat(frequent.getFirst().count()).isEqualTo(30);
        assertThat(frequent.getFirst().share()).isCloseTo(0.75, within(1e-9));
    }

    @Test
    void threeChangesInAMinuteAreChattering() {
        var up = raise("dances", 0);
        load.take(up);
        load.take(change("dances", AlarmState.UNACKNOWLEDGED, AlarmState.RETURNED, 20, true));
        assertThat(load.figures(at(21)).chattering()).isEmpty();
        load.take(change("dances", AlarmState.RETURNED, AlarmState.UNACKNOWLEDGED, 40, true));

        assertThat(load.figures(at(41)).chattering())
                .singleElement()
                .satisfies(c -> {
                    assertThat(c.name()).isEqualTo("dances");
                    assertThat(c.isNow()).isTrue();
                    assertThat(c.most()).isEqualTo(3);
                    assertThat(c.bursts()).isEqualTo(1);
                });
        assertThat(load.figures(at(101)).chattering())
                .singleElement()
                .satisfies(c -> assertThat(c.isNow()).isFalse());
    }

    @Test
    void whatPeopleDoIsNeitherAnAlarmNorChattering() {
        load.take(raise("a", 0));
        load.take(change("a", AlarmState.UNACKNOWLEDGED, AlarmState.ACKNOWLEDGED, 1, false));
        load.take(change("a", AlarmState.ACKNOWLEDGED, AlarmState.SHELVED, 2, false));
        load.take(change("a", AlarmState.SHELVED, AlarmState.ACKNOWLEDGED, 3, false));
        load.take(change("a", AlarmState.ACKNOWLEDGED, AlarmState.ACKNOWLEDGED, 4, false));
        var figures = load.figures(at(5));
        assertThat(figures.total()).isEqualTo(1);
        assertThat(figures.chattering()).isEmpty();
    }

    @Test
    void moreAlarmsThanThereIsRoomForAreLetGoAndCounted() {
        for (int i = 0; i < AlarmLoad.MOST_ALARMS + 7; i++) {
            load.take(raise("n" + i, i));
        }
        var figures = load.figures(at(AlarmLoad.MOST_ALARMS + 10));
        assertThat(figures.letGo()).isEqualTo(7);
        assertThat(figures.total()).isEqualTo(AlarmLoad.MOST_ALARMS + 7);
    }

    /** Floods as they follow from all times at once. */
    private static List<String> expected(List<Long> times, long end) {
        var floods = new ArrayList<String>();
        boolean flooded = false;
        var moments = new TreeSet<>(times);
        times.forEach(t -> moments.add(t + 10 * MINUTE));
        for (long to : moments.headSet(end, true)) {
            long inTen = times.stream().filter(t -> t <= to && to - t < 10 * MINUTE).count();
            if (!flooded && inTen > 10) {
                flooded = true;
                floods.add("began " + to);
            } else if (flooded && inTen < 5) {
                flooded = false;
                floods.add("ended " + to);
            }
        }
        return floods;
    }

    private static String line(AlarmFlood f) {
        return f.kind() + " " + (f.kind().equals(AlarmFlood.BEGAN) ? f.since() : f.until());
    }

    /** What a log holds: alarms, and what was recorded of floods between them. */
    private sealed interface Entry {
        record OfAlarm(AlarmLoad.Change change) implements Entry {}

        record OfFlood(AlarmFlood flood) implements Entry {}
    }

    private static AlarmLoad read(List<Entry> log) {
        var load = new AlarmLoad();
        for (var entry : log) {
            switch (entry) {
                case Entry.OfAlarm(var change) -> load.take(change);
                case Entry.OfFlood(var flood) -> load.recorded(flood);
            }
        }
        return load;
    }

    /** Over kills each flood is recorded once, at the times that follow from the alarms. */
    @ParameterizedTest
    @MethodSource("io.drme.testing.Seeds#all")
    void floodsAreRecordedOnceWhateverIsKilled(long seed) {
        var random = new Random(seed);
        var running = new AlarmLoad();
        var log = new ArrayList<Entry>();
        var times = new ArrayList<Long>();
        long second = 0;
        for (int i = 0; i < 120; i++) {
            boolean dense = (i / 25) % 2 == 0;
            second += 1 + random.nextInt(dense ? 60 : 400); // stamps strictly increase
            var change = raise("n" + random.nextInt(8), (double) second);
            times.add(change.at());
            log.add(new Entry.OfAlarm(change));
            running.take(change);
            if (random.nextInt(3) > 0) {
                running.changes(at(second + random.nextInt(5) * 0.1))
                        .forEach(f -> log.add(new Entry.OfFlood(f)));
            }
            if (random.nextInt(10) == 0) {
                running = read(log);
            }
        }
        long end = at((double) second + 1_200);
        running.changes(end).forEach(f -> log.add(new Entry.OfFlood(f)));

        var recorded =
                log.stream()
                        .filter(e -> e instanceof Entry.OfFlood)
                        .map(e -> line(((Entry.OfFlood) e).flood()))
                        .toList();
        assertThat(recorded).as("seed %d", seed).containsExactlyElementsOf(expected(times, end));
        assertThat(read(log).changes(end)).as("seed %d, after all", seed).isEmpty();
    }
}
