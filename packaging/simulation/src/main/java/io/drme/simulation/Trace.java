package io.drme.simulation;

import io.drme.time.Clock;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * What happened in a world, in order: the last lines for a person who reads a failure, and a
 * checksum over everything, messages on the wire too, by which two runs are known to be the same.
 */
final class Trace {
    private static final int KEPT_LINES = 400;
    private static final double NANOS_PER_SECOND = 1e9;

    private final Clock world;
    private final @Nullable PrintWriter out;
    private final Deque<String> last = new ArrayDeque<>();
    private final CRC32C checksum = new CRC32C();
    private long lines;

    /** Traces; every line goes to {@code out} too where there is one. */
    Trace(Clock world, @Nullable PrintWriter out) {
        this.world = world;
        this.out = out;
    }

    /** Notes what happens. */
    @SuppressWarnings("AnnotateFormatMethod") // its annotation would be a dependency for one word
    void say(String what, @Nullable Object... details) {
        var line =
                "%9.3f s  %s"
                        .formatted(world.nanoTime() / NANOS_PER_SECOND, what.formatted(details));
        checksum.update(line.getBytes(StandardCharsets.UTF_8));
        lines++;
        last.addLast(line);
        if (last.size() > KEPT_LINES) {
            last.removeFirst();
        }
        if (out != null) {
            out.println(line);
        }
    }

    /** Counts bytes on the wire into the checksum. */
    void bytes(byte[] message) {
        checksum.update(message);
    }

    /** The newest lines. */
    List<String> newest(int count) {
        return last.stream().skip(Math.max(0, last.size() - count)).toList();
    }

    /** Equal where everything was equal. */
    String digest() {
        return "%d-%08x".formatted(lines, checksum.getValue());
    }
}
