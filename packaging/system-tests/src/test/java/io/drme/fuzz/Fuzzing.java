package io.drme.fuzz;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.zip.CRC32C;

/** What the fuzz targets share: a bound on memory, and checksums that let mutated bytes in. */
public final class Fuzzing {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private Fuzzing() {}

    /** A parser under test. */
    @FunctionalInterface
    public interface Parse {
        void run() throws Exception;
    }

    /** What a parser may take, in bytes allocated by its thread: a start, and some a byte read. */
    public record Bound(long startBytes, long bytesPerByte) {
        /** Jazzer's hooks on comparisons and patterns allocate on the parser's thread too. */
        private static final long HOOKS_BYTES = 16 << 20;

        long of(int inputBytes) {
            return HOOKS_BYTES + startBytes + bytesPerByte * inputBytes;
        }
    }

    /**
     * Runs a parser; only the errors that it declares may come out.
     *
     * @param declared how the parser refuses bad input
     * @param parse may be run several times
     * @throws AssertionError when it took more memory than its bound
     */
    public static void parse(
            int inputBytes, Bound bound, Class<? extends Exception> declared, Parse parse) {
        long took = run(declared, parse);
        // The first time, classes are loaded and instrumented on the same thread.
        for (int again = 0; again < 2 && took > bound.of(inputBytes); again++) {
            took = run(declared, parse);
        }
        if (took > bound.of(inputBytes)) {
            throw new AssertionError(
                    "%d bytes of input took %d bytes of memory; at most %d are allowed"
                            .formatted(inputBytes, took, bound.of(inputBytes)));
        }
    }

    private static long run(Class<? extends Exception> declared, Parse parse) {
        long before = THREADS.getCurrentThreadAllocatedBytes();
        try {
            parse.run();
        } catch (Exception e) {
            if (!declared.isInstance(e)) {
                throw new AssertionError("not among the declared errors: " + e, e);
            }
        }
        return THREADS.getCurrentThreadAllocatedBytes() - before;
    }

    /** The CRC32C of some bytes. */
    public static int crc(byte[] bytes, int from, int length) {
        var crc = new CRC32C();
        crc.update(bytes, from, length);
        return (int) crc.getValue();
    }

    /** Bytes that the project keeps as hexadecimal text, from the top of the clone. */
    public static byte[] hex(String path) {
        try {
            var root = System.getenv("DRME_ROOT");
            var text = Files.readString(Path.of(root == null ? "../.." : root).resolve(path));
            return HexFormat.of().parseHex(text.replaceAll("\\s", ""));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
