package io.drme.edge.acquisition;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.driver.Pace;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Of whom less is asked, and when all of it again. */
class BackpressureTest {
    private static final Paced LOW = new Paced("low", true, List.of(0), 1);
    private static final Paced HIGH = new Paced("high", true, List.of(1), 50);
    private static final Paced TELLS = new Paced("tells", false, List.of(2), 50);
    private static final Paced UNREAD = new Paced("unread", true, List.of(3), 0);
    private static final long SECOND = 1_000_000_000L;

    private final Backpressure backpressure = new Backpressure(List.of(UNREAD, HIGH, TELLS, LOW));
    private long now;

    /** Looks each second at the same strain. */
    private void seconds(int count, double strain) {
        for (int i = 0; i < count; i++) {
            now += SECOND;
            backpressure.look(now, strain, "pipeline 'heavy' can't follow");
        }
    }

    private List<Integer> levels() {
        return List.of(LOW, HIGH, TELLS, UNREAD).stream().map(backpressure::level).toList();
    }

    @Test
    void devicesThatOnlyLightPipelinesReadComeFirstAndThoseThatNoneReadsLast() {
        seconds(1, 0.6);
        assertThat(levels()).containsExactly(1, 0, 0, 0);
        seconds(2, 0.6);
        assertThat(levels()).containsExactly(3, 0, 0, 0);
        seconds(2, 0.6);
        assertThat(levels()).containsExactly(3, 2, 2, 0);
        seconds(20, 0.6);
        assertThat(levels()).containsExactly(3, 3, 3, 3);
    }

    @Test
    void eachIsToldHowMuchLessAndWhy() {
        seconds(4, 0.6);

        assertThat(backpressure.paces().getOrDefault("low", Pace.USUAL).why())
                .isEqualTo("polled 8 times as seldom: pipeline 'heavy' can't follow");
        assertThat(backpressure.paces().getOrDefault("tells", Pace.USUAL).why())
                .isEqualTo("deadbands 2 times as wide: pipeline 'heavy' can't follow");
        assertThat(backpressure.paces()).doesNotContainKey("unread");
        assertThat(backpressure.changes()).isEqualTo(3 + 2);
    }

    @Test
    void aReloadThatTouchesNoDeviceChangesNothing() {
        seconds(4, 0.6);
        seconds(9, 0);
        var paces = backpressure.paces();

        backpressure.change(List.of(UNREAD, HIGH, TELLS, LOW));

        assertThat(backpressure.paces()).isEqualTo(paces);
        seconds(2, 0); // the calm from before counts
        assertThat(levels()).containsExactly(3, 0, 0, 0);
    }

    @Test
    void aReloadLeavesTheOtherDevicesWhereTheyAre() {
        seconds(4, 0.6);
        var another = new Paced("another", true, List.of(4), 50);

        backpressure.change(List.of(UNREAD, HIGH, another, LOW));

        assertThat(levels()).containsExactly(3, 1, 1, 0);
        assertThat(backpressure.paces()).containsOnlyKeys("low", "high", "another");
        assertThat(backpressure.paces().getOrDefault("another", Pace.USUAL).why())
                .isEqualTo("polled 2 times as seldom: pipeline 'heavy' can't follow");
    }

    @Test
    void betweenHighAndLowNothingChanges() {
        seconds(1, 0.6);
        seconds(100, 0.3);

        assertThat(levels()).containsExactly(1, 0, 0, 0);
    }

    @Test
    void afterATimeOfCalmItGoesBackByItselfStepByStep() {
        seconds(2, 0.6);
        seconds(10, 0);
        assertThat(levels()).containsExactly(2, 0, 0, 0);
        seconds(1, 0);
        assertThat(levels()).containsExactly(1, 0, 0, 0);
        assertThat(backpressure.paces().getOrDefault("low", Pace.USUAL).why())
                .isEqualTo("polled 2 times as seldom: pipeline 'heavy' can't follow");
        seconds(10, 0);
        assertThat(levels()).containsExactly(0, 0, 0, 0);
        assertThat(backpressure.paces()).isEmpty();
    }

    @Test
    void aMomentOfStrainBeginsTheCalmAnew() {
        seconds(1, 0.6);
        seconds(9, 0);
        seconds(1, 0.3);
        seconds(9, 0);

        assertThat(levels()).containsExactly(1, 0, 0, 0);
    }

    /** A gateway that can follow at level 2 and not at 1: without longer calms it would swing. */
    @Test
    void whereAStepDownWasTooMuchTheNextOneComesLater() {
        var raises = new ArrayList<Long>();
        for (int i = 0; i < 3_600; i++) {
            boolean wasBelow = backpressure.level(LOW) < 2;
            seconds(1, wasBelow ? 0.8 : 0.05);
            if (wasBelow) {
                raises.add(now / SECOND);
            }
        }

        assertThat(raises).hasSizeLessThan(20);
        assertThat(raises.getLast() - raises.get(raises.size() - 2)).isGreaterThan(300);
    }

    @ParameterizedTest
    @MethodSource("io.drme.testing.Seeds#all")
    void whateverHappensCalmBringsAllBack(long seed) {
        var random = new Random(seed);
        for (int i = 0; i < 500; i++) {
            seconds(1 + random.nextInt(20), random.nextDouble());
        }

        seconds(12 * 330, 0);

        assertThat(levels()).containsOnly(0);
        assertThat(backpressure.paces()).isEmpty();
    }
}
