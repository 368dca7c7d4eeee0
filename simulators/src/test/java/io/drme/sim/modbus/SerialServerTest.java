package io.drme.sim.modbus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drme.sim.Plant;
import io.drme.testing.ManualClock;
import io.drme.testing.PtyPair;
import java.io.EOFException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** How a simulated device waits on a serial line, in virtual time. */
class SerialServerTest {
    private static final Duration TENTH = Duration.ofMillis(100);
    private static final int MANY = 1000;

    private final ManualClock clock = new ManualClock();
    private final AtomicBoolean stopped = new AtomicBoolean();

    /** Gives nothing, each time after so long, and then one byte. */
    private InputStream line(List<Duration> waits) {
        var left = new ArrayDeque<>(waits);
        return new InputStream() {
            @Override
            public int read() {
                throw new IllegalStateException("bytes are read many at a time");
            }

            @Override
            public int read(byte[] into, int at, int most) {
                var wait = left.poll();
                if (wait == null) {
                    into[at] = 7;
                    return 1;
                }
                clock.advance(wait);
                return -1;
            }
        };
    }

    private int read(List<Duration> waits) throws Exception {
        return new SerialServer.Waiting(line(waits), clock, stopped::get).read();
    }

    private static List<Duration> times(int count, Duration wait) {
        return Collections.nCopies(count, wait);
    }

    @Test
    void aLineOnWhichNothingComesIsWaitedFor() throws Exception {
        assertThat(read(times(MANY, TENTH))).isEqualTo(7);
    }

    // A port that was hung up gives nothing at once, and would take a whole processor.
    @Test
    void aLineWhoseOtherEndIsGoneIsAtItsEnd() {
        assertThatThrownBy(() -> read(times(MANY, Duration.ZERO)))
                .isInstanceOf(EOFException.class)
                .hasMessageContaining("other end");
    }

    @Test
    void aDeviceOnATerminalThatIsGoneEndsItsThread() throws Exception {
        var pair = PtyPair.open();
        var yaml =
                """
                devices:
                  gone: {protocol: modbus, listen: "rtu://%s", units: {1: {points: {a: {address: "holding:0", value: 1}}}}}
                """
                        .formatted(pair.one());
        try (var plant = Plant.parse("plant.yaml", yaml, Plant.Overrides.NONE, clock)) {
            plant.start();
            var thread =
                    Thread.getAllStackTraces().keySet().stream()
                            .filter(t -> t.getName().equals("modbus-gone"))
                            .findFirst()
                            .orElseThrow();
            pair.close();
            assertThat(thread.join(Duration.ofSeconds(30))).as("its thread ended").isTrue();
        }
    }

    @Test
    void aReadThatEndsTooSoonNowAndThenIsNoEnd() throws Exception {
        var hasty = times(SerialServer.Waiting.MOST_HASTY - 1, Duration.ofMillis(1));
        var waits = new ArrayList<Duration>();
        for (int i = 0; i < MANY; i++) {
            waits.addAll(hasty);
            waits.add(TENTH);
        }
        assertThat(read(waits)).isEqualTo(7);
    }

    @Test
    void aDeviceThatIsClosedReadsNoMore() throws Exception {
        stopped.set(true);
        assertThat(read(List.of())).isEqualTo(-1);
    }
}
