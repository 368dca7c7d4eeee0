package io.drme.log;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps damaged bytes for whoever wants to look at them, and the list of what was found damaged.
 * Confined to the store's thread.
 */
final class Quarantine {
    private static final Logger log = LoggerFactory.getLogger(Quarantine.class);

    /** The most files kept; damage beyond is only noted. */
    static final int MAX_FILES = 64;

    /** The most bytes kept of one damage. */
    static final int MAX_BYTES = 1 << 20;

    /** The most damages listed; beyond, they are only counted. */
    static final int MAX_LISTED = 1_000;

    private static final String DIRECTORY = "quarantine";

    private final Disk disk;
    private final List<String> damages = new ArrayList<>();
    private long found;

    Quarantine(Disk disk) {
        this.disk = disk;
    }

    /** Notes a damage in words that a person understands. */
    void note(String damage) {
        found++;
        if (damages.size() < MAX_LISTED) {
            damages.add(damage);
            log.warn("store damaged: {}", damage);
        }
    }

    /** Notes damaged bytes of a file, and keeps a copy of them where there is room for it. */
    void keep(DiskFile file, String path, long from, long to) {
        note("%s: bytes %d to %d are not as they were written".formatted(path, from, to - 1));
        try {
            if (disk.list(DIRECTORY).size() >= MAX_FILES) {
                return;
            }
            disk.makeDirectory(DIRECTORY);
            var bytes = ByteBuffer.allocate((int) Math.min(to - from, MAX_BYTES));
            file.read(from, bytes);
            var name = "%s/%s-%d.bin".formatted(DIRECTORY, path.replace('/', '_'), from);
            try (var copy = disk.create(name, 0, Disk.Room.RESERVED)) {
                copy.write(0, bytes.flip());
            }
        } catch (DiskException e) {
            log.warn("store damage not kept path={} {}", path, e.getMessage());
        }
    }

    List<String> damages() {
        return List.copyOf(damages);
    }

    long found() {
        return found;
    }
}
