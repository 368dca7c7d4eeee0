package io.drme.driver.opcua;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.driver.opcua.HistoryFill.Hole;
import io.drme.driver.opcua.HistoryFill.Page;
import io.drme.testing.ManualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.eclipse.milo.opcua.stack.core.types.builtin.DataValue;
import org.eclipse.milo.opcua.stack.core.types.builtin.StatusCode;
import org.eclipse.milo.opcua.stack.core.types.builtin.Variant;
import org.junit.jupiter.api.Test;

/** In which order, and how often, samples come when a hole is filled. Times are in seconds. */
class HistoryFillTest {
    private static final long SECOND = 1_000_000_000;

    private final ManualClock clock = new ManualClock();
    private final HistoryFill fill = new HistoryFill(clock);
    private final List<Hole> asked = new ArrayList<>();
    private final List<Long> delivered = new ArrayList<>();

    private static DataValue at(long second) {
        return new DataValue(
                new Variant(second), StatusCode.GOOD, Conversion.time(second * SECOND), null);
    }

    private void told(long... seconds) {
        for (long second : seconds) {
            fill.told(new Arrival(0, at(second)), second * SECOND, asked::add, this::deliver);
        }
    }

    private void deliver(Arrival arrival) {
        delivered.add(Conversion.deviceTime(arrival.value()) / SECOND);
    }

    private String found(Hole hole, boolean isLast, String trouble, long... seconds) {
        var values = LongStream.of(seconds).mapToObj(HistoryFillTest::at).toList();
        return fill.found(new Page(hole, values, isLast, trouble), this::deliver);
    }

    @Test
    void atTheFirstConnectThereIsNoHole() {
        fill.begin();
        assertThat(fill.isIdle()).isTrue();
        told(1, 2);
        assertThat(delivered).containsExactly(1L, 2L);
        assertThat(asked).isEmpty();
    }

    @Test
    void aHoleIsFilledBeforeWhatIsToldSinceAndNothingComesTwice() {
        told(1, 2);
        fill.begin();
        assertThat(fill.isIdle()).isFalse();
        told(6, 7);
        assertThat(asked).containsExactly(new Hole(0, 2 * SECOND, 6 * SECOND));
        assertThat(found(asked.getFirst(), false, "", 2, 3, 4)).isEmpty();
        told(8);
        assertThat(found(asked.getFirst(), true, "", 5, 6)).isEmpty();
        assertThat(delivered).containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L);
        assertThat(fill.isIdle()).isTrue();
        told(9);
        assertThat(delivered).endsWith(8L, 9L);
    }

    @Test
    void aValueThatDidNotChangeMeanwhileHasNoHole() {
        told(1, 2);
        fill.begin();
        told(2, 3);
        assertThat(asked).isEmpty();
        assertThat(delivered).containsExactly(1L, 2L, 2L, 3L);
    }

    @Test
    void aServerWithoutHistoryCostsOnlyTheHole() {
        told(1);
        fill.begin();
        told(5, 6);
        assertThat(found(asked.getFirst(), true, "it has none")).isEqualTo("it has none");
        assertThat(delivered).containsExactly(1L, 5L, 6L);
        assertThat(fill.isIdle()).isTrue();
    }

    // What was told before the second loss is in the history too, or it is not.
    @Test
    void aSecondLossInTheMidstOfFillingLosesAndDoublesNothing() {
        told(1);
        fill.begin();
        told(5, 6);
        found(asked.getFirst(), false, "", 2, 3);
        fill.begin();
        told(9);
        assertThat(asked.getLast()).isEqualTo(new Hole(0, 3 * SECOND, 9 * SECOND));
        found(asked.getFirst(), true, "", 4);
        found(asked.getLast(), true, "", 4, 5, 7);
        assertThat(delivered).containsExactly(1L, 2L, 3L, 4L, 5L, 7L, 9L);
        told(10);
        assertThat(delivered).endsWith(9L, 10L);
    }

    // Nothing is told between the two losses: from where the hole begins only the fill knows.
    @Test
    void twoLossesInARowFillNothingTwice() {
        told(1);
        fill.begin();
        told(5);
        found(asked.getFirst(), false, "", 2, 3);
        fill.begin();
        fill.begin();
        told(9);
        assertThat(asked.getLast()).isEqualTo(new Hole(0, 3 * SECOND, 9 * SECOND));
        found(asked.getLast(), true, "", 2, 3, 4, 5, 7);
        assertThat(delivered).containsExactly(1L, 2L, 3L, 4L, 5L, 7L, 9L);
    }

    @Test
    void whatTheOldSubscriptionToldWhileTheNewOneWasMadeComesOnce() {
        told(1);
        fill.begin();
        for (long second : new long[] {2, 3, 4}) {
            fill.toldBefore(new Arrival(0, at(second)));
        }
        assertThat(fill.waiting()).isEqualTo(3);
        told(4, 5);
        found(asked.getFirst(), true, "", 2);
        assertThat(delivered).containsExactly(1L, 2L, 3L, 4L, 5L);
        assertThat(fill.waiting()).isZero();
    }

    @Test
    void historyThatDoesNotComeHoldsThePresentBackForAMinute() {
        told(1);
        fill.begin();
        told(5, 6);
        clock.advance(HistoryFill.MOST_FILL);
        assertThat(fill.giveUpWhenLate(this::deliver)).isEmpty();
        clock.advance(Duration.ofNanos(1));
        assertThat(fill.giveUpWhenLate(this::deliver)).containsExactly(0);
        assertThat(delivered).containsExactly(1L, 5L, 6L);
        found(asked.getFirst(), true, "", 2, 3);
        assertThat(delivered).as("too late").containsExactly(1L, 5L, 6L);
        assertThat(fill.waiting()).isZero();
    }

    @Test
    void aSecondLossAndNoHistoryAnyMoreStillDeliversWhatWasTold() {
        told(1);
        fill.begin();
        told(5, 6);
        fill.begin();
        told(9);
        found(asked.getLast(), true, "gone");
        assertThat(delivered).containsExactly(1L, 5L, 6L, 9L);
    }

    @Test
    void whatIsToldIsNotLostForWhatWasMissed() {
        told(1);
        fill.begin();
        told(LongStream.rangeClosed(5, 5 + HistoryFill.MOST_WAITING).toArray());
        assertThat(delivered).hasSize(1);
        assertThat(fill.giveUpWhenFull(this::deliver)).containsExactly(0);
        assertThat(delivered).hasSize(HistoryFill.MOST_WAITING + 2).isSorted();
        found(asked.getFirst(), true, "", 2, 3);
        assertThat(delivered).as("too late").isSorted();
    }

    @Test
    void historyThatRunsBackwardsIsCutToWhatIsInOrder() {
        told(1);
        fill.begin();
        told(9);
        found(asked.getFirst(), true, "", 3, 2, 3, 4, 20);
        assertThat(delivered).containsExactly(1L, 3L, 4L, 9L);
    }
}
