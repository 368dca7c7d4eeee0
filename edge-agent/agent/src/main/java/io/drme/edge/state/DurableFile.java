package io.drme.edge.state;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.util.Optional;

/** Small text files of a data directory. */
public final class DurableFile {
    /** As many as Linux follows. */
    private static final int MOST_LINKS = 40;

    private DurableFile() {}

    /**
     * Puts a text in the place of a file: whoever reads it finds the old text or the new one, also
     * after a power cut. Blocks until the disk has it.
     *
     * @throws IOException where the disk refuses; then the old text stands
     */
    public static void replace(Path directory, String name, String text) throws IOException {
        replace(directory, name, text, Optional.empty());
    }

    /**
     * As {@link #replace(Path, String, String)}, for a file that belongs to a person: a symbolic
     * link stays and what it leads to is replaced; rights stay, and owner and group where this
     * process may give files away.
     *
     * @param file need not be there, its folder must
     */
    public static void replaceKeeping(Path file, String text) throws IOException {
        var real = file.toAbsolutePath();
        for (int links = 0; Files.isSymbolicLink(real) && links < MOST_LINKS; links++) {
            real = real.resolveSibling(Files.readSymbolicLink(real)).normalize();
        }
        var folder = real.getParent();
        var name = real.getFileName();
        if (folder == null || name == null || Files.isSymbolicLink(real)) {
            throw new IOException(file + " leads to no file");
        }
        var view =
                Files.exists(real)
                        ? Optional.ofNullable(
                                Files.getFileAttributeView(real, PosixFileAttributeView.class))
                        : Optional.<PosixFileAttributeView>empty();
        replace(
                folder,
                name.toString(),
                text,
                view.isPresent() ? Optional.of(view.get().readAttributes()) : Optional.empty());
    }

    private static void replace(
            Path directory, String name, String text, Optional<PosixFileAttributes> like)
            throws IOException {
        var part = directory.resolve(name + ".part");
        try (var out =
                FileChannel.open(
                        part,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.TRUNCATE_EXISTING)) {
            if (like.isPresent()) {
                copy(like.get(), part);
            }
            var bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                out.write(bytes);
            }
            out.force(true);
        }
        Files.move(part, directory.resolve(name), StandardCopyOption.ATOMIC_MOVE);
        try (var folder = FileChannel.open(directory, StandardOpenOption.READ)) {
            folder.force(true);
        }
    }

    private static void copy(PosixFileAttributes like, Path to) throws IOException {
        var view = Files.getFileAttributeView(to, PosixFileAttributeView.class);
        var now = view.readAttributes();
        try {
            if (!now.group().equals(like.group())) {
                view.setGroup(like.group());
            }
            if (!now.owner().equals(like.owner())) {
                view.setOwner(like.owner());
            }
        } catch (IOException _) {
            // only root gives files away; the rights are kept all the same
        }
        view.setPermissions(like.permissions());
    }
}
