package io.drme.driver.opcua;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drme.config.Node;
import io.drme.config.Problems;
import io.drme.config.YamlReader;
import io.drme.sim.Plant;
import io.drme.time.SystemClock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Our simulator as a client that we did not write sees it. */
@Timeout(240)
class NodeClientTest {
    private static final String URI = "urn:acme:boiler";
    private static final String SCENARIO =
            """
            devices:
              boiler:
                protocol: opcua
                listen: "127.0.0.1:0"
                path: /boiler
                security: [none, basic256sha256, aes128-sha256-rsaoaep, aes256-sha256-rsapss]
                users-file: users.txt
                user-certificates: users
                pki: pki
                tick: 50ms
                nodes:
                  "nsu=urn:acme:boiler;s=bool": {value: true}
                  "nsu=urn:acme:boiler;s=word": {type: uint16, value: 65535}
                  "nsu=urn:acme:boiler;s=float": {type: float, value: 0.5}
                  "nsu=urn:acme:boiler;s=text": {value: "Kessel 3"}
                  "nsu=urn:acme:boiler;s=old": {value: 1.5, status: Uncertain_LastUsableValue}
                  "nsu=urn:acme:boiler;s=mode": {value: 1, names: {0: "off", 1: running}}
                  "nsu=urn:acme:boiler;s=zones": {type: float, value: 20.5, elements: 4}
                  "nsu=urn:acme:boiler;s=count": {value: {counter: {every: 100ms}}, type: int32}
                  "nsu=urn:acme:boiler;s=axis":
                    fields:
                      position: {value: 1.5}
                      limits: {type: int16, value: -5, elements: 2}
                      drive: {fields: {hot: {value: true}}}
            """;

    private static final String EXPECTED =
            """
            axis {drive={hot=true}, limits=[-5, -4], position=1.5} Good
            bool true Good
            float 0.5 Good
            mode 1 Good
            old 1.5 UncertainLastUsableValue
            text Kessel 3 Good
            word 65535 Good
            zones [20.5, 21.5, 22.5, 23.5] Good
            """;

    @TempDir Path directory;

    private Plant plant() throws Exception {
        Files.writeString(directory.resolve("users.txt"), "drme:geheim\n");
        var overrides = new Plant.Overrides(OptionalLong.empty(), Map.of(), Optional.of(directory));
        return Plant.parse("boiler", SCENARIO, overrides, new SystemClock());
    }

    private Node.Mapping ask(Plant plant, String policy, String mode, String... who)
            throws Exception {
        var arguments =
                new ArrayList<>(
                        List.of(
                                "opc.tcp://127.0.0.1:%d/boiler"
                                        .formatted(plant.address("boiler").getPort()),
                                policy,
                                mode,
                                directory.resolve("client-pki").toString(),
                                URI));
        arguments.addAll(List.of(who));
        // JSON is YAML, and this module has no reader of JSON.
        return YamlReader.parse("client", NodePeer.ask(arguments), new Problems()).orElseThrow();
    }

    @Test
    void nodeOpcuaBrowsesReadsAndSubscribesOpenlyAndEncrypted() throws Exception {
        var user = UserKeys.in(directory.resolve("user"));
        user.addTo(directory.resolve("users"));
        try (var plant = plant()) {
            plant.start();
            check(ask(plant, "None", "None"));
            check(ask(plant, "Basic256Sha256", "SignAndEncrypt", "drme", "geheim"));
            check(
                    ask(
                            plant,
                            "Aes256_Sha256_RsaPss",
                            "SignAndEncrypt",
                            "certificate",
                            user.certificate().toString(),
                            user.key().toString()));
            assertThatThrownBy(
                            () -> ask(plant, "Basic256Sha256", "SignAndEncrypt", "drme", "falsch"))
                    .hasMessageContaining("BadUserAccessDenied");
        }
    }

    private static void check(Node.Mapping result) {
        var seen = new StringBuilder();
        new TreeMap<>(((Node.Mapping) at(result, "values")).entries())
                .forEach((name, entry) -> {
                    if (!name.equals("count")) {
                        var node = (Node.Mapping) entry.value();
                        seen.append(name)
                                .append(' ')
                                .append(text(at(node, "value")))
                                .append(' ')
                                .append(text(at(node, "status")))
                                .append('\n');
                    }
                });
        assertThat(seen.toString()).isEqualTo(EXPECTED);
        assertThat(text(at(result, "element"))).isEqualTo("[22.5]");
        var told =
                ((Node.Sequence) at(result, "told"))
                        .items().stream().map(n -> Long.parseLong(text(n))).toList();
        // A busy machine may be late to look, and so skip a step.
        assertThat(told).hasSize(5).isSorted().doesNotHaveDuplicates();
    }

    private static Node at(Node.Mapping mapping, String key) {
        var entry = mapping.entries().get(key);
        if (entry == null) {
            throw new AssertionError("no '%s' in %s".formatted(key, mapping.entries().keySet()));
        }
        return entry.value();
    }

    private static String text(Node node) {
        return switch (node) {
            case Node.Scalar scalar -> scalar.text();
            case Node.Sequence list ->
                    list.items().stream().map(NodeClientTest::text).toList().toString();
            case Node.Mapping mapping -> {
                var parts = new TreeMap<String, String>();
                mapping.entries().forEach((k, e) -> parts.put(k, text(e.value())));
                yield parts.toString();
            }
        };
    }
}
