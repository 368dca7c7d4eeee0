package io.drme.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.alarm.AlarmState;
import io.drme.alarm.PresentAlarm;
import io.drme.edge.acquisition.Restart;
import io.drme.edge.config.GatewayConfigReader;
import io.drme.edge.recording.LocalHistory;
import io.drme.edge.recording.LogTail;
import io.drme.edge.recording.Point;
import io.drme.edge.state.StateFiles;
import io.drme.log.Store;
import io.drme.log.StoreConfig;
import io.drme.log.StoreSetup;
import io.drme.model.Batch;
import io.drme.model.GatewayId;
import io.drme.model.Quality;
import io.drme.model.Reading;
import io.drme.model.Sample;
import io.drme.model.TagName;
import io.drme.testing.ManualClock;
import io.drme.testing.SimulatedDisk;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a start makes of a snapshot and of what was recorded since, in virtual time. */
class RestartTest {
    private static final long SECOND = 1_000_000_000L;
    private static final Duration STEP = Duration.ofMillis(500);
    private static final String DEVICES =
            """
            gateway: {id: line-1}
            devices:
              press:
                driver: modbus
                url: "tcp://127.0.0.1:1502"
                tags:
                  level: {address: "holding:10", type: float64}
                  held: {address: "holding:20", type: float64, deadband: 0.5}
                  local: {address: "holding:30", type: float64, sync: local}
            """;
    private static final String WINDOW =
            """
            pipelines:
              w: {from: "press/level", steps: [{aggregate: {window: 10s, functions: [max]}}], to: "w/{function}"}
            """;

    @TempDir private Path folder;

    private final ManualClock clock = new ManualClock();
    private SimulatedDisk disk = new SimulatedDisk(new Random(1));

    /** The gateway from a start to a kill, on one thread. */
    private final class Life {
        private final Wiring wiring;
        private final Store store;
        private final int group;

        Life(String config) throws Exception {
            var file = folder.resolve("gateway.yaml");
            Files.writeString(file, DEVICES + config);
            var reader = new GatewayConfigReader(SystemTags.device().tags());
            store =
                    Store.open(
                            new StoreSetup(
                                    disk,
                                    StoreConfig.defaults(),
                                    new GatewayId("line-1"),
                                    clock,
                                    new Random(1)));
            wiring =
                    Wiring.of(
                            new Wiring.Place(
                                    reader.read(file),
                                    folder,
                                    file,
                                    new Layout(reader.factories()),
                                    clock),
                            store,
                            states()::load);
            group = wiring.ready().devices().getFirst().firstGroup();
        }

        private StateFiles states() {
            return new StateFiles(folder);
        }

        int index(String tag) {
            return wiring.ready().table().indexOf(new TagName(tag)).orElseThrow();
        }

        /** A batch of {@code tag, value} that are true now. */
        Life give(Object... tagsAndValues) throws Exception {
            var batch = new Batch(2);
            batch.begin(group, 0);
            for (int i = 0; i < tagsAndValues.length; i += 2) {
                batch.addDouble(
                        index((String) tagsAndValues[i]),
                        clock.epochNanos(),
                        (double) tagsAndValues[i + 1],
                        Quality.GOOD);
            }
            return give(batch);
        }

        Life give(Batch batch) throws Exception {
            wiring.parts().in().add(batch);
            work();
            return this;
        }

        void work() throws Exception {
            wiring.parts().acquisition().step(0);
            wiring.parts().recorder().step(0);
        }

        /** Runs for a time, in which the level is told every second. */
        Life run(Duration time, double level) throws Exception {
            for (long left = time.dividedBy(STEP); left > 0; left--) {
                clock.advance(STEP);
                if (left % 2 == 0) {
                    give("press/level", level);
                }
                work();
            }
            return this;
        }

        Life save() throws Exception {
            var state = wiring.parts().acquisition().ask(StateDesk::of);
            wiring.parts().recorder().step(0);
            assertThat(wiring.parts().recorder().flush()).isTrue();
            states().save(state.orElseThrow());
            return this;
        }

        void kill() throws Exception {
            assertThat(wiring.parts().recorder().flush()).isTrue();
            disk = disk.afterKill();
        }

        List<Point> points(String tag) throws Exception {
            return new LocalHistory(wiring.parts().recorder())
                    .samples(new TagName(tag), 0, Long.MAX_VALUE);
        }

        Restart restart() {
            return wiring.restart();
        }

        List<PresentAlarm> alarms() {
            return wiring.ready().plan().alarms().present();
        }
    }

    private static Duration since(long nanos) {
        return Duration.ofNanos(nanos - ManualClock.START_EPOCH_NANOS);
    }

    // While the level comes every second nothing else tells the pipeline that the gateway runs.
    @Test
    void aSilentTagKeepsItsValueOverAReplayOfMinutes() throws Exception {
        var config =
                """
                pipelines:
                  h: {from: "press/held", steps: [{aggregate: {window: 10m, functions: [avg]}}], to: "h/{function}"}
                """;
        var first = new Life(config);
        clock.advance(STEP);
        first.give("press/held", 8.0).save();
        first.run(Duration.ofMinutes(5), 1).kill();

        var second = new Life(config).run(Duration.ofMinutes(6), 1);
        assertThat(second.points("h/avg"))
                .extracting(Point::reading)
                .first()
                .isInstanceOf(Reading.Good.class);
    }

    @Test
    void samplesThatStayAndThatLeaveAreReadInTheOrderInWhichTheyWereTaken() throws Exception {
        var life = new Life(WINDOW);
        long now = clock.epochNanos();
        int level = life.index("press/level");
        int local = life.index("press/local");
        var batch = new Batch();
        batch.begin(life.group, 0);
        batch.addDouble(local, now + 1, 1, Quality.GOOD);
        batch.addDouble(level, now + 3, 2, Quality.GOOD);
        batch.addDouble(local, now + 2, 3, Quality.GOOD);
        batch.addDouble(local, now + 3, 4, Quality.GOOD);
        batch.addDouble(level, now + 4, 5, Quality.GOOD);
        life.give(batch);
        var table = life.wiring.ready().table();
        var taken = values(batch.samples(table));
        life.kill();

        var again = new Life(WINDOW);
        var read = new ArrayList<Double>();
        new LogTail(again.store, Layout.DERIVED_GROUP)
                .since(0, Long.MAX_VALUE)
                .visit(table, m -> read.addAll(values(m.samples().samples(table))));
        assertThat(taken).containsExactly(1.0, 3.0, 2.0, 4.0, 5.0);
        assertThat(read).isEqualTo(taken);
    }

    private static List<Double> values(List<Sample> samples) {
        return samples.stream()
                .filter(s -> s.tag().text().startsWith("press/"))
                .map(s -> s.reading())
                .map(r -> r instanceof Reading.Good(io.drme.model.Value.Real(double v)) ? v : 0.0)
                .toList();
    }

    @Test
    void aStepThatWasChangedWhileTheGatewayStoodIsTold() throws Exception {
        new Life(WINDOW).run(Duration.ofSeconds(5), 1).save().kill();

        var second = new Life(WINDOW.replace("10s", "20s"));
        assertThat(second.restart().lost())
                .containsExactly("pipeline 'w' steps[0] aggregate begins anew: it was changed");
        assertThat(second.restart().words())
                .isEqualTo(": pipeline 'w' steps[0] aggregate begins anew: it was changed");
        assertThat(second.restart().snapshotNanos()).isPositive();
    }

    @Test
    void aStateOfLongAgoIsLeftAsideAndTheLogGoneThroughOnlyAsFarBackAsResultsLook()
            throws Exception {
        new Life(WINDOW).run(Duration.ofSeconds(5), 1).save().kill();
        var without = new Life("");
        for (int i = 0; i < 500; i++) {
            clock.advance(Duration.ofMinutes(10));
            without.give("press/level", 2.0);
        }
        without.run(Duration.ofMinutes(1), 3).kill();

        var again = new Life(WINDOW);
        assertThat(again.restart().lost()).hasSize(1);
        assertThat(again.restart().lost().getFirst())
                .startsWith(
                        "all pipelines begin anew from what is recorded: the state on disk is of "
                                + Instant.EPOCH
                                        .plusNanos(ManualClock.START_EPOCH_NANOS)
                                        .toString()
                                        .substring(0, 10));
        assertThat(again.restart().snapshotNanos()).isZero();
        assertThat(again.restart().batches()).isBetween(60L, 63L);
        assertThat(again.run(Duration.ofSeconds(30), 4).points("w/max")).isNotEmpty();
    }

    @Test
    void timeInWhichTheGatewayWasDownMakesNoStateTooOld() throws Exception {
        new Life(WINDOW).run(Duration.ofSeconds(5), 1).save().run(Duration.ofSeconds(5), 1).kill();
        clock.advance(Duration.ofDays(3));
        new Life(WINDOW).run(Duration.ofSeconds(5), 1).kill();

        assertThat(new Life(WINDOW).restart().lost()).isEmpty();
    }

    // What a pipeline that is new would have given before was never due.
    @Test
    void aNewPipelineGivesNothingOfTheTimeBefore() throws Exception {
        new Life("").run(Duration.ofMinutes(2), 1).kill();
        long start = clock.epochNanos();

        var second = new Life(WINDOW);
        assertThat(second.restart().batches()).isGreaterThan(100);
        assertThat(second.restart().results()).isZero();
        second.run(Duration.ofSeconds(30), 4);
        assertThat(second.points("w/max"))
                .isNotEmpty()
                .allSatisfy(p -> assertThat(p.sourceTimeNanos()).isGreaterThanOrEqualTo(start));
    }

    private static final String ALARM =
            """
            alarms:
              high: {tag: "press/level", high: 80, on-delay: 10m, off-delay: 5m, priority: high, message: "High", action: "Look"}
            """;

    @Test
    void aDelayThatRanAtAKillEndsWhenItWouldHave() throws Exception {
        var first = new Life(ALARM).run(Duration.ofSeconds(10), 1).save();
        first.run(Duration.ofMinutes(4), 90).kill();
        clock.advance(Duration.ofSeconds(5));
        var second = new Life(ALARM).run(Duration.ofMinutes(3), 90);
        second.kill(); // it has no snapshot of its own
        clock.advance(Duration.ofSeconds(5));

        var third = new Life(ALARM).run(Duration.ofMinutes(4), 90);
        var raised = third.alarms().getFirst();
        assertThat(since(raised.raisedAtNanos()))
                .isBetween(Duration.ofSeconds(609), Duration.ofSeconds(612));
        third.run(Duration.ofMinutes(2), 20).kill();

        var fourth = new Life(ALARM);
        assertThat(fourth.alarms())
                .extracting(PresentAlarm::state)
                .containsExactly(AlarmState.UNACKNOWLEDGED);
        long cleared = clock.epochNanos() + 180 * SECOND;
        fourth.run(Duration.ofMinutes(4), 20);
        assertThat(fourth.alarms())
                .extracting(PresentAlarm::state)
                .containsExactly(AlarmState.RETURNED);
        assertThat(fourth.alarms().getFirst().clearedAtNanos())
                .isBetween(cleared - 3 * SECOND, cleared + 3 * SECOND);
    }

    @Test
    void aDelayBeginsAnewWhereTheRecordSaysThatTheValueWasBackBetween() throws Exception {
        var first = new Life(ALARM).run(Duration.ofSeconds(10), 90).save();
        first.run(Duration.ofMinutes(6), 90);
        first.run(Duration.ofSeconds(2), 20);
        first.run(Duration.ofMinutes(3), 90).kill();

        var second = new Life(ALARM).run(Duration.ofMinutes(6), 90);
        assertThat(second.alarms()).isEmpty();
        assertThat(second.run(Duration.ofMinutes(2), 90).alarms()).hasSize(1);
    }

    private static final String TEN =
            """
            pipelines:
              t: {from: "press/held", steps: [{aggregate: {window: 10s, functions: [avg]}}], to: "t/{function}"}
            """;

    // A start is a start, be it that the first batch comes before the first tick.
    @Test
    void nothingIsMadeOfTheTimeTheGatewayWasDown() throws Exception {
        var first = new Life(TEN);
        first.give("press/held", 8.0).run(Duration.ofSeconds(45), 1);
        first.give("press/held", 9.0).run(Duration.ofSeconds(30), 1).kill();
        long down = clock.epochNanos();
        clock.advance(Duration.ofMinutes(9));
        new Life(TEN).give("press/level", 1.0).kill();

        var third = new Life(TEN).run(Duration.ofSeconds(30), 1);
        assertThat(times(third, "t/avg")).isNotEmpty().noneMatch(t -> isWithin(t, down));
    }

    private static List<Long> times(Life life, String tag) throws Exception {
        return life.points(tag).stream().map(Point::sourceTimeNanos).toList();
    }

    /** Whether a window that ends then lies in the downtime, but for what a value is held. */
    private static boolean isWithin(long end, long down) {
        return end > down + 60 * SECOND && end <= down + 540 * SECOND;
    }
}
