package io.drme.sim.record;

import io.drme.time.Clock;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes a recording, each line at once, so that one whose process is killed lacks at most what was
 * under way. A thread of its own writes, and those who record wait only where 65,536 lines wait for
 * the disk. A new file that only its owner may read. Safe for use from any thread.
 */
public final class RecordingWriter implements AutoCloseable {
    /** What is recorded at most where nothing else is said; some days of a busy device. */
    public static final long DEFAULT_MOST_BYTES = 1L << 30;

    static final String KEY = "drme-recording";
    static final int VERSION = 1;

    private static final Logger log = LoggerFactory.getLogger(RecordingWriter.class);
    private static final int MOST_WAITING = 65_536;
    private static final Duration LOOK_EVERY = Duration.ofMillis(100);
    private static final Duration MOST_CLOSING = Duration.ofSeconds(2);

    private final Path file;
    private final Clock clock;
    private final long startNanos;
    private final long mostBytes;
    private final BufferedWriter out;
    private final Thread thread;
    private final ArrayBlockingQueue<String> waiting = new ArrayBlockingQueue<>(MOST_WAITING);
    private final AtomicLong left = new AtomicLong();
    private long bytes;
    private volatile boolean closing;
    private volatile int underWay;
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile @Nullable String failure;

    /**
     * Begins a recording.
     *
     * @param file must not exist yet
     * @param mostBytes where the file has grown so long nothing more is recorded; it is counted
     * @throws IOException where the file can't be made; the message says what to do
     */
    public static RecordingWriter create(
            Path file, String protocol, String url, long mostBytes, Clock clock)
            throws IOException {
        try {
            var channel =
                    Files.newByteChannel(
                            file,
                            EnumSet.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                            PosixFilePermissions.asFileAttribute(
                                    PosixFilePermissions.fromString("rw-------")));
            return new RecordingWriter(
                    file,
                    new BufferedWriter(Channels.newWriter(channel, StandardCharsets.UTF_8)),
                    header(protocol, url, clock),
                    mostBytes,
                    clock);
        } catch (FileAlreadyExistsException e) {
            throw new IOException(
                    "%s is there already and is not overwritten; choose another name, or delete it"
                            .formatted(file),
                    e);
        }
    }

    private static String header(String protocol, String url, Clock clock) {
        return new LineWriter()
                .number(KEY, VERSION)
                .text("protocol", protocol)
                .text("url", url)
                .text("start", Instant.ofEpochSecond(0, clock.epochNanos()).toString())
                .end();
    }

    /** Begins one where it is known how the lines get into the file. */
    RecordingWriter(Path file, BufferedWriter out, String header, long mostBytes, Clock clock)
            throws IOException {
        this.file = file;
        this.out = out;
        this.mostBytes = mostBytes;
        this.clock = clock;
        this.startNanos = clock.nanoTime();
        out.write(header + "\n");
        out.flush();
        this.thread = Thread.ofPlatform().name("recording").daemon().start(this::run);
    }

    /** Nanoseconds since the recording began. */
    public long now() {
        return clock.nanoTime() - startNanos;
    }

    /** Records a line. */
    public void write(LineWriter line) {
        try {
            waiting.put(line.end());
        } catch (InterruptedException _) {
            left.incrementAndGet();
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Lines that are not in the file, or not surely, because it is full or can't be written; all of
     * them once it is closed.
     */
    public long leftOut() {
        return left.get();
    }

    private void run() {
        var lines = new ArrayList<String>();
        try {
            while (!closing || !waiting.isEmpty()) {
                var first = waiting.poll(LOOK_EVERY.toMillis(), TimeUnit.MILLISECONDS);
                if (first != null) {
                    lines.add(first);
                    waiting.drainTo(lines);
                    underWay = lines.size();
                    append(lines);
                    underWay = 0;
                    lines.clear();
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void append(List<String> lines) {
        int counted = 0;
        try {
            for (var line : lines) {
                if (bytes + line.length() > mostBytes) {
                    fail("it has its greatest length, %d bytes".formatted(mostBytes));
                }
                if (failure != null) {
                    left.incrementAndGet();
                    counted++;
                } else {
                    out.write(line);
                    out.write('\n');
                    bytes += line.length() + 1;
                }
            }
            out.flush();
        } catch (IOException e) {
            fail(String.valueOf(e.getMessage()));
            // Of those before it in the batch nobody can tell which are on the disk.
            left.addAndGet(lines.size() - counted);
        }
    }

    private void fail(String why) {
        if (failure == null) {
            failure = why;
            log.warn("file={} nothing more is recorded: {}", file, why);
        }
    }

    /** Writes what waits, and closes the file; what can't be written within 2 s is left out. */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        closing = true;
        try {
            if (thread.join(MOST_CLOSING)) {
                out.close();
            } else {
                // To close it would wait for the disk too.
                fail("the disk takes too long");
                left.addAndGet(underWay + (long) waiting.size());
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            log.warn("file={} could not be closed: {}", file, e.getMessage());
            if (failure == null) {
                left.incrementAndGet(); // how much of it is missing the system does not say
            }
        }
    }
}
