package io.drme.log;

import io.drme.config.Section;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;

/**
 * The {@code store} section of {@code gateway.yaml}.
 *
 * @param directory where the store lies, on a local disk
 * @param maxSizeBytes how much disk the store may take; 64 MiB or more
 * @param keep how long what was acknowledged, and what is local, stays as history; 1 minute to 10
 *     years
 * @param syncEvery the longest time for which an accepted-to-be sample waits for the disk; 10 ms to
 *     1 min
 * @param sealEvery how much time goes into a block; 1 s to 1 h
 * @param whenFull what gives way when the centre has been out of reach for too long
 */
public record StoreConfig(
        Path directory,
        long maxSizeBytes,
        Duration keep,
        Duration syncEvery,
        Duration sealEvery,
        WhenFull whenFull) {

    /** Where packages put it. */
    public static final Path DEFAULT_DIRECTORY = Path.of("/var/lib/drme");

    /** About 10 days of 1,000 tags at 1 Hz, at 2 bytes a sample. */
    public static final long DEFAULT_MAX_SIZE_BYTES = 2L << 30;

    /** A week is what a person looks back over on the gateway's own page. */
    public static final Duration DEFAULT_KEEP = Duration.ofDays(7);

    /** One small write a second, which an industrial flash card bears for ten years. */
    public static final Duration DEFAULT_SYNC_EVERY = Duration.ofSeconds(1);

    /** Sixty samples a series at 1 Hz: from there on a column codec pays. */
    public static final Duration DEFAULT_SEAL_EVERY = Duration.ofSeconds(60);

    private static final long LEAST_BYTES = 64L << 20;
    private static final long MOST_BYTES = 1L << 44;
    private static final Duration LEAST_KEEP = Duration.ofMinutes(1);
    private static final Duration MOST_KEEP = Duration.ofDays(3_650);
    private static final Duration LEAST_SYNC = Duration.ofMillis(10);
    private static final Duration MOST_SYNC = Duration.ofMinutes(1);
    private static final Duration LEAST_SEAL = Duration.ofSeconds(1);
    private static final Duration MOST_SEAL = Duration.ofHours(1);

    /** What to do when there is no room for a block. */
    public enum WhenFull {
        /** The oldest is dropped, counted and reported; the newest stays whole. */
        DROP_OLDEST,
        /**
         * The oldest is replaced by envelopes, whose error bound is on record, before there is no
         * room; the oldest of these give way to longer intervals, and at last are dropped.
         */
        THIN,
        /** New samples are refused and counted; what is stored stays whole. */
        STOP;

        /** As in the configuration, for example {@code drop-oldest}. */
        public String text() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /** The values used where the file says nothing. */
    public static StoreConfig defaults() {
        return new StoreConfig(
                DEFAULT_DIRECTORY,
                DEFAULT_MAX_SIZE_BYTES,
                DEFAULT_KEEP,
                DEFAULT_SYNC_EVERY,
                DEFAULT_SEAL_EVERY,
                WhenFull.DROP_OLDEST);
    }

    /** The same with another directory. */
    public StoreConfig in(Path other) {
        return new StoreConfig(other, maxSizeBytes, keep, syncEvery, sealEvery, whenFull);
    }

    /** Reads the section; what is wrong goes to its problems, and the default takes its place. */
    public static StoreConfig read(Section section) {
        var config =
                new StoreConfig(
                        section.text("directory").map(Path::of).orElse(DEFAULT_DIRECTORY),
                        section.bytes("max-size", DEFAULT_MAX_SIZE_BYTES, LEAST_BYTES, MOST_BYTES),
                        section.duration("keep", DEFAULT_KEEP, LEAST_KEEP, MOST_KEEP),
                        section.duration("sync-every", DEFAULT_SYNC_EVERY, LEAST_SYNC, MOST_SYNC),
                        section.duration("seal-every", DEFAULT_SEAL_EVERY, LEAST_SEAL, MOST_SEAL),
                        section.choice("when-full", WhenFull.DROP_OLDEST));
        section.done();
        return config;
    }
}
