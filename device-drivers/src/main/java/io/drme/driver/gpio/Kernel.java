package io.drme.driver.gpio;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.IOException;
import java.io.Serial;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;

/**
 * The five calls that a character device needs: of this machine's C library, or of a chip that a
 * test holds.
 *
 * <p>A call holds its carrier thread, so {@link #poll} is made from platform threads only; the
 * others are short.
 */
interface Kernel {
    int O_RDWR = 2;
    int O_CLOEXEC = 0x80000;
    short POLLIN = 1;
    short POLLERR = 8;
    short POLLHUP = 16;
    short POLLNVAL = 32;

    int EPERM = 1;
    int ENOENT = 2;
    int EINTR = 4;
    int ENXIO = 6;
    int EACCES = 13;
    int EBUSY = 16;
    int ENODEV = 19;
    int EINVAL = 22;
    int ENOTTY = 25;

    StructLayout POLL_FD =
            MemoryLayout.structLayout(
                    JAVA_INT.withName("fd"),
                    JAVA_SHORT.withName("events"),
                    JAVA_SHORT.withName("revents"));

    /** A call that failed, with the system's number for why. */
    final class Failed extends IOException {
        @Serial private static final long serialVersionUID = 1;

        private final int errno;

        Failed(String call, int errno) {
            super("%s failed with errno %d".formatted(call, errno));
            this.errno = errno;
        }

        int errno() {
            return errno;
        }
    }

    /** Opens a device and gives its descriptor. */
    int open(String path, int flags) throws Failed;

    /** Asks a descriptor for something of its own; the answer stands in the argument. */
    void ioctl(int fd, long request, MemorySegment argument) throws Failed;

    /** How many of the descriptors have something; 0 after the time, or when interrupted. */
    int poll(MemorySegment descriptors, int count, int timeoutMillis) throws Failed;

    /** Reads what is there, at most as much as fits; gives the number of bytes. */
    int read(int fd, MemorySegment into) throws Failed;

    /** Gives a descriptor back. Never fails. */
    void close(int fd);
}
