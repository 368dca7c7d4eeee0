package io.drme.sim.opcua;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.eclipse.milo.opcua.stack.core.types.builtin.unsigned.Unsigned.ubyte;
import static org.eclipse.milo.opcua.stack.core.types.builtin.unsigned.Unsigned.uint;
import static org.eclipse.milo.opcua.stack.core.types.builtin.unsigned.Unsigned.ulong;
import static org.eclipse.milo.opcua.stack.core.types.builtin.unsigned.Unsigned.ushort;

import io.drme.sim.record.LineWriter;
import io.drme.sim.record.RecordingReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.regex.Pattern;
import org.eclipse.milo.opcua.stack.core.types.builtin.ByteString;
import org.eclipse.milo.opcua.stack.core.types.builtin.DateTime;
import org.eclipse.milo.opcua.stack.core.types.builtin.LocalizedText;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What docs/recording.md says of OPC UA. */
class ScriptTest {
    private static final Path DOCUMENT = Path.of("../docs/recording.md");

    /** The ends of each type, and what is easily lost. */
    private static final Map<RecordedType, List<Object>> VALUES =
            Map.ofEntries(
                    Map.entry(RecordedType.BOOLEAN, List.of(true, false)),
                    Map.entry(RecordedType.SBYTE, List.of((byte) -128, (byte) 127)),
                    Map.entry(RecordedType.BYTE, List.of(ubyte(0), ubyte(255))),
                    Map.entry(RecordedType.INT16, List.of(Short.MIN_VALUE, Short.MAX_VALUE)),
                    Map.entry(RecordedType.UINT16, List.of(ushort(0), ushort(65_535))),
                    Map.entry(RecordedType.INT32, List.of(Integer.MIN_VALUE, 7)),
                    Map.entry(RecordedType.UINT32, List.of(uint(0), uint(4_294_967_295L))),
                    Map.entry(RecordedType.INT64, List.of(Long.MIN_VALUE, Long.MAX_VALUE)),
                    Map.entry(RecordedType.UINT64, List.of(ulong("18446744073709551615"))),
                    Map.entry(
                            RecordedType.FLOAT,
                            List.of(0.1f, Float.MIN_VALUE, Float.NaN, Float.NEGATIVE_INFINITY)),
                    Map.entry(RecordedType.DOUBLE, List.of(0.1, 1e-300, -0.0, Double.NaN, 1.0 / 3)),
                    Map.entry(RecordedType.STRING, List.of("", "a \"b\"\n\u00e9")),
                    Map.entry(
                            RecordedType.DATETIME, List.of(new DateTime(132_000_000_000_000_001L))),
                    Map.entry(RecordedType.GUID, List.of(new UUID(1, 2))),
                    Map.entry(
                            RecordedType.BYTESTRING,
                            List.of(ByteString.of(new byte[] {0, -1}), ByteString.of(new byte[0]))),
                    Map.entry(RecordedType.LOCALIZEDTEXT, List.of(LocalizedText.english("x"))));

    private static List<String> documented() throws IOException {
        var blocks = new ArrayList<String>();
        var match =
                Pattern.compile("```jsonl\n(.*?)```", Pattern.DOTALL)
                        .matcher(Files.readString(DOCUMENT));
        while (match.find()) {
            blocks.add(match.group(1));
        }
        return blocks.get(1).lines().toList();
    }

    private static Script read(List<String> lines) throws IOException {
        var bytes = String.join("\n", lines).getBytes(StandardCharsets.UTF_8);
        try (var reader = new RecordingReader("a.rec", new ByteArrayInputStream(bytes))) {
            return Script.read(reader);
        }
    }

    @Test
    void theDocumentsLinesAreReadAndWrittenAlike() throws Exception {
        var lines = documented();
        var script = read(lines);
        assertThat(script.uris()).endsWith("urn:acme:boiler");
        assertThat(script.lengthNanos()).isEqualTo(6_000_000_000L);
        for (int n = 0; n < 3; n++) {
            assertThat(Objects.requireNonNull(script.nodes().get(n)).line(120_000_000, n).end())
                    .isEqualTo(lines.get(2 + n));
        }
        assertThat(script.steps()).hasSize(5);
        var zones = (Script.Change) script.steps().get(1);
        assertThat((Integer[]) zones.value().getValue()).containsExactly(4, 5);
        assertThat(zones.lagNanos()).hasValue(40_000_000);
        var bad = (Script.Change) script.steps().get(2);
        assertThat(bad.status().getValue()).isEqualTo(0x808b0000L);
        assertThat(bad.value().isNull()).isTrue();
        assertThat(script.steps().get(3)).isEqualTo(new Script.Away(2_000_000_000L, true));
    }

    @ParameterizedTest
    @EnumSource
    void valuesOfEachTypeComeBackExactly(RecordedType type) throws Exception {
        assertThat(VALUES).containsKey(type);
        for (var value : VALUES.getOrDefault(type, List.of())) {
            assertThat(RecordedType.ofForm(value.getClass())).contains(type);
            var line = LineWriter.at(0, "value").number("n", 1).text("value", type.text(value));
            var node = documented().get(3).replace("\"double\"", "\"" + type.word() + "\"");
            var script = read(List.of(documented().getFirst(), node, line.end()));
            assertThat(((Script.Change) script.steps().getFirst()).value().getValue())
                    .isEqualTo(value);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    "value":"1.5"      | "value":"high"     | line 6: 'value' is high; expected a value of type double
                    "n":1,"value":"1.5" | "n":9,"value":"1.5" | line 6: 'n' is 9; expected the number of a variable above
                    "status":"808b0000" | "status":"good"    | line 8: 'status' is good; expected a status code
                    "type":"int32[]"   | "type":"matrix"    | line 5: 'type' is matrix; expected a type such as
                    "lag":0.040000}    | "lag":"now"}       | line 6: 'lag' is now; expected seconds
                    "node":"nsu=urn:acme:boiler;i=7" | "node":"boiler" | line 5: 'node' is boiler; expected a node such as
                    """)
    void aWrongLineIsToldWithWhatWasExpected(String right, String wrong, String message)
            throws Exception {
        var text = String.join("\n", documented());
        assertThat(text).contains(right);
        assertThatThrownBy(() -> read(text.replace(right, wrong).lines().toList()))
                .hasMessageContaining(message);
    }

    @Test
    void aRecordingWithoutNodesIsRefused() {
        assertThatThrownBy(() -> read(documented().subList(0, 1)))
                .hasMessageContaining("names no node");
    }
}
