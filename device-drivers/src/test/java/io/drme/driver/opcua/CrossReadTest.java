package io.drme.driver.opcua;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.testing.ManualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.eclipse.milo.opcua.stack.core.StatusCodes;
import org.eclipse.milo.opcua.stack.core.types.builtin.DataValue;
import org.eclipse.milo.opcua.stack.core.types.builtin.StatusCode;
import org.eclipse.milo.opcua.stack.core.types.builtin.Variant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** When a server is found not to tell what it has, and, more often, when it is not. */
class CrossReadTest {
    private static final Duration EVERY = Duration.ofSeconds(30);
    private static final Duration SETTLE = Duration.ofSeconds(5);

    private final ManualClock clock = new ManualClock();
    private final CrossRead reads = new CrossRead(clock, EVERY);
    private final List<List<Integer>> asked = new ArrayList<>();

    @BeforeEach
    void watchOne() {
        reads.begin(List.of(probe(0, SETTLE, Deadband.NONE)));
    }

    private static CrossRead.Probe probe(int tag, Duration settle, Deadband deadband) {
        return new CrossRead.Probe(tag, settle, deadband);
    }

    private static DataValue value(Object value) {
        return new DataValue(new Variant(value));
    }

    /** One round: waits until it is due, and lets the server answer with this value. */
    private List<Integer> round(Object present) {
        return round(value(present));
    }

    private List<Integer> round(DataValue present) {
        clock.advance(EVERY);
        assertThat(reads.step(p -> answer(p, present))).isEmpty();
        return reads.step(p -> answer(p, present));
    }

    private CompletableFuture<DataValue[]> answer(List<CrossRead.Probe> probes, DataValue value) {
        asked.add(probes.stream().map(CrossRead.Probe::tag).toList());
        return CompletableFuture.completedFuture(
                probes.stream().map(_ -> value).toArray(DataValue[]::new));
    }

    @Test
    void twoReadsThatShowWhatWasNeverToldProveIt() {
        reads.told(0, value(1.0));
        assertThat(round(2.0)).isEmpty();
        assertThat(round(2.0)).containsExactly(0);
    }

    // The usual case: a value that changes all the time is told a moment after it was read.
    @Test
    void whatIsToldBetweenTwoReadsIsInOrder() {
        for (double value = 1; value < 10; value++) {
            reads.told(0, value(value));
            assertThat(round(value + 0.5)).isEmpty();
        }
    }

    @Test
    void whatIsToldAfterTheReadWasSentIsInOrder() {
        reads.told(0, value(1.0));
        assertThat(round(2.0)).isEmpty();
        clock.advance(EVERY);
        var late = new CompletableFuture<DataValue[]>();
        assertThat(reads.step(_ -> late)).isEmpty();
        clock.advance(Duration.ofMillis(1));
        reads.told(0, value(2.0));
        late.complete(new DataValue[] {value(3.0)});
        assertThat(reads.step(_ -> late)).isEmpty();
    }

    @Test
    void aValueThatStaysIsInOrderHoweverItIsWritten() {
        for (Object value :
                List.of(
                        1.5,
                        Double.NaN,
                        -0.0,
                        "text",
                        new Double[] {1.0, 2.0},
                        9_007_199_254_740_993L)) {
            reads.told(0, value(value));
            Object same = value.equals(-0.0) ? (Object) 0.0 : value;
            assertThat(round(same)).as("%s", value).isEmpty();
            assertThat(round(same)).as("%s", value).isEmpty();
        }
    }

    @Test
    void aLongThatADoubleCantTellFromAnotherIsStillAnother() {
        reads.told(0, value(9_007_199_254_740_993L));
        round(9_007_199_254_740_992L);
        assertThat(round(9_007_199_254_740_992L)).containsExactly(0);
    }

    @Test
    void aStatusThatWasNotToldCountsAsAValue() {
        var bad = new DataValue(new StatusCode(StatusCodes.Bad_SensorFailure));
        reads.told(0, value(1.0));
        assertThat(round(bad)).isEmpty();
        assertThat(round(bad)).containsExactly(0);
    }

    // A node that the server looks at once an hour may be an hour behind.
    @Test
    void aSlowSamplingIsGivenItsTime() {
        reads.begin(List.of(probe(0, Duration.ofHours(2), Deadband.NONE)));
        reads.told(0, value(1.0));
        for (int i = 0; i < 239; i++) {
            assertThat(round(2.0)).isEmpty();
        }
        assertThat(round(2.0)).isEmpty();
        assertThat(round(2.0)).containsExactly(0);
    }

    @Test
    void whatStaysWithinTheDeadbandNeedNotBeTold() {
        reads.begin(List.of(probe(0, SETTLE, new Deadband(0.5, false))));
        reads.told(0, value(1.0));
        round(1.4);
        assertThat(round(1.4)).isEmpty();
        round(1.6);
        assertThat(round(1.6)).containsExactly(0);
        reads.begin(List.of(probe(0, SETTLE, new Deadband(10, true))));
        reads.told(0, value(1.0));
        round(50.0);
        assertThat(round(50.0)).as("of a range that is not known here").isEmpty();
    }

    @Test
    void aReadThatFailsSaysNothing() {
        reads.told(0, value(1.0));
        round(2.0);
        clock.advance(EVERY);
        reads.step(_ -> CompletableFuture.failedFuture(new IllegalStateException("no")));
        assertThat(reads.step(p -> answer(p, value(2.0)))).isEmpty();
        assertThat(round(2.0)).containsExactly(0);
    }

    @Test
    void manyNodesAreReadInTurnAndASuspectAgain() {
        reads.begin(
                IntStream.range(0, 250)
                        .mapToObj(tag -> probe(tag, SETTLE, Deadband.NONE))
                        .toList());
        IntStream.range(0, 250).forEach(tag -> reads.told(tag, value(1.0)));
        round(1.0);
        round(1.0);
        round(1.0);
        assertThat(asked.get(0)).isEqualTo(IntStream.range(0, 100).boxed().toList());
        assertThat(asked.get(1)).startsWith(100).hasSize(100);
        assertThat(asked.get(2)).startsWith(200).contains(249, 0, 49);
        reads.told(50, value(0.0));
        round(1.0);
        round(1.0);
        assertThat(asked.get(4)).as("the suspect first").startsWith(50);
    }

    @Test
    void aNodeThatIsNeverToldIsLeftAloneAfterSomeTries() {
        for (int i = 0; i < CrossRead.MOST_STRIKES; i++) {
            reads.begin(List.of(probe(0, SETTLE, Deadband.NONE)));
            reads.told(0, value(1.0));
            round(2.0);
            assertThat(round(2.0)).containsExactly(0);
        }
        reads.begin(List.of(probe(0, SETTLE, Deadband.NONE)));
        reads.told(0, value(1.0));
        round(2.0);
        assertThat(round(2.0)).isEmpty();
    }

    @Test
    void zeroReadsNothing() {
        var off = new CrossRead(clock, Duration.ZERO);
        off.begin(List.of(probe(0, SETTLE, Deadband.NONE)));
        off.told(0, value(1.0));
        clock.advance(EVERY);
        off.step(p -> answer(p, value(2.0)));
        assertThat(asked).isEmpty();
    }
}
