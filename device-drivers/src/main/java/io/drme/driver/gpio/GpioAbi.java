package io.drme.driver.gpio;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SequenceLayout;
import java.lang.foreign.StructLayout;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * The structs and numbers of the Linux GPIO character device, version 2 of its interface
 * (include/uapi/linux/gpio.h, kernel 5.10 and later). A test compares every size, offset and number
 * with the kernel's header.
 */
final class GpioAbi {
    static final int MAX_LINES = 64;
    static final int MAX_NAME = 32;
    static final int MAX_ATTRIBUTES = 10;

    static final long FLAG_USED = 1L << 0;
    static final long FLAG_ACTIVE_LOW = 1L << 1;
    static final long FLAG_INPUT = 1L << 2;
    static final long FLAG_OUTPUT = 1L << 3;
    static final long FLAG_EDGE_RISING = 1L << 4;
    static final long FLAG_EDGE_FALLING = 1L << 5;
    static final long FLAG_BIAS_PULL_UP = 1L << 8;
    static final long FLAG_BIAS_PULL_DOWN = 1L << 9;
    static final long FLAG_BIAS_DISABLED = 1L << 10;
    static final long FLAG_EVENT_CLOCK_REALTIME = 1L << 11;

    static final int ATTRIBUTE_OUTPUT_VALUES = 2;
    static final int ATTRIBUTE_DEBOUNCE = 3;
    static final int EVENT_RISING = 1;
    static final int EVENT_FALLING = 2;

    static final StructLayout CHIP_INFO =
            MemoryLayout.structLayout(
                    MemoryLayout.sequenceLayout(MAX_NAME, JAVA_BYTE).withName("name"),
                    MemoryLayout.sequenceLayout(MAX_NAME, JAVA_BYTE).withName("label"),
                    JAVA_INT.withName("lines"));

    static final StructLayout LINE_VALUES =
            MemoryLayout.structLayout(JAVA_LONG.withName("bits"), JAVA_LONG.withName("mask"));

    /**
     * The union of flags, values and debounce period is a long, of which the period is the half
     * that comes first: the low one, as all machines of ours put the low byte first.
     */
    static final StructLayout LINE_ATTRIBUTE =
            MemoryLayout.structLayout(
                    JAVA_INT.withName("id"),
                    JAVA_INT.withName("padding"),
                    JAVA_LONG.withName("flags"));

    static final StructLayout CONFIG_ATTRIBUTE =
            MemoryLayout.structLayout(LINE_ATTRIBUTE.withName("attr"), JAVA_LONG.withName("mask"));

    private static final SequenceLayout PADDING_5 = MemoryLayout.sequenceLayout(5, JAVA_INT);

    static final StructLayout LINE_CONFIG =
            MemoryLayout.structLayout(
                    JAVA_LONG.withName("flags"),
                    JAVA_INT.withName("num_attrs"),
                    PADDING_5.withName("padding"),
                    MemoryLayout.sequenceLayout(MAX_ATTRIBUTES, CONFIG_ATTRIBUTE)
                            .withName("attrs"));

    static final StructLayout LINE_REQUEST =
            MemoryLayout.structLayout(
                    MemoryLayout.sequenceLayout(MAX_LINES, JAVA_INT).withName("offsets"),
                    MemoryLayout.sequenceLayout(MAX_NAME, JAVA_BYTE).withName("consumer"),
                    LINE_CONFIG.withName("config"),
                    JAVA_INT.withName("num_lines"),
                    JAVA_INT.withName("event_buffer_size"),
                    PADDING_5.withName("padding"),
                    JAVA_INT.withName("fd"));

    static final StructLayout LINE_INFO =
            MemoryLayout.structLayout(
                    MemoryLayout.sequenceLayout(MAX_NAME, JAVA_BYTE).withName("name"),
                    MemoryLayout.sequenceLayout(MAX_NAME, JAVA_BYTE).withName("consumer"),
                    JAVA_INT.withName("offset"),
                    JAVA_INT.withName("num_attrs"),
                    JAVA_LONG.withName("flags"),
                    MemoryLayout.sequenceLayout(MAX_ATTRIBUTES, LINE_ATTRIBUTE).withName("attrs"),
                    MemoryLayout.sequenceLayout(4, JAVA_INT).withName("padding"));

    static final StructLayout LINE_EVENT =
            MemoryLayout.structLayout(
                    JAVA_LONG.withName("timestamp_ns"),
                    JAVA_INT.withName("id"),
                    JAVA_INT.withName("offset"),
                    JAVA_INT.withName("seqno"),
                    JAVA_INT.withName("line_seqno"),
                    MemoryLayout.sequenceLayout(6, JAVA_INT).withName("padding"));

    private static final int IOC_TYPE = 0xB4;
    private static final int IOC_WRITE = 1;
    private static final int IOC_READ = 2;

    static final long GET_CHIP_INFO = ioc(IOC_READ, 0x01, CHIP_INFO);
    static final long GET_LINE_INFO = ioc(IOC_READ | IOC_WRITE, 0x05, LINE_INFO);
    static final long GET_LINE = ioc(IOC_READ | IOC_WRITE, 0x07, LINE_REQUEST);
    static final long GET_VALUES = ioc(IOC_READ | IOC_WRITE, 0x0E, LINE_VALUES);
    static final long SET_VALUES = ioc(IOC_READ | IOC_WRITE, 0x0F, LINE_VALUES);

    private GpioAbi() {}

    /** How asm-generic/ioctl.h puts a number together; so on x86, ARM and RISC-V. */
    private static long ioc(int direction, int number, MemoryLayout argument) {
        return (long) direction << 30 | argument.byteSize() << 16 | IOC_TYPE << 8 | number;
    }

    /** The flags of a line as configured. */
    static long flags(GpioAddress line, boolean realTime) {
        long flags =
                switch (line.use()) {
                    case GpioAddress.Use.Watch(var edge, _) -> input(edge, realTime);
                    case GpioAddress.Use.Count(var edge, _) -> input(edge, realTime);
                    case GpioAddress.Use.Output _ -> FLAG_OUTPUT;
                };
        flags |= line.activeLow() ? FLAG_ACTIVE_LOW : 0;
        return flags
                | switch (line.bias()) {
                    case AS_IS -> 0;
                    case PULL_UP -> FLAG_BIAS_PULL_UP;
                    case PULL_DOWN -> FLAG_BIAS_PULL_DOWN;
                    case DISABLED -> FLAG_BIAS_DISABLED;
                };
    }

    private static long input(GpioAddress.Edge edge, boolean realTime) {
        return FLAG_INPUT
                | (edge != GpioAddress.Edge.FALLING ? FLAG_EDGE_RISING : 0)
                | (edge != GpioAddress.Edge.RISING ? FLAG_EDGE_FALLING : 0)
                | (realTime ? FLAG_EVENT_CLOCK_REALTIME : 0);
    }

    /**
     * Fills a request for one line.
     *
     * @param request of {@link #LINE_REQUEST}'s size
     * @param consumer what {@code gpioinfo} shows as the line's user; cut to 31 bytes
     */
    static void fill(
            MemorySegment request,
            GpioAddress line,
            String consumer,
            int eventBuffer,
            boolean realTime) {
        request.fill((byte) 0);
        request.set(JAVA_INT, at(LINE_REQUEST, "offsets"), line.line());
        var name = consumer.getBytes(StandardCharsets.US_ASCII);
        MemorySegment.copy(
                name,
                0,
                request,
                JAVA_BYTE,
                at(LINE_REQUEST, "consumer"),
                Math.min(name.length, MAX_NAME - 1));
        request.set(JAVA_INT, at(LINE_REQUEST, "num_lines"), 1);
        request.set(JAVA_INT, at(LINE_REQUEST, "event_buffer_size"), eventBuffer);
        var config = request.asSlice(at(LINE_REQUEST, "config"), LINE_CONFIG.byteSize());
        config.set(JAVA_LONG, at(LINE_CONFIG, "flags"), flags(line, realTime));
        switch (line.use()) {
            case GpioAddress.Use.Watch(_, var debounce) -> debounce(config, debounce);
            case GpioAddress.Use.Count(_, var debounce) -> debounce(config, debounce);
            case GpioAddress.Use.Output(boolean safe, _) ->
                    attribute(config, ATTRIBUTE_OUTPUT_VALUES, safe ? 1 : 0);
        }
    }

    private static void debounce(MemorySegment config, Duration debounce) {
        if (!debounce.isZero()) {
            attribute(config, ATTRIBUTE_DEBOUNCE, micros(debounce));
        }
    }

    /** The one attribute of the one line of a request. */
    private static void attribute(MemorySegment config, int id, long value) {
        config.set(JAVA_INT, at(LINE_CONFIG, "num_attrs"), 1);
        var attribute = config.asSlice(at(LINE_CONFIG, "attrs"), CONFIG_ATTRIBUTE.byteSize());
        attribute.set(JAVA_INT, at(LINE_ATTRIBUTE, "id"), id);
        attribute.set(JAVA_LONG, at(LINE_ATTRIBUTE, "flags"), value);
        attribute.set(JAVA_LONG, at(CONFIG_ATTRIBUTE, "mask"), 1);
    }

    private static int micros(Duration time) {
        return Math.toIntExact(Math.max(1, time.toNanos() / 1_000));
    }

    /** The offset of a field in its struct. */
    static long at(StructLayout struct, String field) {
        return struct.byteOffset(PathElement.groupElement(field));
    }
}
