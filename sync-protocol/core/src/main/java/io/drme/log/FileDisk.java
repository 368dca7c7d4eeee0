package io.drme.log;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A directory of the machine's own file system. */
public final class FileDisk implements Disk {
    private static final String LOCK = "lock";
    private static final int ZEROS_BYTES = 256 << 10;

    private final Path root;
    private @Nullable FileChannel lockChannel;

    /**
     * Uses a directory, and makes it where it is not there.
     *
     * @param root on a local disk: what a network file system syncs is its own affair
     * @throws DiskException when it can't be made
     */
    public FileDisk(Path root) throws DiskException {
        this.root = root.toAbsolutePath();
        makeDirectory("");
    }

    /** The directory. */
    public Path root() {
        return root;
    }

    @Override
    public DiskFile create(String path, long bytes, Room room) throws DiskException {
        var target = at(path);
        try {
            var file =
                    new OpenFile(
                            target,
                            FileChannel.open(
                                    target,
                                    StandardOpenOption.CREATE,
                                    StandardOpenOption.TRUNCATE_EXISTING,
                                    StandardOpenOption.READ,
                                    StandardOpenOption.WRITE));
            try {
                reserve(file, target, bytes, room);
                return file;
            } catch (DiskException e) {
                file.close();
                Files.deleteIfExists(target);
                throw e;
            }
        } catch (IOException e) {
            throw failure("create", target, e);
        }
    }

    private static void reserve(OpenFile file, Path target, long bytes, Room room)
            throws DiskException {
        if (bytes == 0 || (room == Room.RESERVED && Fallocate.reserve(target, bytes))) {
            return;
        }
        var zeros = ByteBuffer.allocate((int) Math.min(ZEROS_BYTES, bytes));
        for (long at = 0; at < bytes; at += zeros.capacity()) {
            zeros.clear().limit((int) Math.min(zeros.capacity(), bytes - at));
            file.write(at, zeros);
        }
        file.sync();
    }

    @Override
    public DiskFile open(String path) throws DiskException {
        var target = at(path);
        try {
            return new OpenFile(target, OpenFile.channel(target));
        } catch (IOException e) {
            throw failure("open", target, e);
        }
    }

    @Override
    public boolean exists(String path) {
        return Files.exists(at(path));
    }

    @Override
    public void delete(String path) throws DiskException {
        try {
            Files.deleteIfExists(at(path));
        } catch (IOException e) {
            throw failure("delete", at(path), e);
        }
    }

    @Override
    public void rename(String from, String to) throws DiskException {
        try {
            Files.move(
                    at(from),
                    at(to),
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw failure("rename", at(from), e);
        }
    }

    @Override
    public List<String> list(String directory) throws DiskException {
        if (!Files.isDirectory(at(directory))) {
            return List.of();
        }
        try (var entries = Files.list(at(directory))) {
            return entries.map(p -> p.getFileName().toString()).sorted().toList();
        } catch (IOException e) {
            throw failure("list", at(directory), e);
        }
    }

    @Override
    public void makeDirectory(String directory) throws DiskException {
        try {
            Files.createDirectories(at(directory));
        } catch (IOException e) {
            throw failure("make", at(directory), e);
        }
    }

    @Override
    public void syncDirectory(String directory) throws DiskException {
        try (var channel = FileChannel.open(at(directory), StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            throw failure("sync", at(directory), e);
        }
    }

    @Override
    public long freeBytes() throws DiskException {
        try {
            return Files.getFileStore(root).getUsableSpace();
        } catch (IOException e) {
            throw failure("ask for free space of", root, e);
        }
    }

    @Override
    public void lock() throws DiskException {
        var path = at(LOCK);
        try {
            var channel =
                    FileChannel.open(
                            path,
                            StandardOpenOption.CREATE,
                            StandardOpenOption.READ,
                            StandardOpenOption.WRITE);
            var lock = tryLock(channel);
            if (lock == null) {
                channel.close();
                throw locked(path);
            }
            channel.truncate(0);
            channel.write(US_ASCII.encode(ProcessHandle.current().pid() + "\n"), 0);
            lockChannel = channel;
        } catch (IOException e) {
            throw failure("lock", path, e);
        }
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException _) {
            return null;
        }
    }

    private DiskException locked(Path path) throws IOException {
        var pid = Files.readString(path, US_ASCII).strip();
        return new DiskException.Locked(
                """
                can't lock %s: another gateway process (pid %s) is using it.
                  Stop it with 'systemctl stop drme-agent', or give this one its own store.directory.\
                """
                        .formatted(root, pid.isEmpty() ? "unknown" : pid),
                null);
    }

    @Override
    public void close() {
        try {
            if (lockChannel != null) {
                lockChannel.close();
            }
        } catch (IOException _) {
            // The lock goes with the process at the latest.
        }
        lockChannel = null;
    }

    private Path at(String path) {
        return root.resolve(path);
    }

    private static DiskException failure(String verb, Path path, IOException cause) {
        var text = cause.getMessage() == null ? cause.toString() : cause.getMessage();
        var message = "can't %s %s: %s".formatted(verb, path, text);
        if (cause instanceof NoSuchFileException) {
            return new DiskException.Missing(message, cause);
        }
        return isFull(cause, text)
                ? new DiskException.Full(
                        message + "; free some space, or lower store.max-size", cause)
                : new DiskException.Failed(message, cause);
    }

    /** Java tells a full disk from a broken one by the system's words only. */
    private static boolean isFull(IOException cause, String text) {
        var reason = cause instanceof FileSystemException f ? f.getReason() : text;
        var words = reason == null ? "" : reason.toLowerCase(Locale.ROOT);
        return words.contains("no space left") || words.contains("quota exceeded");
    }

    /**
     * A file by a channel. An interrupt closes a channel under the hands of whoever uses it; then
     * the file is opened anew, the work done, and the interrupt handed on.
     */
    private static final class OpenFile implements DiskFile {
        private final Path path;
        private FileChannel channel;
        private boolean closed;

        OpenFile(Path path, FileChannel channel) {
            this.path = path;
            this.channel = channel;
        }

        static FileChannel channel(Path path) throws IOException {
            return FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
        }

        private interface Work<T> {
            T on(FileChannel channel) throws IOException;
        }

        private <T> T run(String verb, Work<T> work) throws DiskException {
            boolean interrupted = false;
            try {
                while (true) {
                    try {
                        return work.on(channel);
                    } catch (ClosedByInterruptException _) {
                        interrupted |= Thread.interrupted();
                        channel = channel(path);
                    }
                }
            } catch (IOException e) {
                throw failure(verb, path, e);
            } finally {
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
            }
        }

        @Override
        public long size() throws DiskException {
            return run("size", FileChannel::size);
        }

        @Override
        public int read(long position, ByteBuffer into) throws DiskException {
            int start = into.position();
            return run(
                    "read",
                    c -> {
                        into.position(start);
                        while (into.hasRemaining()) {
                            if (c.read(into, position + into.position() - start) < 0) {
                                break;
                            }
                        }
                        return into.position() - start;
                    });
        }

        @Override
        public void write(long position, ByteBuffer from) throws DiskException {
            int start = from.position();
            run(
                    "write",
                    c -> {
                        from.position(start);
                        while (from.hasRemaining()) {
                            c.write(from, position + from.position() - start);
                        }
                        return from;
                    });
        }

        @Override
        public void sync() throws DiskException {
            run(
                    "sync",
                    c -> {
                        c.force(false);
                        return c;
                    });
        }

        @Override
        public void truncate(long bytes) throws DiskException {
            run("truncate", c -> c.truncate(bytes));
        }

        @Override
        public void close() {
            if (!closed) {
                closed = true;
                try {
                    channel.close();
                } catch (IOException _) {
                    // Nothing that matters was left to the close: it syncs nothing.
                }
            }
        }
    }
}
