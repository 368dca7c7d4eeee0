package io.drme.sync;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LineGaugeTest {
    private static final long MILLI = 1_000_000;
    private static final int ITEM_BYTES = 4 << 10;

    private final LineGauge gauge = new LineGauge(0);
    private long now;
    private long lineFreeAt;
    private long sent;

    private record UnderWay(long sentAt, long landsAt) {}

    /** Sends for so long over a line with that rate and way, as much as the gauge allows. */
    private double deepestQueueMillis(long bytesPerSecond, long wayMillis, long forMillis) {
        var underWay = new ArrayDeque<UnderWay>();
        double deepest = 0;
        long until = now + forMillis * MILLI;
        long settled = now + forMillis / 2 * MILLI;
        while (now < until) {
            while (!underWay.isEmpty() && underWay.peekFirst().landsAt() <= now) {
                gauge.landed(underWay.removeFirst().sentAt(), 0, now);
            }
            while (underWay.isEmpty() || !gauge.isFull((long) underWay.size() * ITEM_BYTES)) {
                long begins = Math.max(now, lineFreeAt);
                lineFreeAt = begins + ITEM_BYTES * 1_000_000_000L / bytesPerSecond;
                underWay.addLast(new UnderWay(now, lineFreeAt + wayMillis * MILLI));
                sent += ITEM_BYTES;
            }
            if (now > settled) {
                deepest = Math.max(deepest, (lineFreeAt - now) / (double) MILLI);
            }
            now += MILLI;
        }
        return deepest;
    }

    // Whatever the line's own buffers would hold, little waits in it, and it is not idle either.
    @ParameterizedTest
    @CsvSource({"32000, 20", "250000, 30", "250000, 300", "1250000, 50", "12500000, 5"})
    void aLineIsFilledAndItsQueueStaysShort(long bytesPerSecond, long wayMillis) {
        double deepest = deepestQueueMillis(bytesPerSecond, wayMillis, 60_000);
        double one = ITEM_BYTES * 1_000.0 / bytesPerSecond;
        assertThat(deepest).isLessThan(2 * 100 + 4 * one + 20);
        assertThat(sent).isGreaterThan((long) (bytesPerSecond * 60 * 0.75));
    }

    // A line that becomes ten times slower, as radio does, has its queue short again soon.
    @Test
    void aLineThatBecomesSlowIsNotOverfilledForLong() {
        deepestQueueMillis(2_500_000, 30, 20_000);
        double deepest = deepestQueueMillis(250_000, 30, 20_000);
        assertThat(deepest).isLessThan(300);
    }

    @Test
    void anotherLineIsMeasuredAnew() {
        deepestQueueMillis(12_500_000, 5, 5_000);
        long before = gauge.limitBytes();
        gauge.begin(now);
        assertThat(gauge.limitBytes()).isLessThan(before).isPositive();
    }

    // A centre that stores slowly, and says so, does not look like a line that is full.
    @Test
    void theTimeThatTheCentreTookIsNotTheLines() {
        long told = limitBehindASlowCentre(1);
        long untold = limitBehindASlowCentre(0);
        assertThat(told).isEqualTo(4L << 20);
        assertThat(untold).isLessThan(1 << 20);
    }

    private long limitBehindASlowCentre(int told) {
        var measured = new LineGauge(now);
        for (int i = 0; i < 200; i++) {
            long slow = i % 10 * 100L * MILLI;
            long sentAt = now;
            now += 2 * MILLI + slow;
            assertThat(measured.isFull(Long.MAX_VALUE)).isTrue();
            measured.landed(sentAt, told * slow, now);
        }
        return measured.limitBytes();
    }

    // Nothing was held back, so that nothing landed late says nothing about the line.
    @Test
    void anIdleLineIsNotTakenForAFastOne() {
        long before = gauge.limitBytes();
        for (int i = 0; i < 100; i++) {
            now += 1_000 * MILLI;
            gauge.landed(now - 10 * MILLI, 0, now);
        }
        assertThat(gauge.limitBytes()).isEqualTo(before);
    }
}
