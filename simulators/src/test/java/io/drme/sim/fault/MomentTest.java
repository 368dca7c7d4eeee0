package io.drme.sim.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.model.Value;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Values that are wrong in ways that no answer gives away. */
class MomentTest {
    private static final long SECOND = 1_000_000_000;

    private static Moment after(FaultKind kind, double seconds) {
        return Moment.of(
                100 * SECOND,
                new Fault(kind, Duration.ofMillis(100), 0),
                (long) (seconds * SECOND));
    }

    @Test
    void aStuckValueIsThatOfWhenItGotStuck() {
        assertThat(after(FaultKind.STUCK, 7).elapsedNanos()).isEqualTo(93 * SECOND);
        assertThat(after(FaultKind.DRIFT, 7).elapsedNanos()).isEqualTo(100 * SECOND);
    }

    @ParameterizedTest
    @CsvSource({
        "DRIFT, 0, 80",
        "DRIFT, 10, 88",
        "SPIKES, 0, 800",
        "SPIKES, 0.15, 80",
        "SPIKES, 1.05, 800",
        "STUCK, 5, 80",
        "NONE, 5, 80"
    })
    void aNumberIsAsWrongAsTheFaultWantsIt(FaultKind kind, double seconds, long expected) {
        assertThat(after(kind, seconds).distorted(new Value.Int(80)))
                .isEqualTo(new Value.Int(expected));
        assertThat(after(kind, seconds).distorted(new Value.Real(80)))
                .isEqualTo(new Value.Real(expected));
    }

    @Test
    void nothingDriftsAndSpikesTooButNoTextAndNoBit() {
        assertThat(after(FaultKind.DRIFT, 100).distorted(new Value.Real(0)))
                .isEqualTo(new Value.Real(1));
        assertThat(after(FaultKind.SPIKES, 0).distorted(new Value.Int(0)))
                .isEqualTo(new Value.Int(90));
        assertThat(after(FaultKind.SPIKES, 0).distorted(new Value.Text("x")))
                .isEqualTo(new Value.Text("x"));
        assertThat(after(FaultKind.SPIKES, 0).distorted(new Value.Bool(true)))
                .isEqualTo(new Value.Bool(true));
    }
}
