package io.drme.sim.modbus;

import io.drme.fuzz.Fuzzing;
import io.drme.sim.record.BadRecordingException;
import io.drme.sim.record.RecordingReader;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Recordings of any kind: a timeline that answers, or what is wrong with the file. */
public final class RecordingFuzz {
    /** A line becomes a map, an exchange, a track and a key. */
    private static final Fuzzing.Bound BOUND = new Fuzzing.Bound(8 << 20, 5_000);

    private static final String HEAD =
            "{\"drme-recording\":1,\"protocol\":\"modbus\",\"url\":\"tcp://h:1\",\"start\":\"\"}\n";
    private static final byte[] READ = {3, 0, 0, 0, 2};
    private static final long FAR = Long.MAX_VALUE / 4;

    private RecordingFuzz() {}

    /** Where mutation begins. */
    public static List<byte[]> seeds() {
        return List.of(
                seed("{\"at\":0.5,\"is\":\"open\",\"conn\":1}"),
                seed(
                        "{\"at\":1,\"is\":\"exchange\",\"conn\":1,\"unit\":1,\"request\":\"0300000001\",\"after\":0.1,\"answer\":\"03020001\",\"transaction\":-1}",
                        "{\"at\":1,\"is\":\"exchange\",\"conn\":1,\"unit\":1,\"request\":\"0300010001\",\"after\":0.1,\"answer\":\"03020001\"}"),
                seed(
                        "{\"at\":1,\"is\":\"exchange\",\"conn\":1,\"unit\":1,\"request\":\"03\",\"id\":7,\"pieces\":[[0.1,\"a5\"]]}"),
                seed(
                        "{\"at\":1,\"is\":\"exchange\",\"conn\":1,\"unit\":1,\"request\":\"03\",\"after\":1,\"end\":\"left\"}",
                        "{\"at\":2,\"is\":\"end\",\"conn\":1,\"by\":\"device\",\"how\":\"reset\"}"));
    }

    private static byte[] seed(String... lines) {
        return (HEAD + String.join("\n", lines)).getBytes(StandardCharsets.UTF_8);
    }

    /** Called by Jazzer. */
    public static void fuzzerTestOneInput(byte[] data) {
        Fuzzing.parse(
                data.length,
                BOUND,
                BadRecordingException.class,
                () -> {
                    try (var in = new RecordingReader("fuzz", new ByteArrayInputStream(data))) {
                        var timeline = TimelineReader.read(in);
                        for (long at : new long[] {0, 1_000_000_000, FAR}) {
                            timeline.reply(1, READ, at);
                            timeline.opening(at);
                        }
                    }
                });
    }
}
