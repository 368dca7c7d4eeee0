package io.drme.bench;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;

/** What Java does not tell of a Linux machine: CPU time to the nanosecond, and its disk. */
final class Machine {
    private static final int PROCESS_CPU_CLOCK = 2;
    private static final int READ_ONLY = 0;
    private static final int DROP_FROM_CACHE = 4;
    private static final int SECTOR_BYTES = 512;
    private static final int SECTORS_WRITTEN = 6;

    private static final MethodHandle CLOCK_GETTIME =
            find(
                    "clock_gettime",
                    FunctionDescriptor.of(
                            ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.ADDRESS));
    private static final MethodHandle OPEN =
            find(
                    "open",
                    FunctionDescriptor.of(
                            ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT),
                    Linker.Option.firstVariadicArg(2));
    private static final MethodHandle FADVISE =
            find(
                    "posix_fadvise",
                    FunctionDescriptor.of(
                            ValueLayout.JAVA_INT,
                            ValueLayout.JAVA_INT,
                            ValueLayout.JAVA_LONG,
                            ValueLayout.JAVA_LONG,
                            ValueLayout.JAVA_INT));
    private static final MethodHandle CLOSE =
            find("close", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));

    private Machine() {}

    @SuppressWarnings("restricted") // these signatures are those of the C library
    private static MethodHandle find(
            String name, FunctionDescriptor form, Linker.Option... options) {
        var linker = Linker.nativeLinker();
        return linker.downcallHandle(
                linker.defaultLookup().find(name).orElseThrow(), form, options);
    }

    /** CPU time of all threads of this process; Java's own figure has steps of 10 ms. */
    static long cpuNanos() {
        try (var arena = Arena.ofConfined()) {
            var time = arena.allocate(16);
            int _ = (int) CLOCK_GETTIME.invokeExact(PROCESS_CPU_CLOCK, time);
            return time.get(ValueLayout.JAVA_LONG, 0) * 1_000_000_000
                    + time.get(ValueLayout.JAVA_LONG, 8);
        } catch (Throwable e) {
            throw new IllegalStateException("a C function is not as declared", e);
        }
    }

    /** Makes the next reader of these files wait for the disk, as after the power came back. */
    static void dropFromCache(Path folder) throws IOException {
        try (var paths = Files.walk(folder)) {
            for (var path : paths.filter(Files::isRegularFile).toList()) {
                dropFile(path);
            }
        }
    }

    private static void dropFile(Path path) {
        try (var arena = Arena.ofConfined()) {
            int file = (int) OPEN.invokeExact(arena.allocateFrom(path.toString()), READ_ONLY);
            int _ = (int) FADVISE.invokeExact(file, 0L, 0L, DROP_FROM_CACHE);
            int _ = (int) CLOSE.invokeExact(file);
        } catch (Throwable e) {
            throw new IllegalStateException("a C function is not as declared", e);
        }
    }

    /**
     * What was written to the device that holds a file, by anyone, in bytes; 0 where the system
     * does not say. The count a process has for itself is no use: it takes a large folio of the
     * page cache for wholly written where one page of it was.
     */
    static long deviceBytes(Path path) throws IOException {
        if (!(Files.getAttribute(path, "unix:dev") instanceof Long device)) {
            return 0;
        }
        long major = (device >>> 8) & 0xfff;
        long minor = (device & 0xff) | ((device >>> 12) & 0xfff00);
        var stat = Path.of("/sys/dev/block/%d:%d/stat".formatted(major, minor));
        if (!Files.isReadable(stat)) {
            return 0;
        }
        var fields = Files.readString(stat).strip().split(" +", -1);
        return Long.parseLong(fields[SECTORS_WRITTEN]) * SECTOR_BYTES;
    }
}
