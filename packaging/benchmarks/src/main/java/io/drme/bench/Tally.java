package io.drme.bench;

import io.drme.time.Clock;
import java.io.PrintStream;
import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;
import java.util.regex.Pattern;

/**
 * Counts the values that a candidate of {@link AcquireBench} got from devices. Its process prints
 * the count once a second, as {@code values N wrong N}; the benchmark reads the last of these
 * lines. From any thread.
 */
public final class Tally {
    private static final Pattern LINE = Pattern.compile("values (\\d+) wrong (\\d+)");
    private static final Duration PRINT_EVERY = Duration.ofSeconds(1);

    private final LongAdder values = new LongAdder();
    private final LongAdder wrong = new LongAdder();

    /**
     * What a process counted so far.
     *
     * @param wrong values that were not those of their register or node, and answers that failed
     */
    record Count(long values, long wrong) {
        static final Count NONE = new Count(0, 0);

        /** Of a line of output; {@link #NONE} where it is another line. */
        static Count of(String line) {
            var matcher = LINE.matcher(line);
            return matcher.matches()
                    ? new Count(Long.parseLong(matcher.group(1)), Long.parseLong(matcher.group(2)))
                    : NONE;
        }
    }

    /** Notes one value. */
    public void add(boolean isRight) {
        values.increment();
        if (!isRight) {
            wrong.increment();
        }
    }

    /** Notes that a device did not answer as it should. */
    public void failed() {
        wrong.increment();
    }

    /** Prints for as long as the thread is not interrupted. */
    public void report(Clock clock, PrintStream out) throws InterruptedException {
        while (true) {
            clock.sleep(PRINT_EVERY);
            out.printf("values %d wrong %d%n", values.sum(), wrong.sum());
        }
    }
}
