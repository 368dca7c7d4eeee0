package io.drme.sim.modbus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drme.sim.Plant;
import io.drme.sim.fault.Fault;
import io.drme.sim.fault.FaultKind;
import io.drme.sim.fault.Faults;
import io.drme.sim.record.Protocols;
import io.drme.sim.record.RecordOptions;
import io.drme.sim.record.RecordingReader;
import io.drme.sim.record.RecordingWriter;
import io.drme.sim.record.ReplayOptions;
import io.drme.sim.record.ReplayOptions.End;
import io.drme.sim.record.Running;
import io.drme.testing.ManualClock;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What docs/recording.md says of Modbus, byte by byte over sockets. The clock is the test's. */
@Timeout(60)
@SuppressWarnings("try") // what is ended early, as people end it, is closed twice
class ModbusRecordingTest {
    private static final Path DOCUMENT = Path.of("../docs/recording.md");
    private static final String PLANT =
            """
            devices:
              meter:
                protocol: modbus
                listen: "127.0.0.1:0"
                units:
                  17: {points: {a: {address: "holding:107", value: 0xAE41}, b: {address: "holding:108", value: {counter: {start: 0x5652, every: 1s}}}, c: {address: "holding:109", value: 0x4340}}}
            """;
    private static final String HEAD =
            "{\"drme-recording\":1,\"protocol\":\"modbus\",\"url\":\"tcp://10.0.0.5:502\",\"start\":\"2026-01-01T00:00:00Z\"}";

    private static final String THREE = "0001000000061103006b0003";
    private static final String MISSING = "0002000000061103000a0001";

    private final ManualClock clock = new ManualClock();
    @TempDir private Path folder;
    private boolean cut;

    /** One connection of a gateway. */
    private static final class Gateway implements AutoCloseable {
        private final Socket socket;

        Gateway(Running at) throws IOException {
            var address = at.listening();
            int port = Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
            socket = new Socket(InetAddress.getLoopbackAddress(), port);
            socket.setSoTimeout(10_000);
        }

        String ask(String request, int bytes) throws IOException {
            socket.getOutputStream().write(HexFormat.of().parseHex(request));
            return HexFormat.of().formatHex(socket.getInputStream().readNBytes(bytes));
        }

        /** Whether the other side has ended the connection, in order or not. */
        boolean isEnded() {
            try {
                return socket.getInputStream().read() < 0;
            } catch (IOException _) {
                return true;
            }
        }

        boolean isEndedBy(String request) throws IOException {
            socket.getOutputStream().write(HexFormat.of().parseHex(request));
            return isEnded();
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    private Plant plant() throws Exception {
        var plant = Plant.parse("plant.yaml", PLANT, Plant.Overrides.NONE, clock);
        plant.start();
        return plant;
    }

    private static void fault(Plant plant, FaultKind kind) {
        plant.member("meter")
                .orElseThrow()
                .faults()
                .set(Faults.WHOLE, Fault.of(kind), Optional.empty());
    }

    private RecordingWriter writer(String url, long mostBytes) throws IOException {
        return RecordingWriter.create(folder.resolve("meter.rec"), "modbus", url, mostBytes, clock);
    }

    private Running recorder(String url, RecordingWriter out) throws IOException {
        return Protocols.ofUrl(url)
                .record(
                        new RecordOptions(
                                url,
                                Optional.of("0"),
                                Duration.ofSeconds(1),
                                1,
                                Optional.empty(),
                                clock),
                        out);
    }

    private static String url(Plant plant) {
        return "tcp://127.0.0.1:" + plant.address("meter").getPort();
    }

    /** The lines of the document's first block of this kind. */
    private static List<String> documented() throws IOException {
        var match =
                Pattern.compile("```jsonl\n(.*?)```", Pattern.DOTALL)
                        .matcher(Files.readString(DOCUMENT));
        assertThat(match.find()).isTrue();
        return match.group(1).lines().toList();
    }

    private void recordAll() throws Exception {
        try (var plant = plant();
                var out = writer(url(plant), RecordingWriter.DEFAULT_MOST_BYTES);
                var recorder = recorder(url(plant), out)) {
            try (var gateway = new Gateway(recorder)) {
                assertThat(gateway.ask(THREE, 15)).isEqualTo("000100000009110306ae4156524340");
                clock.advance(Duration.ofMillis(2500));
                assertThat(gateway.ask(MISSING, 9)).isEqualTo("000200000003118302");
                clock.advance(Duration.ofSeconds(1));
                fault(plant, FaultKind.GARBAGE);
                assertThat(gateway.ask(THREE, 20)).startsWith("a5a5a5");
                clock.advance(Duration.ofSeconds(1));
                fault(plant, FaultKind.RESET);
                assertThat(gateway.isEndedBy(THREE)).isTrue();
            }
            plant.close();
            clock.advance(Duration.ofSeconds(1));
            try (var gateway = new Gateway(recorder)) {
                assertThat(gateway.isEnded()).isTrue();
            }
            clock.advance(Duration.ofSeconds(1));
        }
    }

    @Test
    void theFileHasTheLinesOfTheDocument() throws Exception {
        recordAll();
        var lines =
                Files.readAllLines(folder.resolve("meter.rec")).stream()
                        .map(l -> l.replaceAll("127.0.0.1:[0-9]+", "10.0.0.5:502"))
                        .toList();
        assertThat(lines).isEqualTo(documented());
    }

    private Running player(List<String> lines, End end) throws IOException {
        var file = folder.resolve("played.rec");
        Files.writeString(file, String.join("\n", lines));
        try (var recording = RecordingReader.open(file)) {
            var player =
                    Protocols.named(recording)
                            .replay(recording, new ReplayOptions("0", end, 1, clock));
            cut = recording.isCut();
            return player;
        }
    }

    @Test
    void theDocumentsLinesArePlayedAsTheySay() throws Exception {
        try (var player = player(documented(), End.ONCE)) {
            try (var gateway = new Gateway(player)) {
                assertThat(gateway.ask(THREE, 15)).isEqualTo("000100000009110306ae4156524340");
                clock.advance(Duration.ofMillis(2500));
                assertThat(gateway.ask(MISSING, 9)).isEqualTo("000200000003118302");
                clock.advance(Duration.ofSeconds(1));
                assertThat(gateway.ask(THREE, 20)).isEqualTo("a5".repeat(20));
                clock.advance(Duration.ofSeconds(1));
                assertThat(gateway.isEndedBy(THREE)).isTrue();
            }
            clock.advance(Duration.ofSeconds(1));
            try (var gateway = new Gateway(player)) {
                assertThat(gateway.isEnded()).isTrue();
            }
            assertThat(player.isOver()).isFalse();
            clock.advance(Duration.ofSeconds(1));
            assertThat(player.isOver()).isTrue();
            assertThat(player.counts()).containsEntry("requests", 4L);
            assertThat(player.counts()).containsEntry("never-recorded", 0L);
        }
    }

    // A gateway that merges its reads otherwise asks for ranges that nobody asked for before.
    @Test
    void anotherRangeIsAnsweredFromWhatIsKnownByAddress() throws Exception {
        var lines =
                List.of(
                        HEAD,
                        exchange(0, "0300000002", "030400010002"),
                        exchange(0, "0300020002", "030400030004"),
                        exchange(10, "0300000002", "030400110012"),
                        exchange(20, "0300020002", "030400230024"));
        try (var player = player(lines, End.HOLD);
                var gateway = new Gateway(player)) {
            assertThat(gateway.ask("000700000006010300010002", 13))
                    .isEqualTo("00070000000701030400020003");
            clock.advance(Duration.ofSeconds(10));
            assertThat(gateway.ask("000800000006010300010002", 13))
                    .isEqualTo("00080000000701030400120003");
            clock.advance(Duration.ofSeconds(100));
            assertThat(gateway.ask("000900000006010300000004", 17))
                    .isEqualTo("00090000000b0103080011001200230024");
            assertThat(gateway.ask("000a00000006010300030002", 9)).isEqualTo("000a00000003018302");
            assertThat(gateway.ask("000b00000006010400000001", 9)).isEqualTo("000b00000003018402");
            assertThat(gateway.ask("000c00000006020300000001", 9)).isEqualTo("000c00000003028302");
            assertThat(player.counts()).containsEntry("never-recorded", 3L);
        }
    }

    @Test
    void anotherRangeFailsWhileTheDeviceFailed() throws Exception {
        var lines =
                List.of(
                        HEAD,
                        exchange(0, "0300000004", "03080001000200030004"),
                        exchange(10, "0300000004", "8306"));
        try (var player = player(lines, End.HOLD);
                var gateway = new Gateway(player)) {
            assertThat(gateway.ask("000100000006010300010001", 11))
                    .isEqualTo("0001000000050103020002");
            clock.advance(Duration.ofSeconds(11));
            assertThat(gateway.ask("000200000006010300010001", 9)).isEqualTo("000200000003018306");
        }
    }

    @Test
    void aLoopBeginsAnewAndAHoldGoesOn() throws Exception {
        var lines =
                List.of(
                        HEAD,
                        exchange(0, "0300000001", "03020001"),
                        exchange(1, "0300000001", "03020002"),
                        "{\"at\":2,\"is\":\"over\"}");
        for (var end : List.of(End.LOOP, End.HOLD)) {
            try (var player = player(lines, end);
                    var gateway = new Gateway(player)) {
                var values = new StringBuilder();
                for (int i = 0; i < 5; i++) {
                    var answer = gateway.ask("000100000006010300000001", 11);
                    values.append(answer.charAt(answer.length() - 1));
                    clock.advance(Duration.ofSeconds(1));
                }
                assertThat(values.toString()).isEqualTo(end == End.LOOP ? "12121" : "12222");
                assertThat(player.isOver()).isFalse();
            }
        }
    }

    @Test
    void anAnswerUnderAWrongNumberIsPlayedAsWrongAsItWas() throws Exception {
        var lines =
                List.of(
                        HEAD,
                        "{\"at\":0,\"is\":\"exchange\",\"conn\":1,\"unit\":1,\"request\":\"0300000001\",\"after\":0,\"answer\":\"03020001\",\"transaction\":-1,\"answer-unit\":2}",
                        "{\"at\":9,\"is\":\"exchange\",\"conn\":1,\"unit\":1,\"request\":\"0300000001\",\"id\":258,\"pieces\":[[0,\"01\"],[0,\"02000000050103\"]]}");
        try (var player = player(lines, End.HOLD);
                var gateway = new Gateway(player)) {
            assertThat(gateway.ask("700900000006010300000001", 11))
                    .isEqualTo("7008000000050203020001");
            clock.advance(Duration.ofSeconds(9));
            assertThat(gateway.ask("701000000006010300000001", 8)).isEqualTo("7010000000050103");
        }
    }

    @Test
    void aRecordingThatWasKilledIsPlayedUpToItsLastWholeLine() throws Exception {
        var whole = exchange(0, "0300000001", "03020001");
        try (var player =
                        player(
                                List.of(HEAD, whole, whole.substring(0, whole.length() - 9)),
                                End.HOLD);
                var gateway = new Gateway(player)) {
            assertThat(cut).isTrue();
            assertThat(gateway.ask("000100000006010300000001", 11))
                    .isEqualTo("0001000000050103020001");
        }
        assertThatThrownBy(() -> player(List.of(HEAD, "{\"at\":1", whole), End.HOLD))
                .hasMessageContaining("played.rec line 2 is damaged");
        assertThatThrownBy(() -> player(List.of(HEAD, whole.replace("03020001", "xyz")), End.HOLD))
                .hasMessageContaining("line 2: 'answer' is xyz; expected bytes in hexadecimal");
        assertThatThrownBy(() -> player(List.of(HEAD.replace(":1,", ":2,")), End.HOLD))
                .hasMessageContaining("has version 2");
        assertThatThrownBy(() -> player(List.of(whole), End.HOLD))
                .hasMessageContaining("is no recording");
    }

    private static String exchange(int second, String request, String answer) {
        return "{\"at\":%d.0,\"is\":\"exchange\",\"conn\":1,\"unit\":1,\"request\":\"%s\",\"after\":0.0,\"answer\":\"%s\"}"
                .formatted(second, request, answer);
    }

    @Test
    void aFileThatIsThereIsNotOverwrittenAndAFullOneStillPasses() throws Exception {
        try (var plant = plant();
                var out = writer(url(plant), 150);
                var recorder = recorder(url(plant), out);
                var gateway = new Gateway(recorder)) {
            for (int i = 0; i < 3; i++) {
                assertThat(gateway.ask(THREE, 15)).startsWith("000100000009110306");
            }
            assertThatThrownBy(() -> writer(url(plant), 150))
                    .hasMessageContaining("is there already and is not overwritten");
            assertThat(recorder.counts()).containsEntry("answers", 3L);
            recorder.close();
            out.close();
            assertThat(out.leftOut()).isGreaterThanOrEqualTo(3);
        }
        assertThat(Files.readAllLines(folder.resolve("meter.rec"))).hasSize(2);
    }
}
