package io.drme.sim.fleet;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/** How much memory the process has, as the system counts it. */
final class Resident {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final String FIELD = "VmRSS:";
    private static final int BYTES_PER_KIB = 1024;

    private Resident() {}

    /** Bytes; empty where the system does not tell. */
    static OptionalLong bytes() {
        try (var lines = Files.lines(STATUS)) {
            return lines.filter(l -> l.startsWith(FIELD))
                    .map(l -> l.substring(FIELD.length()).strip().split(" ", -1)[0])
                    .mapToLong(kib -> Long.parseLong(kib) * BYTES_PER_KIB)
                    .findFirst();
        } catch (IOException | NumberFormatException _) {
            return OptionalLong.empty();
        }
    }
}
