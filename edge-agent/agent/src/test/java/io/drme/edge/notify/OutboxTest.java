package io.drme.edge.notify;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.alarm.Priority;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Floods, limits and retries of one receiver; times are nanoseconds from 0. */
class OutboxTest {
    private static final long SECOND = 1_000_000_000L;

    private static Outbox outbox(int above, int messages) {
        return new Outbox(
                Alarming.limits(above, Duration.ofMinutes(1), messages, Duration.ofHours(1)),
                new Random(1));
    }

    /** Sends what is due to a receiver that takes everything. */
    private static List<Message> sent(Outbox outbox, long now) {
        var all = new ArrayList<Message>();
        for (var due = outbox.due(now); due.isPresent(); due = outbox.due(now)) {
            all.add(due.get());
            outbox.begun();
            outbox.take(new Outcome.Sent("ok"), now);
        }
        return all;
    }

    @Test
    void aThousandAlarmsAMinuteAreSixMessagesTheFirstMinuteAndThenOneEach() {
        var outbox = outbox(5, 1_000);
        var perMinute = new ArrayList<Integer>();
        long sequence = 0;
        for (int minute = 0; minute < 5; minute++) {
            int messages = 0;
            for (int i = 0; i < 1_000; i++) {
                long now = minute * 60L * SECOND + i * 60L * SECOND / 1_000;
                outbox.offer(Alarming.notice(++sequence, Priority.MEDIUM), now);
                messages += sent(outbox, now).size();
            }
            perMinute.add(messages);
        }
        var last = sent(outbox, 5 * 60 * SECOND);

        assertThat(perMinute).containsExactly(5, 1, 1, 1, 1);
        assertThat(last).hasSize(1);
        assertThat(last.getFirst().count()).isEqualTo(1_000);
        assertThat(last.getFirst().top()).hasSize(Message.MOST_TOP);
        assertThat(outbox.figures().sent()).isEqualTo(5_000);
    }

    // A person must not wait for the end of a flood of small things.
    @Test
    void somethingMoreUrgentDoesNotWaitForTheEndOfTheWindow() {
        var outbox = outbox(2, 1_000);
        for (int i = 1; i <= 10; i++) {
            outbox.offer(Alarming.notice(i, Priority.LOW), 0);
        }
        assertThat(sent(outbox, 0)).hasSize(2);

        outbox.offer(Alarming.notice(11, Priority.CRITICAL), SECOND);

        var now = sent(outbox, SECOND);
        assertThat(now).hasSize(1);
        assertThat(now.getFirst().count()).isEqualTo(9);
        assertThat(now.getFirst().top().getFirst().priority()).isEqualTo(Priority.CRITICAL);
    }

    @Test
    void aCalmGatewaySendsEachAlarmAtOnce() {
        var outbox = outbox(5, 1_000);
        for (int i = 0; i < 20; i++) {
            long now = i * 30L * SECOND;
            outbox.offer(Alarming.notice(i + 1, Priority.LOW), now);
            assertThat(sent(outbox, now)).hasSize(1).allMatch(m -> m.count() == 1);
        }
    }

    @Test
    void whatIsAboveTheLimitWaitsAndBecomesOne() {
        var outbox = outbox(3, 4);
        int messages = 0;
        for (int i = 0; i < 40; i++) {
            long now = i * 61L * SECOND;
            outbox.offer(Alarming.notice(i + 1, Priority.LOW), now);
            messages += sent(outbox, now).size();
        }
        assertThat(messages).isEqualTo(4);

        assertThat(sent(outbox, 3_601 * SECOND)).hasSize(1);
        assertThat(outbox.held()).hasSizeLessThanOrEqualTo(5);
    }

    @Test
    void aDeadReceiverHoldsABoundedNumberAndGetsThemInOrder() {
        var outbox = outbox(3, 1_000);
        outbox.offer(Alarming.notice(1, Priority.LOW), 0);
        assertThat(outbox.due(0)).isPresent();
        outbox.begun();
        outbox.take(new Outcome.Failed("refused", "", Optional.empty()), 0);
        for (int i = 2; i <= 500; i++) {
            outbox.offer(Alarming.notice(i, Priority.LOW), i * 2L * SECOND);
            assertThat(outbox.held()).hasSizeLessThanOrEqualTo(5);
        }

        var all = sent(outbox, 1_200 * SECOND);
        assertThat(all.getFirst().first()).isEqualTo(1);
        assertThat(all.stream().mapToInt(Message::count).sum()).isEqualTo(500);
    }

    @Test
    void waitsDoubleAreSpreadAndHaveAnEnd() {
        var outbox =
                new Outbox(
                        new NotificationConfig.Limits(
                                Duration.ofDays(7),
                                5,
                                Duration.ofMinutes(1),
                                60,
                                Duration.ofHours(1)),
                        new Random(3));
        outbox.offer(Alarming.notice(1, Priority.LOW), 0);
        long now = 0;
        for (int i = 1; i <= 12; i++) {
            assertThat(outbox.due(now)).isPresent();
            outbox.begun();
            outbox.take(new Outcome.Failed("away", "", Optional.empty()), now);
            long wait = outbox.figures().nextTry() - now;
            long whole = Math.min((5 * SECOND) << (i - 1), 600 * SECOND);
            assertThat(wait).isBetween(whole / 2, whole);
            assertThat(outbox.due(now + wait - 1)).isEmpty();
            now += wait;
        }
    }

    @Test
    void aReceiverThatRefusesAMessageThreeTimesDoesNotGetItAndGetsTheNext() {
        var outbox = outbox(5, 60);
        outbox.offer(Alarming.notice(1, Priority.LOW), 0);
        outbox.offer(Alarming.notice(2, Priority.LOW), 0);
        long now = 0;
        Optional<Outbox.Dropped> dropped = Optional.empty();
        for (int i = 0; i < Outbox.MOST_REFUSALS; i++) {
            assertThat(outbox.due(now).orElseThrow().first()).isEqualTo(1);
            outbox.begun();
            dropped = outbox.take(new Outcome.Refused("400", ""), now);
            now = outbox.figures().nextTry();
        }
        assertThat(dropped).isPresent();
        assertThat(dropped.get().why()).isEqualTo(Delivery.State.REFUSED);
        assertThat(sent(outbox, now))
                .singleElement()
                .satisfies(m -> assertThat(m.first()).isEqualTo(2));
        assertThat(outbox.figures().refused()).isEqualTo(1);
    }
}
