package io.drme.cloud;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * The data directory of a running centre. One process at a time has it: the lock is the operating
 * system's, so it ends with the process however that ends.
 */
final class DataDirectory implements AutoCloseable {
    private static final int MAX_PID_LENGTH = 20;

    private final Path path;
    private final FileChannel lockFile;

    private DataDirectory(Path path, FileChannel lockFile) {
        this.path = path;
        this.lockFile = lockFile;
    }

    /**
     * Takes a directory; makes it where there is none.
     *
     * @throws StartException when another process has it, or it can't be written
     */
    static DataDirectory take(Path path) throws StartException {
        try {
            Files.createDirectories(path);
            var file =
                    FileChannel.open(
                            path.resolve("lock"),
                            StandardOpenOption.CREATE,
                            StandardOpenOption.READ,
                            StandardOpenOption.WRITE);
            if (tryLock(file) == null) {
                var holder = read(file);
                file.close();
                throw new StartException(
                        "%s belongs to a running centre, process %s; stop it first, or take another directory with --data"
                                .formatted(path, holder));
            }
            file.truncate(0);
            file.write(StandardCharsets.UTF_8.encode(ProcessHandle.current().pid() + "\n"));
            return new DataDirectory(path, file);
        } catch (IOException e) {
            throw new StartException(
                    "%s can't be used as data directory: %s; check that it can be written"
                            .formatted(path, e.getMessage()));
        }
    }

    /** Whether a running process has the directory. */
    static boolean isTaken(Path path) {
        try (var file =
                FileChannel.open(
                        path.resolve("lock"), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            return tryLock(file) == null;
        } catch (IOException _) {
            return false;
        }
    }

    private static @Nullable FileLock tryLock(FileChannel file) throws IOException {
        try {
            return file.tryLock();
        } catch (OverlappingFileLockException _) {
            return null;
        }
    }

    private static String read(FileChannel file) throws IOException {
        var bytes = ByteBuffer.allocate(MAX_PID_LENGTH);
        file.read(bytes, 0);
        return StandardCharsets.UTF_8.decode(bytes.flip()).toString().strip();
    }

    Path path() {
        return path;
    }

    /** Leaves the address of the page and REST for programs on this machine. */
    void announce(String url) throws StartException {
        var file = path.resolve("address");
        var made = path.resolve("address.new");
        try {
            Files.writeString(made, url + "\n");
            Files.move(
                    made,
                    file,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new StartException("%s can't be written: %s".formatted(file, e.getMessage()));
        }
    }

    /** Gives the directory back. */
    @Override
    public void close() {
        try {
            Files.deleteIfExists(path.resolve("address"));
            lockFile.close();
        } catch (IOException _) {
            // the lock ends with the process at the latest
        }
    }
}
