package io.drme.sim.record;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.time.SystemClock;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Disks that fail, and that hang: what is not in the file is counted. */
@Timeout(60)
class RecordingWriterTest {
    private final CountDownLatch busy = new CountDownLatch(1);
    private final CountDownLatch free = new CountDownLatch(1);

    /** A file that takes its header, and then waits or fails. */
    private final class Disk extends Writer {
        private final boolean isFull;
        private boolean hasHeader;

        Disk(boolean isFull) {
            this.isFull = isFull;
        }

        @Override
        public void write(char[] text, int from, int length) throws IOException {
            if (!hasHeader) {
                hasHeader = true;
                return;
            }
            busy.countDown();
            try {
                free.await();
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
            if (isFull) {
                throw new IOException("no space left");
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }

    private RecordingWriter writer(Disk disk) throws IOException {
        return new RecordingWriter(
                Path.of("a.rec"), new BufferedWriter(disk), "{}", 1 << 20, new SystemClock());
    }

    private void write(RecordingWriter out, int lines) throws InterruptedException {
        out.write(new LineWriter().number("n", 0));
        busy.await();
        for (int i = 1; i < lines; i++) {
            out.write(new LineWriter().number("n", i));
        }
    }

    @Test
    void ofABatchThatFailsEachLineIsCounted() throws Exception {
        var out = writer(new Disk(true));
        try (out) {
            write(out, 10);
            free.countDown();
        }
        assertThat(out.leftOut()).isEqualTo(10);
    }

    @Test
    void whatADiskDoesNotTakeInTimeIsCounted() throws Exception {
        var out = writer(new Disk(false));
        try (out) {
            write(out, 10);
        }
        assertThat(out.leftOut()).isEqualTo(10);
        free.countDown();
    }
}
