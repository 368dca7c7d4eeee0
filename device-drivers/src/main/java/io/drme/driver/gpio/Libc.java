package io.drme.driver.gpio;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/** The calls of {@link Kernel} by the foreign function interface. */
final class Libc implements Kernel {
    /** The one of this machine. */
    static final Kernel INSTANCE = new Libc();

    private static final Linker LINKER = Linker.nativeLinker();
    private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");
    private static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO_OF =
            STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

    private static final MethodHandle OPEN =
            handle(
                    "open",
                    FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT),
                    Linker.Option.firstVariadicArg(2));
    private static final MethodHandle IOCTL =
            handle(
                    "ioctl",
                    FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS),
                    Linker.Option.firstVariadicArg(2));
    private static final MethodHandle POLL =
            handle("poll", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
    private static final MethodHandle READ =
            handle("read", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG));
    private static final MethodHandle CLOSE =
            handle("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));

    private Libc() {}

    // Calling native code is what this class is for; the launcher grants it.
    @SuppressWarnings("restricted")
    private static MethodHandle handle(
            String name, FunctionDescriptor type, Linker.Option... options) {
        var all = new Linker.Option[options.length + 1];
        all[0] = ERRNO;
        System.arraycopy(options, 0, all, 1, options.length);
        return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), type, all);
    }

    @Override
    public int open(String path, int flags) throws Failed {
        try (var arena = Arena.ofConfined()) {
            var state = arena.allocate(STATE);
            int fd = (int) OPEN.invokeExact(state, arena.allocateFrom(path), flags);
            return check("open", fd, state);
        } catch (Throwable e) {
            throw rethrown(e);
        }
    }

    @Override
    public void ioctl(int fd, long request, MemorySegment argument) throws Failed {
        try (var arena = Arena.ofConfined()) {
            var state = arena.allocate(STATE);
            check("ioctl", (int) IOCTL.invokeExact(state, fd, request, argument), state);
        } catch (Throwable e) {
            throw rethrown(e);
        }
    }

    @Override
    public int poll(MemorySegment descriptors, int count, int timeoutMillis) throws Failed {
        try (var arena = Arena.ofConfined()) {
            var state = arena.allocate(STATE);
            int ready = (int) POLL.invokeExact(state, descriptors, (long) count, timeoutMillis);
            return ready < 0 && (int) ERRNO_OF.get(state, 0L) == EINTR
                    ? 0
                    : check("poll", ready, state);
        } catch (Throwable e) {
            throw rethrown(e);
        }
    }

    @Override
    public int read(int fd, MemorySegment into) throws Failed {
        try (var arena = Arena.ofConfined()) {
            var state = arena.allocate(STATE);
            long bytes = (long) READ.invokeExact(state, fd, into, into.byteSize());
            return check("read", (int) bytes, state);
        } catch (Throwable e) {
            throw rethrown(e);
        }
    }

    @Override
    public void close(int fd) {
        try (var arena = Arena.ofConfined()) {
            int _ = (int) CLOSE.invokeExact(arena.allocate(STATE), fd);
        } catch (Throwable e) {
            throw new IllegalStateException("close can't be called", e);
        }
    }

    private static int check(String call, int result, MemorySegment state) throws Failed {
        if (result < 0) {
            throw new Failed(call, (int) ERRNO_OF.get(state, 0L));
        }
        return result;
    }

    /** A method handle declares Throwable; what is no failure of the call is a bug. */
    private static Failed rethrown(Throwable e) {
        if (e instanceof Failed failed) {
            return failed;
        }
        throw new IllegalStateException("a call of the C library can't be made", e);
    }
}
