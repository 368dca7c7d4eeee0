package io.drme.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What a process takes, by {@code /proc}.
 *
 * @param residentBytes every page that is in memory, shared ones in full
 * @param proportionalBytes the same, pages shared with other processes by their share
 * @param cpuSeconds user and system time since its start
 */
record Usage(long residentBytes, long proportionalBytes, double cpuSeconds) {
    /** {@code sysconf(_SC_CLK_TCK)} of every Linux that Java runs on. */
    private static final double TICKS_PER_SECOND = 100;

    private static final int FIELDS_TO_UTIME = 11;

    static Usage of(long pid) throws IOException {
        var folder = Path.of("/proc", Long.toString(pid));
        long resident = 0;
        long proportional = 0;
        for (var line : Files.readAllLines(folder.resolve("smaps_rollup"))) {
            if (line.startsWith("Rss:")) {
                resident = kilobytes(line);
            } else if (line.startsWith("Pss:")) {
                proportional = kilobytes(line);
            }
        }
        // The name in parentheses may hold blanks.
        var stat = Files.readString(folder.resolve("stat"));
        var fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        long ticks =
                Long.parseLong(fields[FIELDS_TO_UTIME])
                        + Long.parseLong(fields[FIELDS_TO_UTIME + 1]);
        return new Usage(resident, proportional, ticks / TICKS_PER_SECOND);
    }

    private static long kilobytes(String line) {
        var parts = line.split("\\s+", -1);
        return Long.parseLong(parts[1]) << 10;
    }
}
