package io.drme.driver.gpio;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * The counts of a device's counters on disk. Two places take turns, each with a checksum, so that a
 * power cut costs only what was being written; what is written stands at its place, which wears a
 * flash disk less than a new file each time.
 *
 * <p>Confined to one thread at a time. Blocks for as long as the disk takes.
 */
final class CountFile {
    /** Counters that are kept though no tag has them any more: a reload may bring them back. */
    static final int MOST_KEPT = 1_000;

    /** Room for one place: more than {@link #MOST_KEPT} names and numbers of the longest. */
    static final int PLACE_BYTES = 512 * 1_024;

    private static final int MAGIC = 0x44524743; // DRGC
    private static final int HEADER_BYTES = 4 + 4 + 8 + 4;
    private static final int CHECKED_FROM = 8;

    private final Path file;
    private final LinkedHashMap<String, Long> counts = new LinkedHashMap<>();
    private long turn;
    private boolean damaged;

    private CountFile(Path file) {
        this.file = file;
    }

    /** Reads what there is; nothing of it has to be. */
    static CountFile read(Path file) throws IOException {
        var counts = new CountFile(file);
        if (Files.exists(file)) {
            counts.read();
        }
        return counts;
    }

    private void read() throws IOException {
        try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
            var newest = Optional.<Place>empty();
            for (int at = 0; at < 2; at++) {
                var place = place(channel, at);
                if (place.isPresent()
                        && (newest.isEmpty() || place.get().turn() > newest.get().turn())) {
                    newest = place;
                }
            }
            damaged = newest.isEmpty() && channel.size() > 0;
            newest.ifPresent(p -> {
                turn = p.turn();
                counts.putAll(p.counts());
            });
        }
    }

    private record Place(long turn, Map<String, Long> counts) {}

    private static Optional<Place> place(FileChannel channel, int at) throws IOException {
        var buffer = ByteBuffer.allocate(PLACE_BYTES);
        long from = (long) at * PLACE_BYTES;
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, from + buffer.position()) < 0) {
                break;
            }
        }
        buffer.flip();
        if (buffer.remaining() < HEADER_BYTES || buffer.getInt(0) != MAGIC) {
            return Optional.empty();
        }
        int length = buffer.getInt(HEADER_BYTES - 4);
        if (length < 0 || length > buffer.remaining() - HEADER_BYTES) {
            return Optional.empty();
        }
        buffer.limit(HEADER_BYTES + length);
        if (buffer.getInt(4) != checksum(buffer)) {
            return Optional.empty();
        }
        var text = new String(buffer.array(), HEADER_BYTES, length, StandardCharsets.UTF_8);
        var counts = new LinkedHashMap<String, Long>();
        for (var line : text.lines().toList()) {
            int blank = line.lastIndexOf(' ');
            counts.put(line.substring(0, blank), Long.parseLong(line.substring(blank + 1)));
        }
        return Optional.of(new Place(buffer.getLong(CHECKED_FROM), counts));
    }

    private static int checksum(ByteBuffer whole) {
        var crc = new CRC32C();
        crc.update(whole.slice(CHECKED_FROM, whole.limit() - CHECKED_FROM));
        return (int) crc.getValue();
    }

    /** Whether there was a file of which nothing could be read. */
    boolean isDamaged() {
        return damaged;
    }

    /** The count kept under a name; 0 where there is none. */
    long count(String name) {
        return counts.getOrDefault(name, 0L);
    }

    /**
     * Keeps counts; does nothing where all are kept already. Returns once they survive a power cut.
     *
     * @throws IOException where the disk refuses; what was kept before stands
     */
    void keep(Map<String, Long> now) throws IOException {
        if (counts.entrySet().containsAll(now.entrySet())) {
            return;
        }
        var next = new LinkedHashMap<>(counts);
        now.forEach(next::putLast); // so that the longest unused are the first to go
        while (next.size() > Math.max(MOST_KEPT, now.size())) {
            next.pollFirstEntry();
        }
        write(next);
        counts.clear();
        counts.putAll(next);
    }

    private void write(Map<String, Long> next) throws IOException {
        var text = new StringBuilder();
        next.forEach((name, count) -> text.append(name).append(' ').append(count).append('\n'));
        var bytes = text.toString().getBytes(StandardCharsets.UTF_8);
        var buffer = ByteBuffer.allocate(HEADER_BYTES + bytes.length);
        buffer.putInt(MAGIC).putInt(0).putLong(turn + 1).putInt(bytes.length).put(bytes);
        buffer.putInt(4, checksum(buffer)).flip();
        if (buffer.remaining() > PLACE_BYTES) {
            throw new IOException("the counts of %s need more room than there is".formatted(file));
        }
        var folder = file.toAbsolutePath().getParent();
        if (folder != null) {
            Files.createDirectories(folder);
        }
        boolean isNew = !Files.exists(file);
        try (var channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            long at = (turn + 1) % 2 * PLACE_BYTES;
            while (buffer.hasRemaining()) {
                channel.write(buffer, at + buffer.position());
            }
            channel.force(false);
        }
        if (isNew && folder != null) {
            forceFolder(folder);
        }
        turn++;
        damaged = false;
    }

    /** A power cut could take the name of a new file otherwise, with all that is in it. */
    private static void forceFolder(Path folder) throws IOException {
        try (var channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
        var above = folder.getParent(); // the folder may be as new
        if (above != null) {
            try (var channel = FileChannel.open(above, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }
}
