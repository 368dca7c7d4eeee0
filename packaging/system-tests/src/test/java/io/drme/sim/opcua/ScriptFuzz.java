package io.drme.sim.opcua;

import io.drme.fuzz.Fuzzing;
import io.drme.sim.record.BadRecordingException;
import io.drme.sim.record.RecordingReader;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Recordings of OPC UA servers of any kind: a script, or what is wrong with the file. */
public final class ScriptFuzz {
    /** A line becomes a map, a node or a change; a node id is a text and its parts. */
    private static final Fuzzing.Bound BOUND = new Fuzzing.Bound(8 << 20, 5_000);

    private static final String HEAD =
            "{\"drme-recording\":1,\"protocol\":\"opcua\",\"url\":\"\",\"start\":\"\"}";
    private static final String NODE =
            "{\"at\":0,\"is\":\"node\",\"n\":0,\"node\":\"nsu=u;s=A\",\"path\":\"A\",\"name\":\"A\",\"name-uri\":\"u\",\"type\":\"%s\"}";

    private ScriptFuzz() {}

    /** Where mutation begins. */
    public static List<byte[]> seeds() {
        return List.of(
                seed(
                        "{\"at\":0,\"is\":\"namespaces\",\"uris\":[\"a\",\"b\"]}",
                        NODE.formatted("double"),
                        "{\"at\":1,\"is\":\"value\",\"n\":0,\"value\":\"1.5\",\"lag\":-0.5}",
                        "{\"at\":2,\"is\":\"lost\",\"why\":\"\"}"),
                seed(
                        NODE.formatted("int32[]"),
                        "{\"at\":1,\"is\":\"value\",\"n\":0,\"value\":[\"1\",\"2\"],\"status\":\"808b0000\"}"),
                seed(
                        NODE.formatted("guid"),
                        "{\"at\":1,\"is\":\"value\",\"n\":0,\"value\":\"00000000-0000-0000-0000-000000000007\"}"),
                seed(
                        NODE.formatted("bytestring"),
                        "{\"at\":1,\"is\":\"value\",\"n\":0,\"value\":\"a5\"}"));
    }

    private static byte[] seed(String... lines) {
        return (HEAD + "\n" + String.join("\n", lines)).getBytes(StandardCharsets.UTF_8);
    }

    /** Called by Jazzer. */
    public static void fuzzerTestOneInput(byte[] data) {
        Fuzzing.parse(
                data.length,
                BOUND,
                BadRecordingException.class,
                () -> {
                    try (var in = new RecordingReader("fuzz", new ByteArrayInputStream(data))) {
                        if (Script.read(in).nodes().isEmpty()) {
                            throw new IllegalStateException("a script without nodes");
                        }
                    }
                });
    }
}
