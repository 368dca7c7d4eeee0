package io.drme.time;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import org.jspecify.annotations.Nullable;

/**
 * Asks Linux whether its clock is synced: {@code adjtimex(2)} with no mode set, which needs no
 * right. Elsewhere, and where the C library can't be reached, it is not known.
 */
final class KernelClock {
    /** More than {@code struct timex} takes on any 64-bit Linux: 208 bytes. */
    private static final long TIMEX_BYTES = 512;

    private static final long MAX_ERROR_AT = 24;
    private static final int TIME_ERROR = 5;
    private static final long NANOS_PER_MICRO = 1_000;

    private static final @Nullable MethodHandle ADJTIMEX = find();

    private KernelClock() {}

    @SuppressWarnings("restricted") // the signature is that of the C library
    private static @Nullable MethodHandle find() {
        if (!System.getProperty("os.name", "").equals("Linux")
                || ValueLayout.ADDRESS.byteSize() != Long.BYTES) {
            return null;
        }
        try {
            var linker = Linker.nativeLinker();
            return linker.defaultLookup()
                    .find("adjtimex")
                    .map(symbol ->
                            linker.downcallHandle(
                                    symbol,
                                    FunctionDescriptor.of(
                                            ValueLayout.JAVA_INT, ValueLayout.ADDRESS)))
                    .orElse(null);
        } catch (IllegalCallerException | UnsupportedOperationException _) {
            return null;
        }
    }

    static ClockSync sync() {
        var adjtimex = ADJTIMEX;
        if (adjtimex == null) {
            return ClockSync.UNKNOWN;
        }
        try (var arena = Arena.ofConfined()) {
            var timex = arena.allocate(TIMEX_BYTES, Long.BYTES);
            return read((int) adjtimex.invokeExact(timex), timex);
        } catch (Throwable e) {
            throw new IllegalStateException("adjtimex can't be called", e);
        }
    }

    private static ClockSync read(int state, MemorySegment timex) {
        if (state < 0) {
            return ClockSync.UNKNOWN; // a sandbox forbids it
        }
        long micros = timex.get(ValueLayout.JAVA_LONG, MAX_ERROR_AT);
        return state == TIME_ERROR
                ? ClockSync.UNSYNCED
                : new ClockSync(ClockSync.State.SYNCED, micros * NANOS_PER_MICRO);
    }
}
