package io.drme.driver.modbus;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.config.Problems;
import io.drme.config.Section;
import io.drme.config.YamlReader;
import io.drme.driver.DeviceFixture;
import io.drme.driver.DriverFactory;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigurationTest {
    private final ModbusDriverFactory factory = new ModbusDriverFactory();

    private Problems problemsOfDevice(String yaml) {
        var problems = new Problems();
        var device =
                new Section(YamlReader.parse("g", yaml, problems).orElseThrow(), "d", problems);
        factory.settings(device, device.requiredText("url"));
        device.done();
        return problems;
    }

    private Problems problemsOfTag(String yaml) {
        var problems = new Problems();
        var settings = settings("url: \"tcp://h\"");
        var tag =
                new Section(
                        YamlReader.parse("g", "{" + yaml + "}", problems).orElseThrow(),
                        "t",
                        problems);
        assertThat(factory.address(tag, settings))
                .as("not used where there is a problem")
                .isEmpty();
        tag.done();
        return problems;
    }

    private ModbusSettings settings(String yaml) {
        var problems = new Problems();
        var device =
                new Section(YamlReader.parse("g", yaml, problems).orElseThrow(), "d", problems);
        var settings = (ModbusSettings) factory.settings(device, device.requiredText("url"));
        assertThat(problems.list()).isEmpty();
        return settings;
    }

    private ModbusAddress address(String yaml) {
        var fixture =
                DeviceFixture.of("d", factory, "{url: \"tcp://h\", tags: {t: {" + yaml + "}}}");
        return (ModbusAddress) fixture.spec().tags().getFirst().address();
    }

    @Test
    void everyDefaultIsPinned() {
        assertThat(settings("url: \"tcp://10.0.4.17\""))
                .isEqualTo(
                        new ModbusSettings(
                                new Endpoint.Tcp("10.0.4.17", 502),
                                1,
                                0,
                                16,
                                125,
                                Duration.ZERO,
                                Duration.ZERO));
    }

    @Test
    void everyKeyIsRead() {
        assertThat(
                        settings(
                                """
                                url: "tcp://[::1]:1502"
                                unit-id: 247
                                base: 1
                                merge-gap: 0
                                max-registers: 60
                                gap: 50ms
                                warm-up: 2s
                                """))
                .isEqualTo(
                        new ModbusSettings(
                                new Endpoint.Tcp("::1", 1502),
                                247,
                                1,
                                0,
                                60,
                                Duration.ofMillis(50),
                                Duration.ofSeconds(2)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "tcp://Press-3.local                      | tcp://press-3.local:502",
                "tcp://localhost/                         | tcp://127.0.0.1:502",
                "tcp://[fe80::1]:1502                     | tcp://[fe80::1]:1502",
                "rtu-tcp://10.0.4.9:4001                  | rtu-tcp://10.0.4.9:4001",
                "rtu:///dev/ttyUSB0                       | rtu:///dev/ttyUSB0?baud=19200&parity=even&stop-bits=1",
                "rtu:///dev/serial/by-id/usb-1?baud=9600&parity=none&stop-bits=2 | rtu:///dev/serial/by-id/usb-1?baud=9600&parity=none&stop-bits=2",
                "rtu:///dev/ttyS1?parity=odd&baud=115200  | rtu:///dev/ttyS1?baud=115200&parity=odd&stop-bits=1",
            })
    void urlsThatLeadToOnePlaceAreOneConnection(String written, String full) {
        var endpoint = settings("url: \"" + written + "\"").endpoint();
        assertThat(endpoint.url()).isEqualTo(full);
        assertThat(settings("url: \"" + full + "\"").endpoint()).isEqualTo(endpoint);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "holding:100  | holding:100 (400101)",
                "holding:10.3 | holding:10.3 (400011.3)",
                "input:7      | input:7 (300008)",
                "discrete:3   | discrete:3 (100004)",
                "coil:65535   | coil:65535 (065536)",
            })
    void addressesAreShownInTheNotationOfListsToo(String written, String shown) {
        boolean bit = !written.startsWith("input") && !written.equals("holding:100");
        var type = bit ? "bool" : "uint16";
        assertThat(address("address: \"%s\", type: %s".formatted(written, type)).shown())
                .isEqualTo(shown);
    }

    @Test
    void theFactoryIsFoundByItsName() {
        assertThat(ServiceLoader.load(DriverFactory.class))
                .anyMatch(f -> f.name().equals("modbus") && f.polled());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "holding:100   | holding:100",
                "holding:0x64  | holding:100",
                "holding:10.3  | holding:10.3",
                "input:7       | input:7",
                "coil:0        | coil:0",
                "discrete:3    | discrete:3",
                "40001         | holding:0",
                "400101        | holding:100",
                "465536        | holding:65535",
                "40011.3       | holding:10.3",
                "30008         | input:7",
                "10004         | discrete:3",
                "00001         | coil:0",
            })
    void everyNotationIsUnderstood(String written, String means) {
        boolean bit = means.startsWith("coil") || means.startsWith("disc") || means.contains(".");
        var type = bit ? "bool" : "uint16";
        assertThat(address("address: \"%s\", type: %s".formatted(written, type)))
                .hasToString(means);
    }

    @Test
    void baseOneCountsFromOneButNotTheClassicNotation() {
        assertThat(address("address: \"holding:1\", base: 1, type: uint16"))
                .hasToString("holding:0");
        assertThat(address("address: \"40001\", base: 1, type: uint16")).hasToString("holding:0");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "url: \"tcp://h:70000\" | expected tcp://host:502, port 1 to 65535",
                "url: \"rtu-tcp://h:70000\" | expected rtu-tcp://host:port, port 1 to 65535",
                "url: \"tcp://h:0\" | expected tcp://host:502, port 1 to 65535",
                "url: \"http://h\"      | 'http://h' is not a Modbus URL",
                "url: \"rtu://COM3\"   | is not a Modbus URL; expected tcp://host:502, rtu-tcp://host:port or rtu:///dev/ttyUSB0?baud=",
                "url: \"rtu:///dev/ttyS0?baud=9600x\" | has baud=9600x; expected 300 to 4000000",
                "url: \"rtu:///dev/ttyS0?parity=e\" | has parity=e; expected even, odd or none",
                "url: \"rtu:///dev/ttyS0?stop-bits=3\" | has stop-bits=3; expected 1 to 2",
                "url: \"rtu:///dev/ttyS0?speed=9600\" | has 'speed'; a serial line takes baud, parity and stop-bits",
                "url: \"rtu-tcp://h\" | names no port; a device server has its own",
                "{url: \"rtu-tcp://h:1\", unit-id: 248} | d.unit-id: 248 is outside 1 to 247",
                "{url: \"tcp://h\", warm-up: 2m} | d.warm-up: ",
                "{url: \"tcp://h\", unit-id: 300} | d.unit-id: 300 is outside 0 to 255",
                "{url: \"tcp://h\", max-registers: 126} | 126 is outside 1 to 125",
                "{url: \"tcp://h\", unitid: 3} | is not a known key (did you mean 'unit-id'?)",
            })
    void aWrongDeviceIsToldWithKeyAndRemedy(String yaml, String expected) {
        assertThat(problemsOfDevice(yaml).list().toString()).contains(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "type: uint16                                  | t.address: is missing",
                "address: \"holdin:1\", type: uint16           | 'holdin:1' is not an address such as holding:100",
                "address: \"holding:65536\", type: uint16      | outside 0 to 65535",
                "address: \"holding:0\", base: 1, type: uint16 | is address -1 in the protocol",
                "address: \"holding:65535\", type: uint32      | reaches beyond 65535",
                "address: \"holding:1.16\", type: bool         | only input and holding registers have bits",
                "address: \"coil:1.2\"                         | only input and holding registers have bits",
                "address: \"coil:1\", type: uint16             | is one bit; its type is bool",
                "address: \"holding:1\", type: bool            | such as holding:1.0",
                "address: \"holding:1\"                        | t.type: is missing; give one of: bool, int16",
                "address: \"holding:1\", type: uint8           | did you mean 'uint16'?",
                "address: \"holding:1\", type: bcd             | t.length: is missing; give the bytes of the number",
                "address: \"holding:1\", type: bcd, length: 3  | 3 bytes are no bcd number; expected 2, 4, 6 or 8",
                "address: \"holding:1\", type: bcd, length: 10 | 10 bytes are no bcd number",
                "address: \"holding:1\", type: bcd, length: 2, invalid: [0x10000] | '0x10000' is no raw value of bcd",
                "address: \"holding:1\", type: float32, order: dcab | 'dcab' is not known",
                "address: \"holding:1\", type: text            | t.length: is missing",
                "address: \"holding:1\", type: text, length: 251 | 251 is outside 1 to 250",
                "address: \"holding:1\", type: uint16, length: 4 | uint16 always has 2 bytes",
                "address: \"holding:1\", type: int16, mask: 0xF | works on uint16, uint32, uint64 and bcd only",
                "address: \"holding:1\", type: uint16, invalid: [0x10000] | '0x10000' is no raw value of uint16",
                "address: \"holding:1\", type: uint16, invalid: [x] | give numbers such as 0xFFFF",
                "address: \"holding:1\", type: float32, enum: {1: a} | works on whole numbers only",
                "address: \"holding:1\", type: uint16, enum: {a: b} | 'a' is no whole number",
                "address: \"coil:1\", access: wirte            | allowed: read, write",
                "address: \"discrete:1\", access: write        | discrete:1 (100002) can't be written, as the protocol has no function for it",
                "address: \"input:1\", type: int16, access: write | coils and holding registers can",
                "address: \"holding:1\", type: text, length: 4, access: write | a text can't be written",
                "address: \"holding:1\", type: uint32, mask: 0xF, access: write | bits of 2 registers can't be written at once",
                "address: \"holding:1\", type: uint16, ordr: abcd | did you mean 'order'?",
            })
    void aWrongTagIsToldWithKeyAndRemedy(String yaml, String expected) {
        if (yaml.contains("ordr")) {
            assertThat(unknownKey(yaml)).contains(expected);
        } else {
            assertThat(problemsOfTag(yaml).list().toString()).contains(expected);
        }
    }

    private String unknownKey(String yaml) {
        var problems = new Problems();
        var tag =
                new Section(
                        YamlReader.parse("g", "{" + yaml + "}", problems).orElseThrow(),
                        "t",
                        problems);
        factory.address(tag, settings("url: \"tcp://h\""));
        tag.done();
        return problems.list().toString();
    }

    // Who has no Modbus device must not pay for the library: only create() may touch it.
    @Test
    void readingAConfigurationNeedsNoModbusLibrary() throws Exception {
        var withoutLibrary =
                new ClassLoader(getClass().getClassLoader()) {
                    @Override
                    protected Class<?> loadClass(String name, boolean resolve)
                            throws ClassNotFoundException {
                        if (name.startsWith("com.ghgande") || name.startsWith("com.fazecast")) {
                            throw new ClassNotFoundException(name + " is hidden by the test");
                        }
                        return name.startsWith("io.drme.driver.modbus.")
                                ? define(name)
                                : super.loadClass(name, resolve);
                    }

                    private Class<?> define(String name) throws ClassNotFoundException {
                        var loaded = findLoadedClass(name);
                        if (loaded != null) {
                            return loaded;
                        }
                        try (InputStream in =
                                getResourceAsStream(name.replace('.', '/') + ".class")) {
                            var bytes = in.readAllBytes();
                            return defineClass(name, bytes, 0, bytes.length);
                        } catch (IOException e) {
                            throw new ClassNotFoundException(name, e);
                        }
                    }
                };
        var hidden =
                (DriverFactory)
                        withoutLibrary
                                .loadClass(ModbusDriverFactory.class.getName())
                                .getConstructor()
                                .newInstance();
        assertThat(hidden.getClass()).isNotEqualTo(ModbusDriverFactory.class);
        for (var url : new String[] {"tcp://h", "rtu:///dev/ttyS0?baud=9600"}) {
            var fixture =
                    DeviceFixture.of(
                            "d",
                            hidden,
                            "{url: \"%s\", tags: {t: {address: \"holding:1\", type: uint16}}}"
                                    .formatted(url));
            assertThat(fixture.spec().tags()).hasSize(1);
        }
    }
}
