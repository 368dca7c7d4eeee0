package io.drme.driver.modbus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drme.driver.modbus.Line.Read;
import io.drme.testing.ManualClock;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What happens to transaction ids over a long time, on one connection. */
class MbapTest {
    private static final Duration TIMEOUT = Duration.ofMillis(500);
    private static final Read ONE = new Read(1, Area.HOLDING, 0, 1);
    private static final int IDS = 1 << 16;

    private final ManualClock clock = new ManualClock();
    private final Device device = new Device();
    private final Line line = new Line(device, new Mbap(), clock);

    /** Answers at once with its transaction id as the value, or not at all. */
    private final class Device implements Transport {
        private ByteBuffer coming = ByteBuffer.allocate(0);
        private boolean silent;
        private boolean open;
        private int opened;

        @Override
        public boolean isOpen() {
            return open;
        }

        @Override
        public void open(Duration timeout) {
            open = true;
            opened++;
        }

        @Override
        public void write(byte[] request) {
            if (!silent) {
                byte[] head = {request[0], request[1], 0, 0, 0, 5, 1, 3, 2, request[0], request[1]};
                coming = ByteBuffer.wrap(head);
            }
        }

        @Override
        public int read(byte[] into, int at, int most, Duration wait) {
            int there = Math.min(most, coming.remaining());
            if (there == 0) {
                clock.advance(wait);
            }
            coming.get(into, at, there);
            return there;
        }

        @Override
        public int available() {
            return coming.remaining();
        }

        @Override
        public void close() {
            open = false;
        }
    }

    // One poll a second brings an id again after 18 hours, and then every 18 hours.
    @Test
    void theAnswerToAnIdThatOnceTimedOutIsTakenWhenTheIdComesAgain() throws Exception {
        var trace = new Trace();
        device.silent = true;
        assertThatThrownBy(() -> line.read(ONE, TIMEOUT, trace))
                .isInstanceOf(SocketTimeoutException.class);
        device.silent = false;
        for (int id = 2; id <= IDS + 1; id++) {
            assertThat(ByteBuffer.wrap(line.read(ONE, TIMEOUT, trace)).getShort())
                    .isEqualTo((short) id);
        }
        assertThat(device.opened).as("connections").isEqualTo(1);
    }
}
