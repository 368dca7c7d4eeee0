package io.drme.driver.gpio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What we hand to the kernel, byte by byte. */
class GpioAbiTest {
    private static final Path HEADER = Path.of("/usr/include/linux/gpio.h");

    private static final String PRINTER =
            """
            #include <stddef.h>
            #include <stdio.h>
            #include <sys/ioctl.h>
            #include <linux/gpio.h>
            #define SIZE(s) printf("%s %zu\\n", #s, sizeof(struct s))
            #define AT(s, f) printf("%s.%s %zu\\n", #s, #f, offsetof(struct s, f))
            #define NUMBER(n) printf("%s %llu\\n", #n, (unsigned long long)(n))
            int main(void) {
              SIZE(gpiochip_info); AT(gpiochip_info, label); AT(gpiochip_info, lines);
              SIZE(gpio_v2_line_values); AT(gpio_v2_line_values, bits); AT(gpio_v2_line_values, mask);
              SIZE(gpio_v2_line_attribute); AT(gpio_v2_line_attribute, id);
              AT(gpio_v2_line_attribute, flags); AT(gpio_v2_line_attribute, debounce_period_us);
              SIZE(gpio_v2_line_config_attribute); AT(gpio_v2_line_config_attribute, mask);
              SIZE(gpio_v2_line_config); AT(gpio_v2_line_config, flags);
              AT(gpio_v2_line_config, num_attrs); AT(gpio_v2_line_config, attrs);
              SIZE(gpio_v2_line_request); AT(gpio_v2_line_request, offsets);
              AT(gpio_v2_line_request, consumer); AT(gpio_v2_line_request, config);
              AT(gpio_v2_line_request, num_lines); AT(gpio_v2_line_request, event_buffer_size);
              AT(gpio_v2_line_request, fd);
              SIZE(gpio_v2_line_event); AT(gpio_v2_line_event, timestamp_ns);
              AT(gpio_v2_line_event, id); AT(gpio_v2_line_event, offset);
              AT(gpio_v2_line_event, seqno); AT(gpio_v2_line_event, line_seqno);
              SIZE(gpio_v2_line_info); AT(gpio_v2_line_info, name); AT(gpio_v2_line_info, consumer);
              AT(gpio_v2_line_info, offset); AT(gpio_v2_line_info, num_attrs);
              AT(gpio_v2_line_info, flags); AT(gpio_v2_line_info, attrs);
              NUMBER(GPIO_V2_GET_LINEINFO_IOCTL); NUMBER(GPIO_V2_LINE_SET_VALUES_IOCTL);
              NUMBER(GPIO_V2_LINE_FLAG_USED); NUMBER(GPIO_V2_LINE_FLAG_OUTPUT);
              NUMBER(GPIO_V2_LINE_ATTR_ID_OUTPUT_VALUES);
              NUMBER(GPIO_GET_CHIPINFO_IOCTL); NUMBER(GPIO_V2_GET_LINE_IOCTL);
              NUMBER(GPIO_V2_LINE_GET_VALUES_IOCTL);
              NUMBER(GPIO_V2_LINE_FLAG_ACTIVE_LOW); NUMBER(GPIO_V2_LINE_FLAG_INPUT);
              NUMBER(GPIO_V2_LINE_FLAG_EDGE_RISING); NUMBER(GPIO_V2_LINE_FLAG_EDGE_FALLING);
              NUMBER(GPIO_V2_LINE_FLAG_BIAS_PULL_UP); NUMBER(GPIO_V2_LINE_FLAG_BIAS_PULL_DOWN);
              NUMBER(GPIO_V2_LINE_FLAG_BIAS_DISABLED); NUMBER(GPIO_V2_LINE_FLAG_EVENT_CLOCK_REALTIME);
              NUMBER(GPIO_V2_LINE_ATTR_ID_DEBOUNCE);
              NUMBER(GPIO_V2_LINE_EVENT_RISING_EDGE); NUMBER(GPIO_V2_LINE_EVENT_FALLING_EDGE);
              NUMBER(GPIO_V2_LINES_MAX); NUMBER(GPIO_MAX_NAME_SIZE);
              NUMBER(GPIO_V2_LINE_NUM_ATTRS_MAX);
              return 0;
            }
            """;

    @TempDir Path directory;

    @Test
    void sizesOffsetsAndNumbersAreThoseOfTheKernelsHeader() throws Exception {
        assumeTrue(
                Files.exists(HEADER) && Files.isExecutable(Path.of("/usr/bin/gcc")),
                "SKIPPED: needs gcc and " + HEADER + " (Debian: gcc, linux-libc-dev)");
        var expected = new TreeMap<String, Long>();
        for (var line : run(compile()).lines().toList()) {
            var words = line.split(" ", -1);
            expected.put(words[0], Long.parseUnsignedLong(words[1]));
        }
        assertThat(ours()).containsExactlyInAnyOrderEntriesOf(expected);
    }

    private Path compile() throws Exception {
        var source = directory.resolve("printer.c");
        Files.writeString(source, PRINTER);
        var program = directory.resolve("printer");
        run(Path.of("/usr/bin/gcc"), "-o", program.toString(), source.toString());
        return program;
    }

    private static String run(Path program, String... arguments) throws Exception {
        var command = new ArrayList<>(List.of(program.toString()));
        command.addAll(List.of(arguments));
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(output).isZero();
        return output;
    }

    private static Map<String, Long> ours() {
        var ours = new TreeMap<String, Long>();
        struct(ours, "gpiochip_info", GpioAbi.CHIP_INFO, "label", "lines");
        struct(ours, "gpio_v2_line_values", GpioAbi.LINE_VALUES, "bits", "mask");
        struct(ours, "gpio_v2_line_attribute", GpioAbi.LINE_ATTRIBUTE, "id", "flags");
        ours.put(
                "gpio_v2_line_attribute.debounce_period_us",
                GpioAbi.at(GpioAbi.LINE_ATTRIBUTE, "flags"));
        struct(ours, "gpio_v2_line_config_attribute", GpioAbi.CONFIG_ATTRIBUTE, "mask");
        struct(ours, "gpio_v2_line_config", GpioAbi.LINE_CONFIG, "flags", "num_attrs", "attrs");
        struct(
                ours,
                "gpio_v2_line_request",
                GpioAbi.LINE_REQUEST,
                "offsets",
                "consumer",
                "config",
                "num_lines",
                "event_buffer_size",
                "fd");
        struct(
                ours,
                "gpio_v2_line_event",
                GpioAbi.LINE_EVENT,
                "timestamp_ns",
                "id",
                "offset",
                "seqno",
                "line_seqno");
        struct(
                ours,
                "gpio_v2_line_info",
                GpioAbi.LINE_INFO,
                "name",
                "consumer",
                "offset",
                "num_attrs",
                "flags",
                "attrs");
        numbers(ours);
        return ours;
    }

    private static void numbers(Map<String, Long> ours) {
        ours.put("GPIO_V2_GET_LINEINFO_IOCTL", GpioAbi.GET_LINE_INFO);
        ours.put("GPIO_V2_LINE_SET_VALUES_IOCTL", GpioAbi.SET_VALUES);
        ours.put("GPIO_V2_LINE_FLAG_USED", GpioAbi.FLAG_USED);
        ours.put("GPIO_V2_LINE_FLAG_OUTPUT", GpioAbi.FLAG_OUTPUT);
        ours.put("GPIO_V2_LINE_ATTR_ID_OUTPUT_VALUES", (long) GpioAbi.ATTRIBUTE_OUTPUT_VALUES);
        ours.put("GPIO_GET_CHIPINFO_IOCTL", GpioAbi.GET_CHIP_INFO);
        ours.put("GPIO_V2_GET_LINE_IOCTL", GpioAbi.GET_LINE);
        ours.put("GPIO_V2_LINE_GET_VALUES_IOCTL", GpioAbi.GET_VALUES);
        ours.put("GPIO_V2_LINE_FLAG_ACTIVE_LOW", GpioAbi.FLAG_ACTIVE_LOW);
        ours.put("GPIO_V2_LINE_FLAG_INPUT", GpioAbi.FLAG_INPUT);
        ours.put("GPIO_V2_LINE_FLAG_EDGE_RISING", GpioAbi.FLAG_EDGE_RISING);
        ours.put("GPIO_V2_LINE_FLAG_EDGE_FALLING", GpioAbi.FLAG_EDGE_FALLING);
        ours.put("GPIO_V2_LINE_FLAG_BIAS_PULL_UP", GpioAbi.FLAG_BIAS_PULL_UP);
        ours.put("GPIO_V2_LINE_FLAG_BIAS_PULL_DOWN", GpioAbi.FLAG_BIAS_PULL_DOWN);
        ours.put("GPIO_V2_LINE_FLAG_BIAS_DISABLED", GpioAbi.FLAG_BIAS_DISABLED);
        ours.put("GPIO_V2_LINE_FLAG_EVENT_CLOCK_REALTIME", GpioAbi.FLAG_EVENT_CLOCK_REALTIME);
        ours.put("GPIO_V2_LINE_ATTR_ID_DEBOUNCE", (long) GpioAbi.ATTRIBUTE_DEBOUNCE);
        ours.put("GPIO_V2_LINE_EVENT_RISING_EDGE", (long) GpioAbi.EVENT_RISING);
        ours.put("GPIO_V2_LINE_EVENT_FALLING_EDGE", (long) GpioAbi.EVENT_FALLING);
        ours.put("GPIO_V2_LINES_MAX", (long) GpioAbi.MAX_LINES);
        ours.put("GPIO_MAX_NAME_SIZE", (long) GpioAbi.MAX_NAME);
        ours.put("GPIO_V2_LINE_NUM_ATTRS_MAX", (long) GpioAbi.MAX_ATTRIBUTES);
    }

    private static void struct(
            Map<String, Long> into, String name, StructLayout layout, String... fields) {
        into.put(name, layout.byteSize());
        for (var field : fields) {
            into.put(name + "." + field, GpioAbi.at(layout, field));
        }
    }

    // Line 17, active low, pulled up, both edges, 10 ms: written out by hand from the header.
    @Test
    void requestOfOneLineHasTheseBytes() {
        var line =
                new GpioAddress(
                        17,
                        new GpioAddress.Use.Watch(GpioAddress.Edge.BOTH, Duration.ofMillis(10)),
                        true,
                        GpioAddress.Bias.PULL_UP);
        try (var arena = Arena.ofConfined()) {
            var request = arena.allocate(GpioAbi.LINE_REQUEST);
            request.fill((byte) 0xEE);
            GpioAbi.fill(request, line, "drme", 256, true);
            var bytes = request.toArray(ValueLayout.JAVA_BYTE);
            var expected = new byte[592];
            put(expected, 0, "11000000");
            put(expected, 256, "64726d65");
            put(expected, 288, "3609000000000000");
            put(expected, 296, "01000000");
            put(expected, 320, "03000000" + "00000000" + "1027000000000000");
            put(expected, 336, "0100000000000000");
            put(expected, 560, "01000000" + "00010000");
            assertThat(HexFormat.of().formatHex(bytes))
                    .isEqualTo(HexFormat.of().formatHex(expected));
        }
    }

    private static void put(byte[] into, int at, String hex) {
        var bytes = HexFormat.of().parseHex(hex);
        System.arraycopy(bytes, 0, into, at, bytes.length);
    }

    // Line 3, an output that is safe when active: written out by hand from the header.
    @Test
    void requestOfAnOutputHoldsItsSafeValueAndNoEdges() {
        var line =
                new GpioAddress(
                        3, new GpioAddress.Use.Output(true, false), false, GpioAddress.Bias.AS_IS);
        try (var arena = Arena.ofConfined()) {
            var request = arena.allocate(GpioAbi.LINE_REQUEST);
            GpioAbi.fill(request, line, "drme", 256, true);
            var expected = new byte[592];
            put(expected, 0, "03000000");
            put(expected, 256, "64726d65");
            put(expected, 288, "0800000000000000");
            put(expected, 296, "01000000");
            put(expected, 320, "02000000" + "00000000" + "0100000000000000");
            put(expected, 336, "0100000000000000");
            put(expected, 560, "01000000" + "00010000");
            assertThat(HexFormat.of().formatHex(request.toArray(ValueLayout.JAVA_BYTE)))
                    .isEqualTo(HexFormat.of().formatHex(expected));
        }
    }

    @Test
    void lineWithoutDebounceHasNoAttribute() {
        var line =
                new GpioAddress(
                        3,
                        new GpioAddress.Use.Count(GpioAddress.Edge.RISING, Duration.ZERO),
                        false,
                        GpioAddress.Bias.AS_IS);
        try (var arena = Arena.ofConfined()) {
            var request = arena.allocate(GpioAbi.LINE_REQUEST);
            GpioAbi.fill(request, line, "drme", 256, false);
            assertThat(request.get(ValueLayout.JAVA_INT, 296)).isZero();
            assertThat(request.get(ValueLayout.JAVA_LONG, 288))
                    .isEqualTo(GpioAbi.FLAG_INPUT | GpioAbi.FLAG_EDGE_RISING);
        }
    }
}
