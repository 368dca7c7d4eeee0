package io.drme.driver.gpio;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.drme.driver.DriverException;
import io.drme.driver.gpio.Kernel.Failed;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** A chip of this machine, open: what it tells without any of its lines being taken. Confined. */
final class Chip implements AutoCloseable {
    private final Kernel kernel;
    private final int fd;
    private final int count;

    /**
     * What the kernel knows of a line.
     *
     * @param name as the board's description has it; empty where it has none
     * @param user who holds it; empty where nobody does
     * @param isUsed whether somebody holds it, named or not
     */
    record LineInfo(int line, String name, String user, boolean isUsed, boolean isOutput) {}

    private Chip(Kernel kernel, int fd, int count) {
        this.kernel = kernel;
        this.fd = fd;
        this.count = count;
    }

    /**
     * Opens a chip.
     *
     * @param device whose it is, for messages
     * @throws DriverException.Refused where the right is missing
     * @throws DriverException.Unreachable where there is no such chip
     */
    static Chip open(String device, Path path, Kernel kernel) throws DriverException {
        int fd = opened(device, path, kernel);
        try (var arena = Arena.ofConfined()) {
            var info = arena.allocate(GpioAbi.CHIP_INFO);
            kernel.ioctl(fd, GpioAbi.GET_CHIP_INFO, info);
            return new Chip(kernel, fd, info.get(JAVA_INT, GpioAbi.at(GpioAbi.CHIP_INFO, "lines")));
        } catch (Failed e) {
            kernel.close(fd);
            throw new DriverException.Unreachable(
                    "device %s: %s is no GPIO chip (errno %d); this machine has %s"
                            .formatted(device, path, e.errno(), chips()),
                    e);
        }
    }

    private static int opened(String device, Path path, Kernel kernel) throws DriverException {
        try {
            return kernel.open(path.toString(), Kernel.O_RDWR | Kernel.O_CLOEXEC);
        } catch (Failed e) {
            if (e.errno() == Kernel.EACCES || e.errno() == Kernel.EPERM) {
                throw new DriverException.Refused(
                        ("device %s: no right to use %s; add the agent's user to the group gpio"
                                        + " (usermod -aG gpio USER), or give the group the chip by a udev rule:"
                                        + " SUBSYSTEM==\"gpio\", KERNEL==\"gpiochip*\", GROUP=\"gpio\","
                                        + " MODE=\"0660\"")
                                .formatted(device, path),
                        e);
            }
            throw new DriverException.Unreachable(
                    "device %s: there is no GPIO chip %s (errno %d); this machine has %s"
                            .formatted(device, path, e.errno(), chips()),
                    e);
        }
    }

    private static String chips() {
        try (var dev = Files.list(Path.of("/dev"))) {
            var found =
                    dev.map(Path::toString)
                            .filter(p -> p.startsWith("/dev/gpiochip"))
                            .sorted()
                            .collect(Collectors.joining(", "));
            return found.isEmpty() ? "none" : found;
        } catch (IOException e) {
            return "no readable /dev (%s)".formatted(e.getMessage());
        }
    }

    /** Its descriptor. */
    int fd() {
        return fd;
    }

    /** How many lines it has, from 0. */
    int count() {
        return count;
    }

    /** All its lines; a line of which the kernel tells nothing is left out. */
    List<LineInfo> lines() {
        var lines = new ArrayList<LineInfo>();
        try (var arena = Arena.ofConfined()) {
            for (int line = 0; line < count; line++) {
                var info = arena.allocate(GpioAbi.LINE_INFO);
                info.set(JAVA_INT, GpioAbi.at(GpioAbi.LINE_INFO, "offset"), line);
                try {
                    kernel.ioctl(fd, GpioAbi.GET_LINE_INFO, info);
                } catch (Failed _) {
                    continue;
                }
                long flags = info.get(JAVA_LONG, GpioAbi.at(GpioAbi.LINE_INFO, "flags"));
                lines.add(
                        new LineInfo(
                                line,
                                text(info, GpioAbi.at(GpioAbi.LINE_INFO, "name")),
                                text(info, GpioAbi.at(GpioAbi.LINE_INFO, "consumer")),
                                (flags & GpioAbi.FLAG_USED) != 0,
                                (flags & GpioAbi.FLAG_OUTPUT) != 0));
            }
        }
        return lines;
    }

    /** A text of the kernel ends at its first NUL, or at its most. */
    private static String text(MemorySegment info, long from) {
        var bytes = info.asSlice(from, GpioAbi.MAX_NAME).toArray(JAVA_BYTE);
        int length = 0;
        while (length < bytes.length && bytes[length] != 0) {
            length++;
        }
        return new String(bytes, 0, length, StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        kernel.close(fd);
    }
}
