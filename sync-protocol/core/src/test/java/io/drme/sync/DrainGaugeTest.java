package io.drme.sync;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DrainGaugeTest {
    private static final long SECOND = 1_000_000_000L;
    private final DrainGauge gauge = new DrainGauge();

    @Test
    void aBacklogThatShrinksSteadilyHasATime() {
        for (int i = 0; i <= 4; i++) {
            gauge.note(5L * i * SECOND, 1_000 - i * 50);
        }
        // 800 left, 10 a second.
        assertThat(gauge.millis()).isEqualTo(80_000);
    }

    // A wrong number is worse than none.
    @Test
    void nothingIsSaidBeforeItIsKnown() {
        assertThat(gauge.millis()).isEqualTo(-1);
        gauge.note(0, 1_000);
        gauge.note(5 * SECOND, 900);
        assertThat(gauge.millis()).isEqualTo(-1);
        gauge.note(10 * SECOND, 1_000);
        assertThat(gauge.millis()).as("it did not shrink").isEqualTo(-1);
        gauge.note(15 * SECOND, 1_200);
        assertThat(gauge.millis()).as("it grew").isEqualTo(-1);
    }

    @Test
    void nothingWaitingTakesNoTime() {
        gauge.note(0, 0);
        assertThat(gauge.millis()).isZero();
    }

    @Test
    void onlyTheLastMinuteCounts() {
        gauge.note(0, 100_000);
        for (int i = 1; i <= 30; i++) {
            gauge.note(5L * i * SECOND, 1_000 - i * 10);
        }
        // 700 left, 2 a second.
        assertThat(gauge.millis()).isEqualTo(350_000);
    }

    @Test
    void aCutLineBeginsAnew() {
        for (int i = 0; i <= 4; i++) {
            gauge.note(5L * i * SECOND, 1_000 - i * 50);
        }
        gauge.forget();
        gauge.note(100 * SECOND, 2_000);
        assertThat(gauge.millis()).isEqualTo(-1);
    }
}
