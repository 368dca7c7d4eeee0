package io.drme.edge.state;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The newest snapshots of operator state in a folder: {@code state-NUMBER-CHECKSUM.mapdb}. A file
 * gets its name once it is whole and synced, and is never written again; its checksum is in the
 * name, so both come into being at once.
 *
 * <p>Confined to one thread at a time; blocks for as long as the disk takes.
 */
public final class StateFiles {
    /** The newest, and one to fall back to. */
    public static final int KEPT = 2;

    private static final String FOLDER = "state";
    private static final String PART = "state.part";
    private static final String DAMAGED = ".damaged";
    private static final int BUFFER_BYTES = 64 * 1024;
    private static final Pattern NAME = Pattern.compile("state-(\\d{1,18})-([0-9a-f]{8})\\.mapdb");
    private static final Logger log = LoggerFactory.getLogger(StateFiles.class);

    private final Path folder;

    /** Snapshots lie in a folder of the data directory; it is made with the first. */
    public StateFiles(Path data) {
        this.folder = data.resolve(FOLDER);
    }

    private record Name(Path file, long number, int checksum) {}

    /**
     * Writes a snapshot; when this returns it survives a power cut, and the oldest are gone.
     *
     * @throws IOException when the disk refuses; the snapshots before are untouched
     */
    public void save(OperatorState state) throws IOException {
        Files.createDirectories(folder);
        var part = folder.resolve(PART);
        Files.deleteIfExists(part);
        MapFile.write(part, state);
        try (var file = FileChannel.open(part, StandardOpenOption.WRITE)) {
            file.force(true);
        }
        var known = known();
        long number = known.isEmpty() ? 1 : known.getFirst().number() + 1;
        var name =
                "state-%010d-%s.mapdb"
                        .formatted(number, HexFormat.of().toHexDigits(checksum(part)));
        Files.move(part, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE);
        try (var entries = FileChannel.open(folder, StandardOpenOption.READ)) {
            entries.force(true);
        }
        for (var old : known.subList(Math.min(KEPT - 1, known.size()), known.size())) {
            Files.deleteIfExists(old.file());
        }
    }

    /**
     * Reads the newest snapshot that is whole. A damaged one is set aside under another name, and
     * the one before is taken; damage never gets out of here.
     */
    public Optional<OperatorState> load() {
        try {
            for (var name : known()) {
                var state = read(name);
                if (state.isPresent()) {
                    return state;
                }
            }
        } catch (IOException e) {
            log.error("operator state unreadable folder={}: {}", folder, e.getMessage());
        }
        return Optional.empty();
    }

    private static Optional<OperatorState> read(Name name) throws IOException {
        if (checksum(name.file()) != name.checksum()) {
            quarantine(name, "its checksum is wrong");
            return Optional.empty();
        }
        try {
            return Optional.of(MapFile.read(name.file()));
        } catch (UnreadableException e) {
            quarantine(name, String.valueOf(e.getMessage()));
            return Optional.empty();
        }
    }

    private static void quarantine(Name name, String why) throws IOException {
        log.error(
                "operator state damaged file={}: {}; it is set aside, the one before is taken",
                name.file(),
                why);
        for (var old : damagedBefore(name.file().resolveSibling(""))) {
            Files.deleteIfExists(old);
        }
        Files.move(
                name.file(),
                name.file().resolveSibling(name.file().getFileName() + DAMAGED),
                StandardCopyOption.REPLACE_EXISTING);
    }

    /** Those set aside earlier, but for the newest: two are enough to find out what happened. */
    private static List<Path> damagedBefore(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            var names =
                    files.filter(f -> f.toString().endsWith(DAMAGED))
                            .sorted(Comparator.reverseOrder())
                            .toList();
            return names.subList(Math.min(KEPT - 1, names.size()), names.size());
        }
    }

    /** Newest first. */
    private List<Name> known() throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (var files = Files.list(folder)) {
            return files.flatMap(f -> name(f).stream())
                    .sorted(Comparator.comparingLong(Name::number).reversed())
                    .toList();
        } catch (UncheckedIOException e) {
            throw new IOException("can't list " + folder, e);
        }
    }

    private static Optional<Name> name(Path file) {
        var matcher = NAME.matcher(file.getFileName().toString());
        return matcher.matches()
                ? Optional.of(
                        new Name(
                                file,
                                Long.parseLong(matcher.group(1)),
                                HexFormat.fromHexDigits(matcher.group(2))))
                : Optional.empty();
    }

    private static int checksum(Path file) throws IOException {
        var crc = new CRC32C();
        var buffer = ByteBuffer.allocate(BUFFER_BYTES);
        try (var in = FileChannel.open(file, StandardOpenOption.READ)) {
            while (in.read(buffer) >= 0) {
                crc.update(buffer.flip());
                buffer.clear();
            }
        }
        return (int) crc.getValue();
    }
}
