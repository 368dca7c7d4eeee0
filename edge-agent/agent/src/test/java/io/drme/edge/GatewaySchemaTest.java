package io.drme.edge;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.drme.edge.BrokenConfigurations.Broken;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The JSON Schema that ships for editors takes what the agent takes, and refuses what a schema can
 * see. {@link SchemaLockstepTest} holds that both know the same keys.
 */
class GatewaySchemaTest {
    private static final Path DEMO =
            Path.of("../../packaging/distribution/src/main/resources/demo/gateway.yaml");

    /** A schema knows no names of other parts and does not parse expressions. */
    private static final int MOST_MISSED = 9;

    /** Nearly all in a test is names of tags and alarms, and values in the types of tags. */
    private static final int MOST_MISSED_IN_TESTS = 36;

    private static final Schema SCHEMA =
            SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_7)
                    .getSchema(Shipped.schema(), InputFormat.JSON);

    private static List<Error> errors(String yaml) {
        return SCHEMA.validate(Shipped.json(yaml), InputFormat.JSON);
    }

    @Test
    void theShippedSampleIsGood() {
        assertThat(errors(Shipped.sample())).isEmpty();
    }

    @Test
    void theSampleNamesItsSchemaInItsFirstLineForEditors() {
        assertThat(Shipped.sample().lines().findFirst())
                .contains("# yaml-language-server: $schema=gateway.schema.json");
    }

    @Test
    void theDemosFileIsGood() throws Exception {
        var filledIn =
                Files.readString(DEMO)
                        .replace("@gateway@", "press-line-1")
                        .replaceAll("@[a-z]+@", "1234");
        assertThat(errors(filledIn)).isEmpty();
    }

    @Test
    void nearlyEveryBrokenFileIsRefusedAlready() {
        int from = (int) Shipped.sample().lines().takeWhile(l -> !l.startsWith("tests:")).count();
        int to = (int) Shipped.sample().lines().takeWhile(l -> !l.startsWith("store:")).count();
        var missed =
                BrokenConfigurations.all().stream()
                        .filter(b -> errors(b.yaml()).isEmpty())
                        .collect(
                                Collectors.partitioningBy(
                                        b -> b.line() > from && b.line() <= to,
                                        Collectors.mapping(Broken::what, Collectors.toList())));

        assertThat(missed.get(false)).hasSizeLessThanOrEqualTo(MOST_MISSED);
        assertThat(missed.get(true)).hasSizeLessThanOrEqualTo(MOST_MISSED_IN_TESTS);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "include: [conf.d/*.yaml]\ngateway: {id: g}",
                "devices: {d: {profile: p, connection: bus-1, unit-id: 7, with: {base: 100}}}",
                "profiles: {p: {driver: modbus, tags: {file: tags/press.csv}}}",
                "profiles: {p: {tags: {t: {address: \"holding:${base + 1}\", type: \"${type}\"}}}}",
                "connections: {bus-1: {url: \"tcp://h:502\", gap: 50ms, timeout: 500ms}}",
                "alarms: {a: {tag: [d/t, d/u], when: \"value > 3\", clear-when: \"value < 2\"}}",
                "pipelines: {p: {from: a, steps: [{aggregate: {session: {gap: 30s}, functions: [avg, p97.5]}}], to: x}}",
                "pipelines: {p: {from: a, steps: [{states: {of: {on: \"value == 1\"}, window: 8h, offset: 6h}}], to: \"{function}\"}}",
                "uplink: {url: \"mqtt://127.0.0.1:1883\"}",
                "web: {listen: \"[::1]:8081\"}",
                "devices: {d: {driver: mqtt, url: \"mqtts://h\", ca: a.pem, tags: {t: {address: a/b, path: /v/0, qos: 0}, \"{w}/p\": {address: \"a/{w}\", max-tags: 9}}}}",
                "devices: {d: {driver: modbus, url: \"tcp://h\", tags: {t: {address: 40101, type: int16, invalid: 0xFFFF}}}}",
            })
    void takesWhatTheAgentTakes(String yaml) {
        assertThat(errors(yaml)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "devices: {d: {driver: gpio, url: \"chip:///dev/gpiochip0\", unit-id: 1, tags: {t: {address: \"line:1\"}}}}",
                "devices: {d: {driver: gpio, url: \"tcp://h\", tags: {t: {address: \"line:1\"}}}}",
                "devices: {d: {driver: gpio, url: \"sim://h\", tags: {t: {address: \"holding:1\"}}}}",
                "devices: {d: {driver: opcua, url: \"opc.tcp://h\", tags: {t: {address: \"ns=2;s=A\", edge: both}}}}",
                "devices: {d: {driver: mqtt, url: \"mqtt://h\", tags: {t: {address: a/+}}}}",
                "devices: {d: {driver: mqtt, url: \"mqtt://h/topic\", tags: {t: {address: a}}}}",
                "devices: {d: {driver: modbus, url: \"tcp://h\", connection: c, tags: {t: {address: \"coil:1\"}}}}",
                "devices: {d: {driver: modbus, tags: {t: {address: \"coil:1\"}}}}",
                "devices: {d: {driver: modbus, url: \"tcp://h\", tags: {}}}",
                "devices: {D: {profile: p}}",
                "alarms: {a: {tag: t}}",
                "alarms: {a: {tag: t, high: 1, when: value}}",
                "alarms: {a: {tag: t, high: 1, clear-when: value}}",
                "uplink: {url: \"mqtt://central.example\"}",
                "uplink: {url: \"mqtts://central.example\"}",
                "web: {listen: \"0.0.0.0:8081\"}",
                "pipelines: {p: {from: a/b, steps: [{filter: value, map: value}], to: x}}",
                "pipelines: {p: {from: a, steps: [{aggregate: {window: 1s, count: 3, functions: avg}}], to: x}}",
                "pipelines: {p: {from: a, steps: [{states: {of: {unknown: \"value == 1\"}}}], to: x}}",
                "pipelines: {p: {from: a, steps: [{smooth: {median: 3, time-constant: 1s}}], to: x}}",
                "connections: {bus-1: {url: \"tcp://h:502\", poll: 1s}}",
            })
    void refusesWhatTheAgentRefuses(String yaml) {
        assertThat(errors(yaml)).isNotEmpty();
    }
}
