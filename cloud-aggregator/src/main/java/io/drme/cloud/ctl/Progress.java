package io.drme.cloud.ctl;

import io.drme.time.SystemClock;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Says on a terminal how far a long list is, in one line that is written over and goes away at the
 * end. Confined to one thread.
 */
final class Progress implements AutoCloseable {
    /** What is done sooner needs no word. */
    private static final Duration QUIET = Duration.ofSeconds(1);

    private static final Duration EVERY = Duration.ofMillis(250);
    private static final Path STDERR = Path.of("/proc/self/fd/2");
    private static final int WIDTH = 40;

    private final PrintWriter err;
    private final boolean isShown;
    private final SystemClock clock = new SystemClock();
    private long nextNanos = clock.nanoTime() + QUIET.toNanos();
    private long done;
    private boolean isWritten;

    /**
     * Nothing is done yet.
     *
     * @param isShown whether a person looks at {@code err}
     */
    Progress(PrintWriter err, boolean isShown) {
        this.err = err;
        this.isShown = isShown;
    }

    /**
     * Whether what this process writes as an error is seen on a terminal, also where its output
     * goes to a file.
     */
    static boolean isTerminal() {
        try {
            var to = Files.readSymbolicLink(STDERR).toString();
            return to.startsWith("/dev/pts/") || to.startsWith("/dev/tty");
        } catch (IOException | UnsupportedOperationException _) {
            return false; // no Linux
        }
    }

    /** So many more are done. */
    void add(long items, String what) {
        done += items;
        if (isShown && clock.nanoTime() - nextNanos >= 0) {
            nextNanos = clock.nanoTime() + EVERY.toNanos();
            err.printf("\r%,d %s", done, what);
            err.flush();
            isWritten = true;
        }
    }

    @Override
    public void close() {
        if (isWritten) {
            err.print("\r" + " ".repeat(WIDTH) + "\r");
            err.flush();
        }
    }
}
