package io.drme.web;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A text in a file that only its owner may read; what a command line beside the program changes is
 * seen at once. Changes are made under a lock on the file system.
 */
final class TextFile implements KeptText {
    private final Path file;
    private final ReentrantLock lock = new ReentrantLock();

    /** Guarded by {@link #lock}: what the file held when it was last read. */
    private String text = "";

    /** Guarded by {@link #lock}: tells whether the file is still the one that was read. */
    private @Nullable Object readKey;

    TextFile(Path file) {
        this.file = file;
    }

    @Override
    public String read() throws IOException {
        lock.lock();
        try {
            var attributes = Files.readAttributes(file, BasicFileAttributes.class);
            var key =
                    List.of(
                            String.valueOf(attributes.fileKey()),
                            attributes.lastModifiedTime(),
                            attributes.size());
            if (!key.equals(readKey)) {
                text = Files.readString(file);
                readKey = key;
            }
        } catch (NoSuchFileException _) {
            readKey = null;
            text = "";
        } finally {
            lock.unlock();
        }
        return text;
    }

    @Override
    public String readNow() throws IOException {
        return read();
    }

    @Override
    public void update(UnaryOperator<String> change) throws IOException {
        lock.lock();
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            try (var channel =
                            FileChannel.open(
                                    file.resolveSibling(file.getFileName() + ".lock"),
                                    StandardOpenOption.CREATE,
                                    StandardOpenOption.WRITE);
                    var _ = channel.lock()) {
                var before = read();
                var after = change.apply(before);
                if (!after.equals(before)) {
                    SecretFile.write(file, after);
                    read();
                }
            }
        } catch (OverlappingFileLockException e) {
            throw new IOException("another part of the program has it", e);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public String toString() {
        return file.toString();
    }
}
