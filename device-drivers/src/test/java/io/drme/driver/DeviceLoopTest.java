package io.drme.driver;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.driver.DeviceStatus.State;
import io.drme.driver.FakePolledDriver.Mood;
import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.model.Reason;
import io.drme.model.SyncMode;
import io.drme.model.TagName;
import io.drme.model.ValueType;
import io.drme.testing.ManualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class DeviceLoopTest {
    private static final int FIRST_GROUP = 7;
    private static final long SECOND = 1_000_000_000L;
    private static final Duration STALE = Duration.ofSeconds(3);

    private final ManualClock clock = new ManualClock();
    private final ArrayBlockingQueue<Batch> queue = new ArrayBlockingQueue<>(100);
    private final List<Batch> batches = new ArrayList<>();
    private final List<PollGroup> groups =
            List.of(
                    new PollGroup(Duration.ofSeconds(1), List.of(0, 1), List.of(10, 11)),
                    new PollGroup(Duration.ofSeconds(60), List.of(2), List.of(12)));
    private final FakePolledDriver driver = new FakePolledDriver(clock, groups);
    private final DeviceLoop loop = loop(driver, groups);

    private DeviceLoop loop(Driver over, List<PollGroup> groups) {
        var tags = List.of(tag("a"), tag("b"), tag("c"));
        var spec =
                new DeviceSpec(
                        "press-3",
                        "fake",
                        "fake://press",
                        Duration.ofMillis(500),
                        new DriverSettings() {},
                        tags);
        return new DeviceLoop(
                spec, groups, over, FIRST_GROUP, queue, clock, new SplittableRandom(1));
    }

    private static TagSpec tag(String path) {
        return new TagSpec(
                new TagName("press-3/" + path),
                ValueType.INT64,
                ValueType.INT64,
                "",
                1,
                0,
                Double.NEGATIVE_INFINITY,
                Double.POSITIVE_INFINITY,
                0,
                Duration.ofSeconds(1),
                STALE,
                new SyncMode.Raw(),
                new TagAddress() {});
    }

    /** Steps until so much virtual time has passed since the test began. */
    private void runUntil(Duration time) throws InterruptedException {
        runUntil(loop, time);
    }

    private void runUntil(DeviceLoop of, Duration time) throws InterruptedException {
        while (clock.nanoTime() < time.toNanos()) {
            of.step();
            queue.drainTo(batches);
        }
    }

    private static Duration seconds(long seconds) {
        return Duration.ofSeconds(seconds);
    }

    private List<Byte> qualitiesOf(int tag) {
        var qualities = new ArrayList<Byte>();
        for (var batch : batches) {
            for (int i = 0; i < batch.size(); i++) {
                if (batch.tags()[i] == tag) {
                    qualities.add(batch.qualities()[i]);
                }
            }
        }
        return qualities;
    }

    // A poll that takes 300 ms must not turn a beat of 1 s into one of 1.3 s.
    @Test
    void pollsKeepTheirBeatWhateverTimeTheyTake() throws Exception {
        driver.pollTime = Duration.ofMillis(300);
        runUntil(seconds(10));
        assertThat(driver.pollTimes.subList(2, 7))
                .containsExactly(1 * SECOND, 2 * SECOND, 3 * SECOND, 4 * SECOND, 5 * SECOND);
    }

    @Test
    void eachGroupIsPolledAtItsOwnIntervalUnderItsOwnNumber() throws Exception {
        runUntil(seconds(120));
        assertThat(batches).filteredOn(b -> b.group() == FIRST_GROUP).hasSize(121);
        assertThat(batches).filteredOn(b -> b.group() == FIRST_GROUP + 1).hasSize(2);
        assertThat(loop.status().state()).isEqualTo(State.GOOD);
        assertThat(loop.status().counters().skippedPolls()).isZero();
        assertThat(loop.status().counters().samples()).isEqualTo(121 * 2 + 2);
    }

    @Test
    void beatsThatPassDuringAPollAreSkippedAndCounted() throws Exception {
        driver.pollTime = Duration.ofMillis(2500);
        runUntil(seconds(30));
        assertThat(batches.size()).isLessThan(15);
        long polls = batches.stream().filter(b -> b.group() == FIRST_GROUP).count();
        assertThat(loop.status().counters().skippedPolls() + polls).isBetween(30L, 33L);
    }

    @Test
    void aLostDeviceMakesOneBadReadingForEachTagAndThenOnlyFailedTicks() throws Exception {
        runUntil(seconds(5));
        driver.mood = Mood.SILENT;
        batches.clear();
        runUntil(seconds(40));
        byte timeout = Quality.bad(Reason.TIMEOUT);
        assertThat(qualitiesOf(10)).containsExactly(timeout);
        assertThat(qualitiesOf(11)).containsExactly(timeout);
        assertThat(qualitiesOf(12)).as("not due, but lost as well").containsExactly(timeout);
        assertThat(batches).allMatch(b -> b.outcome() == timeout);
        assertThat(batches)
                .filteredOn(b -> b.group() == FIRST_GROUP)
                .as("a tick a beat")
                .hasSizeBetween(34, 37);
    }

    private List<Long> badTimesOf(int tag) {
        var times = new ArrayList<Long>();
        for (var batch : batches) {
            for (int i = 0; i < batch.size(); i++) {
                if (batch.tags()[i] == tag && Quality.isBad(batch.qualities()[i])) {
                    times.add(batch.sourceTimes()[i] - ManualClock.START_EPOCH_NANOS);
                }
            }
        }
        return times;
    }

    // With a time limit above the interval a hole would else begin as one in which nothing was
    // polled.
    @Test
    void aDeviceThatDoesNotAnswerIsBadFromWhenItWasAsked() throws Exception {
        runUntil(seconds(10));
        driver.mood = Mood.SILENT;
        driver.pollTime = seconds(4);
        runUntil(seconds(30));
        assertThat(badTimesOf(10)).containsExactly(11 * SECOND);
    }

    @Test
    void anotherReasonIsToldAgain() throws Exception {
        driver.mood = Mood.SILENT;
        runUntil(seconds(60));
        driver.mood = Mood.OFF;
        runUntil(seconds(120));
        assertThat(qualitiesOf(10))
                .containsExactly(Quality.bad(Reason.TIMEOUT), Quality.bad(Reason.COMMS_LOST));
    }

    // Systems of others stay dead after a long outage; ours tries for ever, at bounded intervals.
    @Test
    void comesBackByItselfAfterSixteenHours() throws Exception {
        runUntil(seconds(5));
        driver.mood = Mood.OFF;
        runUntil(Duration.ofHours(16));
        int tries = driver.connectTimes.size();
        assertThat(tries).isBetween(16 * 120, 16 * 240 + 20);
        assertThat(loop.status().state()).isEqualTo(State.UNREACHABLE);
        assertThat(loop.status().counters().failedPolls()).isGreaterThan(16 * 3600 - 10);

        driver.mood = Mood.WELL;
        batches.clear();
        long healed = clock.nanoTime();
        while (loop.status().state() != State.GOOD) {
            loop.step();
            queue.drainTo(batches);
        }
        assertThat(Duration.ofNanos(clock.nanoTime() - healed)).isLessThanOrEqualTo(BackOff.MOST);
        loop.step();
        queue.drainTo(batches);
        assertThat(qualitiesOf(12)).as("the slow group is read at once").contains(Quality.GOOD);
    }

    @Test
    void aShortGlitchCostsHalfASecond() throws Exception {
        runUntil(seconds(5));
        driver.mood = Mood.SILENT;
        loop.step();
        driver.mood = Mood.WELL;
        long lost = clock.nanoTime();
        while (loop.status().state() != State.GOOD) {
            loop.step();
            queue.drainTo(batches);
        }
        assertThat(Duration.ofNanos(clock.nanoTime() - lost)).isLessThanOrEqualTo(BackOff.FIRST);
    }

    // A connection that is taken and then stays silent must not reset the back-off each time.
    @Test
    void aDeviceThatConnectsButNeverAnswersIsLeftAloneForLongerEachTime() throws Exception {
        driver.mood = Mood.SILENT;
        runUntil(Duration.ofHours(1));
        assertThat(driver.connectTimes.size()).isLessThan(260);
    }

    @Test
    void aRefusalIsTriedAgainAtLongIntervalsOnly() throws Exception {
        driver.mood = Mood.REFUSING;
        runUntil(Duration.ofHours(1));
        assertThat(driver.connectTimes.size()).isBetween(12, 32);
        assertThat(loop.status().state()).isEqualTo(State.REFUSED);
        assertThat(loop.status().reason()).contains("password");
        assertThat(qualitiesOf(10)).containsExactly(Quality.bad(Reason.REFUSED));
    }

    @Test
    void statusTellsWhyWhenAndWhatPassed() throws Exception {
        runUntil(seconds(5));
        driver.mood = Mood.SILENT;
        loop.step();
        var status = loop.status();
        assertThat(status.device()).isEqualTo("press-3");
        assertThat(status.reason()).isEqualTo("press-3 gave no answer");
        assertThat(status.lastError()).isEqualTo("press-3 gave no answer");
        assertThat(status.lastGood()).hasValue(ManualClock.START_EPOCH_NANOS + 5 * SECOND);
        assertThat(status.nextTry().orElseThrow()).isGreaterThan(clock.epochNanos());
        assertThat(status.exchange()).isEqualTo(new Exchange("00 01", "", "wrong"));

        driver.mood = Mood.WELL;
        runUntil(seconds(10));
        assertThat(loop.status().state()).isEqualTo(State.GOOD);
        assertThat(loop.status().reason()).isEmpty();
        assertThat(loop.status().lastError()).as("kept").isEqualTo("press-3 gave no answer");
        assertThat(loop.status().nextTry()).isEmpty();
    }

    @Test
    void aMistakeInTheDriverIsCountedAndDoesNotEndTheLoop() throws Exception {
        driver.mood = Mood.BUGGY;
        runUntil(seconds(20));
        assertThat(loop.status().counters().bugs()).isPositive();
        assertThat(loop.status().reason()).contains("broken invariant").contains("report");
        driver.mood = Mood.WELL;
        runUntil(seconds(60));
        assertThat(loop.status().state()).isEqualTo(State.GOOD);
    }

    @Test
    void backOffHasJitterAndNeverExceedsItsBound() {
        var backOff = new BackOff(new SplittableRandom(5));
        for (int i = 0; i < 200; i++) {
            var pause = backOff.next(false);
            assertThat(pause).isBetween(BackOff.FIRST.dividedBy(2), BackOff.MOST);
        }
        assertThat(backOff.next(false)).isNotEqualTo(backOff.next(false));
        backOff.reset();
        assertThat(backOff.next(false)).isLessThanOrEqualTo(BackOff.FIRST);
        for (int i = 0; i < 50; i++) {
            assertThat(backOff.next(true))
                    .isBetween(BackOff.FIRST_REFUSED.dividedBy(2), BackOff.MOST_REFUSED);
        }
    }

    // Backpressure: the pipeline is slow, nothing may be overwritten or dropped unseen.
    @Test
    void aFullQueueMakesTheLoopWaitAndLosesNoSample() throws Exception {
        var oneGroup = List.of(groups.getFirst());
        var small = new ArrayBlockingQueue<Batch>(1);
        var fake = new FakePolledDriver(clock, oneGroup);
        var spec =
                new DeviceSpec(
                        "p",
                        "fake",
                        "u",
                        STALE,
                        new DriverSettings() {},
                        List.of(tag("a"), tag("b")));
        var waiting =
                new DeviceLoop(spec, oneGroup, fake, 0, small, clock, new SplittableRandom(1));
        var thread = Thread.ofVirtual().name("device-p").start(waiting);
        long expected = 0;
        for (int i = 0; i < 500; i++) {
            var batch = small.poll(10, TimeUnit.SECONDS);
            assertThat(batch).isNotNull();
            assertThat(batch.bits()[0]).isEqualTo(expected++);
            assertThat(batch.bits()[1]).isEqualTo(expected++);
        }
        waiting.stop();
        assertThat(thread.join(Duration.ofSeconds(10))).isTrue();
        assertThat(fake.closed).isTrue();
        assertThat(waiting.status().state()).isEqualTo(State.STOPPED);
    }

    private final FakePushedDriver pushed = new FakePushedDriver(clock);

    private DeviceLoop pushedLoop() {
        return loop(pushed, List.of(new PollGroup(seconds(1), List.of(0, 1), List.of(10, 11))));
    }

    @Test
    void pushedSamplesAreHandedOnAndQuietBeatsAreGoodTicks() throws Exception {
        var of = pushedLoop();
        pushed.changes.add(10);
        pushed.changes.add(11);
        runUntil(of, seconds(10));
        assertThat(qualitiesOf(10)).containsExactly(Quality.GOOD);
        assertThat(batches).hasSizeBetween(10, 12).allMatch(b -> b.outcome() == Quality.GOOD);
        assertThat(of.status().state()).isEqualTo(State.GOOD);
    }

    @Test
    void whatCameBeforeALossIsHandedOnAndEachTagIsBadBehindIt() throws Exception {
        var of = pushedLoop();
        for (int loss = 1; loss <= 2; loss++) {
            pushed.lost = false;
            pushed.changes.add(10);
            pushed.losesAfterChanges = true;
            runUntil(of, seconds(100L * loss));
            assertThat(qualitiesOf(10))
                    .as("loss %d", loss)
                    .endsWith(Quality.GOOD, Quality.bad(Reason.COMMS_LOST))
                    .hasSize(2 * loss);
        }
    }

    @Test
    void whatAStopEndsIsNoLossOfTheDevice() throws Exception {
        var of = pushedLoop();
        runUntil(of, seconds(3));
        pushed.lost = true;
        of.stop();
        batches.clear();
        of.step();
        queue.drainTo(batches);
        assertThat(batches).isEmpty();
        assertThat(of.status().state()).isEqualTo(State.GOOD);
    }

    // A value that does not change is not stale; a device that says nothing at all is.
    @Test
    void silenceBeyondTheLimitMakesEachTagStaleOnce() throws Exception {
        var of = pushedLoop();
        pushed.changes.add(10);
        runUntil(of, seconds(5));
        pushed.alive = false;
        batches.clear();
        runUntil(of, seconds(20));
        assertThat(qualitiesOf(10)).containsExactly(Quality.bad(Reason.STALE));
        assertThat(qualitiesOf(11)).containsExactly(Quality.bad(Reason.STALE));
        assertThat(of.status().state()).isEqualTo(State.SILENT);
        assertThat(batches.getLast().outcome()).isEqualTo(Quality.bad(Reason.STALE));
        assertThat(pushed.connects).isEqualTo(1);
    }

    @Test
    void aSilenceWithoutEndIsConnectedAnew() throws Exception {
        var of = pushedLoop();
        runUntil(of, seconds(2));
        pushed.alive = false;
        runUntil(of, seconds(120));
        assertThat(pushed.connects).isGreaterThan(1);
        assertThat(qualitiesOf(10)).contains(Quality.bad(Reason.TIMEOUT));
        pushed.alive = true;
        pushed.changes.add(10);
        runUntil(of, seconds(200));
        assertThat(qualitiesOf(10).getLast()).isEqualTo(Quality.GOOD);
        assertThat(of.status().state()).isEqualTo(State.GOOD);
    }

    // The seconds until it counts as lost have no value either, and are not flat.
    @Test
    void aPushedDeviceThatIsLostIsBadFromWhenItWasHeardLast() throws Exception {
        var group = List.of(new PollGroup(Duration.ofSeconds(1), List.of(0), List.of(10)));
        var pushed = new FakePushedDriver(clock);
        var over = loop(pushed, group);
        runUntil(over, seconds(10));
        pushed.alive = false;
        runUntil(over, seconds(12));
        pushed.lost = true;
        over.step();
        queue.drainTo(batches);
        assertThat(badTimesOf(10)).containsExactly(10 * SECOND);
    }

    @Test
    void aSlowerPaceLeavesBeatsOutAndSaysWhy() throws Exception {
        runUntil(Duration.ofMillis(2_500));
        driver.pollTimes.clear();

        loop.pace(new Pace(2, true, "polled 2 times as seldom: pipeline 'heavy' can't follow"));
        runUntil(Duration.ofMillis(10_500));

        assertThat(driver.pollTimes).hasSizeBetween(4, 5);
        assertThat(loop.status().state()).isEqualTo(State.GOOD);
        assertThat(loop.status().reason())
                .isEqualTo("polled 2 times as seldom: pipeline 'heavy' can't follow");
        assertThat(loop.status().counters().slowedPolls()).isBetween(3L, 5L);
        assertThat(loop.status().counters().skippedPolls()).isZero();
    }

    @Test
    void noPaceLetsATagBecomeStale() throws Exception {
        runUntil(Duration.ofMillis(1_500));
        driver.pollTimes.clear();

        loop.pace(new Pace(8, true, "slow")); // of 1 s, with 3 s until stale
        runUntil(Duration.ofMillis(31_500));

        for (int i = 1; i < driver.pollTimes.size(); i++) {
            assertThat(driver.pollTimes.get(i) - driver.pollTimes.get(i - 1))
                    .isLessThanOrEqualTo(STALE.toNanos());
        }
        assertThat(driver.pollTimes).hasSizeBetween(10, 11);
    }

    @Test
    void backAtTheUsualPaceBeatsAreWhereTheyWere() throws Exception {
        loop.pace(new Pace(2, true, "slow"));
        runUntil(Duration.ofMillis(10_500));
        loop.pace(Pace.USUAL);
        loop.step(); // the one that it waits for already
        queue.drainTo(batches);
        driver.pollTimes.clear();

        runUntil(Duration.ofMillis(20_500));

        assertThat(driver.pollTimes).hasSizeBetween(8, 10).allMatch(t -> t % SECOND == 0);
        assertThat(loop.status().reason()).isEmpty();
    }
}
