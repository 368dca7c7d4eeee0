package io.drme.driver.opcua;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.config.Problem;
import io.drme.config.Problems;
import io.drme.driver.DriverFactory;
import io.drme.model.ValueType;
import java.io.IOException;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OpcUaConfigTest {
    private static final String URL = "opc.tcp://10.0.4.20:4840/boiler";

    // Every default is pinned: a change of one is a change for every plant.
    @Test
    void defaults() {
        var problems = new Problems();
        var settings = settings("driver: opcua", "opc.tcp://boiler", problems);
        assertThat(settings)
                .isEqualTo(
                        new OpcUaSettings(
                                URI.create("opc.tcp://boiler:4840"),
                                SecurityPolicyName.NONE,
                                SecurityMode.NONE,
                                new SignIn.Anonymous(),
                                Duration.ofSeconds(30),
                                Optional.empty()));
        var address =
                new OpcUaDriverFactory()
                        .address(OpcUaRig.section("{address: 'ns=2;s=A'}", problems), settings)
                        .orElseThrow();
        assertThat(address.rawType()).isEqualTo(ValueType.FLOAT64);
        assertThat(address.address())
                .isEqualTo(
                        new OpcUaAddress(
                                NodeAddress.parse("ns=2;s=A").orElseThrow(),
                                ValuePart.WHOLE,
                                Duration.ofMillis(500),
                                10,
                                Deadband.NONE,
                                false,
                                Map.of()));
        assertThat(problems.none()).isTrue();
    }

    @Test
    void securityAsTheContractWritesIt() {
        var problems = new Problems();
        var settings =
                settings(
                        "security: {policy: basic256sha256, mode: sign-and-encrypt, user: drme,"
                                + " password-file: /etc/drme/boiler.secret}",
                        URL,
                        problems);
        assertThat(problems.list()).isEmpty();
        assertThat(settings.policy()).isEqualTo(SecurityPolicyName.BASIC256SHA256);
        assertThat(settings.mode()).isEqualTo(SecurityMode.SIGN_AND_ENCRYPT);
        assertThat(settings.signIn())
                .isEqualTo(new SignIn.Password("drme", Path.of("/etc/drme/boiler.secret")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "driver: x | http://10.0.4.20 | expected opc.tcp://host:port/path",
                "driver: x | opc.tcp:// | expected opc.tcp://host:port/path",
                "security: {policy: basic256sha265} | " + URL + " | did you mean 'basic256sha256'?",
                "security: {mode: sign} | " + URL + " | add policy: basic256sha256",
                "security: {policy: basic256sha256, mode: none} | " + URL + " | needs mode sign",
                "security: {policy: none, mode: sign} | " + URL + " | can't sign or encrypt",
                "security: {policy: basic256sha256, user: drme} | "
                        + URL
                        + " | has no password-file",
                "security: {policy: basic256sha256, password-file: /x} | " + URL + " | has no user",
                "security: {user-certificate: /x} | " + URL + " | has no user-key",
                "security: {user-key: /x} | " + URL + " | has no user-certificate",
                "security: {user: a, password-file: /x, user-certificate: /y, user-key: /z} | "
                        + URL
                        + " | sign in by one of the two",
                "security: {polcy: none} | " + URL + " | did you mean 'policy'?",
            })
    void whatIsWrongIsToldWithItsRemedy(String yaml, String url, String expected) {
        var problems = new Problems();
        settings(yaml, url, problems);
        assertThat(problems.list())
                .extracting(Problem::message)
                .anyMatch(m -> m.contains(expected));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "element: -1 | is not an index from 0",
                "element: a | is not an index from 0",
                "field: a//b | is not the name of a field",
                "field: \"a[x]\" | is not the name of a field",
                "queue: 0 | 0 is outside 1 to 10000",
                "server-deadband: -1 | is not a width such as 0.5",
                "server-deadband: 101 % | is not a width such as 0.5",
                "server-deadband: 1, type: text | works on numbers only",
                "server-deadband: 1, field: a | can't compare fields",
                "enum: {} | is empty; write code: name",
                "enum: {x: y} | is no whole number",
                "enum: {1: y}, type: bool | works on whole numbers only",
            })
    void whatIsWrongWithATagIsToldWithItsRemedy(String keys, String expected) {
        var problems = new Problems();
        var tag = OpcUaRig.section("{address: 'ns=2;s=A', " + keys + "}", problems);
        new OpcUaDriverFactory().address(tag, settings("driver: x", URL, problems));
        assertThat(problems.list())
                .extracting(Problem::message)
                .anyMatch(m -> m.contains(expected));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "a/b", "a[0]/b[17]/c", "Motor %25/x%2Fy", "\"DB\".x"})
    void aFieldIsReadAndWrittenAlike(String text) {
        var part = new ValuePart("", ValuePart.fields(text).orElseThrow());
        assertThat(part.fieldText()).isEqualTo(text);
    }

    private static OpcUaSettings settings(String yaml, String url, Problems problems) {
        return (OpcUaSettings)
                new OpcUaDriverFactory().settings(OpcUaRig.section(yaml, problems), url);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nsu=urn:acme:boiler;s=Boiler.Pressure",
                "nsu=http://www.siemens.com/simatic-s7-opcua;s=\"DB_Press\".\"Oil\".\"Temp\"",
                "nsu=urn:odd%3Bname%25;i=7",
                "ns=2;s=a;b=c",
                "ns=65535;i=4294967295",
                "i=2258",
                "g=09087e75-8e5e-499b-954f-f2a9603db28a",
                "ns=1;b=AQID",
            })
    void addressIsReadAndWrittenAlike(String text) {
        assertThat(NodeAddress.parse(text)).map(NodeAddress::toString).contains(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Pressure",
                "ns=2",
                "ns=2;",
                "ns=-1;i=1",
                "ns=65536;i=1",
                "i=4294967296",
                "i=x",
                "g=1-2",
                "b=*",
                "nsu=;s=a",
                "nsu=urn:a",
                "x=1",
                "s=",
                "ns=2;s",
            })
    void whatIsNoAddressIsRefused(String text) {
        assertThat(NodeAddress.parse(text)).isEmpty();
        var problems = new Problems();
        var factory = new OpcUaDriverFactory();
        var tag = OpcUaRig.section("{address: '" + text + "', type: int32}", problems);
        assertThat(factory.address(tag, settings("driver: x", URL, problems))).isEmpty();
        assertThat(problems.list()).isNotEmpty();
        assertThat(problems.list())
                .extracting(Problem::message)
                .anyMatch(m -> m.contains("allowed: bool, int64, float64, text"));
    }

    // A gateway without OPC UA must not pay for it: 20 MB of memory by measurement.
    @Test
    void findingAndConfiguringTheDriverLoadsNothingOfMilo() throws Exception {
        try (var loader = new WithoutMilo()) {
            var factories =
                    ServiceLoader.load(loader.loadClass(DriverFactory.class.getName()), loader);
            var names = factories.stream().map(p -> p.type().getName()).toList();
            assertThat(names).contains(OpcUaDriverFactory.class.getName());
            for (var factory : factories) {
                assertThat(factory.getClass().getClassLoader()).isSameAs(loader);
                assertThat(factory.getClass().getMethod("name").invoke(factory)).isNotNull();
            }
        }
    }

    /** The class path of this test, but for Milo, netty, Pi4J, j2mod and Paho. */
    private static final class WithoutMilo extends URLClassLoader {
        WithoutMilo() throws IOException {
            super(urls(), ClassLoader.getPlatformClassLoader());
        }

        private static URL[] urls() throws IOException {
            var paths =
                    Arrays.stream(System.getProperty("java.class.path").split(":", -1))
                            .filter(p ->
                                    List.of(
                                                    "milo",
                                                    "netty",
                                                    "pi4j",
                                                    "j2mod",
                                                    "bouncycastle",
                                                    "paho")
                                            .stream()
                                            .noneMatch(p::contains))
                            .toList();
            var urls = new URL[paths.size()];
            for (int i = 0; i < urls.length; i++) {
                urls[i] = Path.of(paths.get(i)).toUri().toURL();
            }
            return urls;
        }
    }
}
