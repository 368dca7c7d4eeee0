package io.drme.log;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.Optional;

/**
 * {@code posix_fallocate}, which Java does not offer: room without writing zeros, which would
 * double the wear of a flash card.
 */
final class Fallocate {
    private static final int WRITE_ONLY = 1;

    private static final Optional<MethodHandle> OPEN =
            find(
                    "open",
                    FunctionDescriptor.of(
                            ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT),
                    Linker.Option.firstVariadicArg(2));
    private static final Optional<MethodHandle> RESERVE =
            find(
                    "posix_fallocate",
                    FunctionDescriptor.of(
                            ValueLayout.JAVA_INT,
                            ValueLayout.JAVA_INT,
                            ValueLayout.JAVA_LONG,
                            ValueLayout.JAVA_LONG));
    private static final Optional<MethodHandle> CLOSE =
            find("close", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));

    private Fallocate() {}

    @SuppressWarnings("restricted") // these three signatures are those of the C library
    private static Optional<MethodHandle> find(
            String name, FunctionDescriptor form, Linker.Option... options) {
        var linker = Linker.nativeLinker();
        return linker.defaultLookup()
                .find(name)
                .map(address -> linker.downcallHandle(address, form, options));
    }

    /**
     * Reserves the first bytes of an existing file.
     *
     * @return false where it did not work for whatever reason; writing zeros then tells the reason
     */
    static boolean reserve(Path path, long bytes) {
        if (OPEN.isEmpty() || RESERVE.isEmpty() || CLOSE.isEmpty()) {
            return false;
        }
        try (var arena = Arena.ofConfined()) {
            int file =
                    (int) OPEN.get().invokeExact(arena.allocateFrom(path.toString()), WRITE_ONLY);
            if (file < 0) {
                return false;
            }
            try {
                return (int) RESERVE.get().invokeExact(file, 0L, bytes) == 0;
            } finally {
                int _ = (int) CLOSE.get().invokeExact(file);
            }
        } catch (Throwable e) {
            throw new IllegalStateException("a C function is not as declared", e);
        }
    }
}
