package io.drme.edge;

import io.drme.edge.state.DurableFile;
import io.drme.web.Problem;
import io.drme.web.ProblemException;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.SequencedMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Files that the page writes among those of people, in the folder that gateway.yaml includes. A
 * file is replaced only where it is byte for byte what the page wrote last. Until it is sure that a
 * device stays, {@code DATA/commission/trial.json} holds what was there before, so that a trial
 * that goes back, a refusal, and a start after a power cut bring that back. Blocks for the disk;
 * safe for use from any thread.
 */
final class DeviceFiles {
    private static final String MARKER = "trial.json";
    private static final Logger log = LoggerFactory.getLogger(DeviceFiles.class);

    private final Path commission;
    private final Path marker;
    private final Path written;
    private final ReentrantLock lock = new ReentrantLock();

    /** The configuration's version on trial; 0 for none. Guarded by {@link #lock}. */
    private long onTrial;

    /** The newest version of which a trial ended. Guarded by {@link #lock}. */
    private long ended;

    /** Whether that one was kept. Guarded by {@link #lock}. */
    private boolean endedKept;

    /**
     * Knows those of a gateway.
     *
     * @param data the agent's directory
     */
    DeviceFiles(Path data) {
        this.commission = data.resolve("commission");
        this.written = commission.resolve("written");
        this.marker = commission.resolve(MARKER);
    }

    /**
     * Looks whether the page may write here.
     *
     * @throws ProblemException 409 where a file is a person's
     */
    void check(List<Path> targets) throws IOException {
        lock.lock();
        try {
            for (var target : targets) {
                // A link that leads nowhere is a person's, too.
                if (Files.exists(target, LinkOption.NOFOLLOW_LINKS) && !isOwn(target)) {
                    throw Problem.conflict(
                                    "device",
                                    target + " was written or changed by a person",
                                    "no such file, or one as the page wrote it last",
                                    "Give the device another name, or move the file away, and plan again; nothing was changed")
                            .asException();
                }
            }
        } finally {
            lock.unlock();
        }
    }

    private boolean isOwn(Path target) throws IOException {
        if (!Files.isRegularFile(target)) {
            return false;
        }
        var hash = hash(Files.readAllBytes(target));
        var record = record(target);
        return (Files.exists(record) && Files.readString(record).strip().equals(hash))
                || marked().stream()
                        .map(JsonObject.class::cast)
                        .anyMatch(m ->
                                target.toString().equals(m.getString("file"))
                                        && hash.equals(m.getString("hash")));
    }

    /** Where the hash of what the page wrote last into a file stands. */
    private Path record(Path target) {
        return written.resolve(target.getFileName() + ".sha256");
    }

    private JsonArray marked() throws IOException {
        if (!Files.exists(marker)) {
            return new JsonArray();
        }
        try {
            return new JsonObject(Files.readString(marker)).getJsonArray("files");
        } catch (DecodeException e) {
            throw new IOException(marker + " can't be read; move it away", e);
        }
    }

    /**
     * Writes, once it is on disk how to go back.
     *
     * @param texts by the absolute file, in the order of writing
     * @throws IOException where the disk refuses; then all is as before
     * @throws ProblemException 409 while files are on trial
     */
    void put(SequencedMap<Path, String> texts) throws IOException {
        lock.lock();
        try {
            if (onTrial != 0) {
                throw Problem.conflict(
                                "device",
                                "a device from this page is on trial",
                                "nothing on trial",
                                "Keep what is on trial, or wait until it went back, and apply again")
                        .asException();
            }
            restore();
            var files = new JsonArray();
            for (var text : texts.entrySet()) {
                var file = text.getKey();
                files.add(
                        new JsonObject()
                                .put("file", file.toString())
                                .put("before", Files.exists(file) ? Files.readString(file) : null)
                                .put("hash", hash(text.getValue())));
            }
            Files.createDirectories(commission);
            DurableFile.replace(commission, MARKER, new JsonObject().put("files", files).encode());
            try {
                for (var text : texts.entrySet()) {
                    DurableFile.replaceKeeping(text.getKey(), text.getValue());
                }
            } catch (IOException e) {
                restore();
                throw e;
            }
        } finally {
            lock.unlock();
        }
    }

    /** What was written runs with this version of the configuration, for good or on trial. */
    void applied(long version, boolean trial) {
        lock.lock();
        try {
            if (!trial) {
                settle(true);
            } else if (ended >= version) {
                settle(endedKept);
            } else {
                onTrial = version;
            }
        } finally {
            lock.unlock();
        }
    }

    /** A trial ended that had come to this version of the configuration. */
    void trialEnded(long version, boolean kept) {
        lock.lock();
        try {
            ended = version;
            endedKept = kept;
            if (onTrial != 0 && onTrial <= version) {
                onTrial = 0;
                settle(kept);
            }
        } finally {
            lock.unlock();
        }
    }

    private void settle(boolean kept) {
        try {
            if (kept) {
                keep();
            } else {
                restore();
            }
        } catch (IOException e) {
            log.error(
                    "can't {} the page's files: {}; {} tells what was there before, the next start goes back to it",
                    kept ? "keep" : "take back",
                    e,
                    marker);
        }
    }

    private void keep() throws IOException {
        var files = marked();
        delete(marker);
        // A cut here leaves files that the page takes for a person's: it asks, and loses nothing.
        Files.createDirectories(written);
        for (var each : files) {
            var file = (JsonObject) each;
            var record = record(Path.of(file.getString("file")));
            DurableFile.replace(
                    written, String.valueOf(record.getFileName()), file.getString("hash"));
        }
    }

    /**
     * Brings back what was there before a device that did not come to stay; nothing where none is
     * left so. What a person changed since stays as it is.
     *
     * @return whether there was something to bring back
     */
    boolean restore() throws IOException {
        lock.lock();
        try {
            var files = marked();
            for (var each : files) {
                var file = (JsonObject) each;
                restore(
                        Path.of(file.getString("file")),
                        file.getString("before"),
                        file.getString("hash"));
            }
            delete(marker);
            return !files.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    private static void restore(Path file, @Nullable String before, String hash)
            throws IOException {
        if (!Files.exists(file) || !hash(Files.readAllBytes(file)).equals(hash)) {
            if (before == null ? Files.exists(file) : !Files.exists(file)) {
                log.warn("file={} was changed by a person while on trial, it stays so", file);
            }
            return;
        }
        if (before == null) {
            delete(file);
        } else {
            DurableFile.replaceKeeping(file, before);
        }
        log.info("file={} is as it was before the device that did not come to stay", file);
    }

    private static void delete(Path file) throws IOException {
        var folder = file.toAbsolutePath().getParent();
        if (Files.deleteIfExists(file) && folder != null) {
            try (var open = FileChannel.open(folder, StandardOpenOption.READ)) {
                open.force(true);
            }
        }
    }

    private static String hash(String text) {
        return hash(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String hash(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
