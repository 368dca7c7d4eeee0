package io.drme.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.cloud.store.AlarmStore.AlarmRow;
import io.drme.history.Gaps;
import io.drme.model.Reading;
import io.drme.model.Reason;
import io.drme.model.Value;
import io.drme.time.ClockSync;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongPredicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * One thing at a time goes wrong with the clock of a gateway, on the whole line, in virtual time:
 * once it is right again, gateway and centre both tell of everything when it truly was, in its
 * order, and marked as stamped by a clock that was wrong.
 */
class ClockScenarioTest extends Scenario {
    private static final Duration YEARS = Duration.ofDays(3_652);
    private static final ClockSync SYNCED = ClockSync.within(5_000_000);

    /** The clock of a box may be off by a second, and a poll takes its time. */
    private static final long NEAR_NANOS = Duration.ofSeconds(3).toNanos();

    private long begin;

    /** What befalls the clock. */
    enum Story {
        /** Wrong from the first start on; set right, and followed from then on, while it runs. */
        SET_RIGHT,
        /** Followed; jumps away and is on its own; then followed again. */
        AWAY_AND_BACK,
        /** As that, on a machine that can't tell whether its clock is right. */
        NOBODY_KNOWS,
        /** Followed; after a kill it starts wrong, and is set right while it runs. */
        WRONG_AFTER_KILL,
    }

    /**
     * A case.
     *
     * @param jump how far off the clock is; absent where it shows the first second of 1970
     */
    record Case(Story story, Optional<Duration> jump) {
        @Override
        public String toString() {
            return story + " " + jump.map(Duration::toString).orElse("1970");
        }
    }

    private static Stream<Case> cases() {
        var hour = Duration.ofHours(1);
        var all = new ArrayList<Case>();
        for (var story : Story.values()) {
            for (var jump : List.of(hour, hour.negated(), YEARS, YEARS.negated())) {
                all.add(new Case(story, Optional.of(jump)));
            }
            all.add(new Case(story, Optional.empty()));
        }
        return all.stream();
    }

    @BeforeEach
    void open() throws Exception {
        begin = now();
        right(SYNCED);
    }

    private void right(ClockSync sync) {
        box.clock.set(now());
        box.clock.sync(sync);
    }

    private void wrong(Case how, ClockSync sync) {
        box.clock.set(how.jump.map(jump -> now() + jump.toNanos()).orElse(1_000_000_000L));
        box.clock.sync(sync);
    }

    private void tell(Case of) throws Exception {
        switch (of.story) {
            case SET_RIGHT -> {
                wrong(of, ClockSync.UNSYNCED);
                pass(MINUTE);
                right(SYNCED);
            }
            case AWAY_AND_BACK, NOBODY_KNOWS -> {
                var unknown = of.story == Story.NOBODY_KNOWS;
                right(unknown ? ClockSync.UNKNOWN : SYNCED);
                pass(MINUTE);
                wrong(of, unknown ? ClockSync.UNKNOWN : ClockSync.UNSYNCED);
                pass(MINUTE);
                right(unknown ? ClockSync.UNKNOWN : SYNCED);
            }
            case WRONG_AFTER_KILL -> {
                pass(MINUTE);
                box.fall(true);
                wrong(of, ClockSync.UNSYNCED);
                pass(MINUTE);
                right(SYNCED);
            }
        }
        pass(MINUTE);
        pass(Duration.ofSeconds(20));
    }

    /** A sample as either side tells of it. */
    private record Told(long time, Reading reading) {}

    private List<Told> atGateway(long from, long to) throws Exception {
        return box.agent().orElseThrow().samples(LIVELY, from, to).stream()
                .map(p -> new Told(p.sourceTimeNanos(), p.reading()))
                .toList();
    }

    private List<Told> atCentre(long from, long to) throws Exception {
        return world.centre.samples(box.book.gateway, LIVELY, from, to).stream()
                .map(s -> new Told(s.sourceTime(), s.reading()))
                .toList();
    }

    private static Optional<Long> serial(Reading reading) {
        return switch (reading) {
            case Reading.Good(Value.Int(long value)) -> Optional.of(value);
            case Reading.Uncertain(Value.Int(long value), _) -> Optional.of(value);
            default -> Optional.empty();
        };
    }

    private static boolean isMarked(Told sample) {
        return sample.reading instanceof Reading.Uncertain(_, Reason reason)
                && reason == Reason.CLOCK_UNSYNCED;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void onceTheClockIsRightEverythingIsToldWhenItTrulyWas(Case of) throws Exception {
        tell(of);
        long end = now();
        boolean isKilled = of.story == Story.WRONG_AFTER_KILL;
        for (var samples : List.of(atGateway(begin, end), atCentre(begin, end))) {
            checkOrder(samples);
            long seconds = Duration.ofNanos(end - begin).toSeconds();
            assertThat(samples.size())
                    .as("a sample a second, all in their time")
                    .isBetween((int) seconds - (isKilled ? 40 : 16), (int) seconds + 1);
            checkMarks(of, samples);
        }
        var gateway = box.agent().orElseThrow().gaps(LIVELY, begin + NEAR_NANOS, end);
        var centre = world.centre.gaps(box.book.gateway, true, LIVELY, begin + NEAR_NANOS, end);
        for (var gaps : List.of(gateway, centre)) {
            if (isKilled) {
                assertThat(reasons(gaps)).as(gaps.toString()).containsExactly(Gaps.GATEWAY_DOWN);
            } else {
                assertThat(reasons(gaps)).as(gaps.toString()).isEmpty();
            }
        }
        checkAlarms(end);
    }

    private void checkOrder(List<Told> samples) {
        var serials = samples.stream().flatMap(s -> serial(s.reading).stream()).toList();
        assertThat(serials).as("each once, in its order").isSorted().doesNotHaveDuplicates();
        var times = samples.stream().map(Told::time).toList();
        assertThat(times).as("times go with the order").isSorted();
    }

    private static void checkMarks(Case of, List<Told> samples) {
        long marked = samples.stream().filter(ClockScenarioTest::isMarked).count();
        assertThat(marked)
                .as("%s: those of a minute with a wrong clock are marked", of)
                .isBetween(40L, of.story == Story.NOBODY_KNOWS ? 122L : 62L);
    }

    /** Lists on both sides tell the same, in the order of what happened. */
    private void checkAlarms(long end) throws Exception {
        var raised = box.agent().orElseThrow().raised();
        assertThat(raised).isNotEmpty().isSorted();
        LongPredicate isInTime = at -> at >= begin - NEAR_NANOS && at <= end + NEAR_NANOS;
        assertThat(raised).as("alarms in their time").allMatch(isInTime::test);
        var centre =
                world.centre.alarms().stream()
                        .filter(a -> a.gateway().equals(box.book.gateway.text()))
                        .map(AlarmRow::raisedAt)
                        .sorted()
                        .toList();
        assertThat(raised).as("the centre tells of alarms as the gateway").containsAll(centre);
    }

    @Test
    void aLifeThatNeverKnewTheTimeKeepsWhatItStampedMarkedAndTheHoleSaysWhy() throws Exception {
        pass(MINUTE);
        box.fall(true);
        wrong(new Case(Story.WRONG_AFTER_KILL, Optional.empty()), ClockSync.UNSYNCED);
        pass(MINUTE);
        box.fall(true);
        right(SYNCED);
        pass(MINUTE);
        pass(Duration.ofSeconds(20));

        long end = now();
        var gateway = box.agent().orElseThrow().gaps(LIVELY, begin + NEAR_NANOS, end);
        var centre = world.centre.gaps(box.book.gateway, true, LIVELY, begin + NEAR_NANOS, end);
        for (var gaps : List.of(gateway, centre)) {
            assertThat(reasons(gaps)).as(gaps.toString()).containsExactly(Gaps.CLOCK_UNSYNCED);
            assertThat(gaps)
                    .anySatisfy(g -> assertThat(g.detail()).contains("start 2, samples from 1970"));
        }
        long hour = Duration.ofHours(1).toNanos();
        for (var samples : List.of(atGateway(0, hour), atCentre(0, hour))) {
            checkOrder(samples);
            assertThat(samples).hasSizeGreaterThan(30);
            assertThat(samples.stream().filter(s -> serial(s.reading).isPresent()))
                    .allMatch(ClockScenarioTest::isMarked);
        }
    }
}
