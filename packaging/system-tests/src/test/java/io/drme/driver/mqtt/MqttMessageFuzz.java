package io.drme.driver.mqtt;

import io.drme.driver.mqtt.Content.TimeFormat;
import io.drme.driver.mqtt.ProtobufReader.MalformedException;
import io.drme.fuzz.Fuzzing;
import io.drme.model.ValueType;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/** What anybody may publish: plain payloads, JSON documents, and Sparkplug B messages. */
public final class MqttMessageFuzz {
    private static final Fuzzing.Bound BOUND = new Fuzzing.Bound(1 << 20, 2_000);
    private static final List<String> KINDS =
            List.of("NBIRTH", "NDATA", "DBIRTH", "DDATA", "DDEATH", "NDEATH");
    private static final List<TimeFormat> FORMATS = List.of(TimeFormat.values());
    private static final byte[] BIRTH = HexFormat.of().parseHex("120b0a014c10011801200450051800");

    private MqttMessageFuzz() {}

    /** Where mutation begins; the first byte chooses how it is read. */
    public static List<byte[]> seeds() {
        return List.of(
                " 23.5".getBytes(StandardCharsets.UTF_8),
                "!{\"v\": [1, {\"v\": -2.5e3}], \"t\": \"2026-01-01T00:00:00Z\"}"
                        .getBytes(StandardCharsets.UTF_8),
                "\"{\"v\": \"1e400\", \"t\": 1767225600000}".getBytes(StandardCharsets.UTF_8),
                HexFormat.of()
                        .parseHex(
                                "0108e8d7eab6b7331210100118e8d7eab6b7332009650080a442120e100218e8d7eab6b733200250ac021801"));
    }

    /** Called by Jazzer. */
    public static void fuzzerTestOneInput(byte[] data) {
        if (data.length == 0) {
            return;
        }
        var bytes = Arrays.copyOfRange(data, 1, data.length);
        Fuzzing.parse(data.length, BOUND, MalformedException.class, () -> read(data[0], bytes));
    }

    private static void read(int choice, byte[] bytes) throws MalformedException {
        var payload = new Payload(bytes);
        var content =
                new Content(
                        JsonPointer.parse("/v"),
                        false,
                        JsonPointer.parse("/t"),
                        FORMATS.get(Math.floorMod(choice, FORMATS.size())));
        for (var type : ValueType.values()) {
            payload.read(Content.PLAIN, type);
            payload.read(content, type);
        }
        var message = SparkplugPayload.read(bytes);
        var node = new SparkplugNode();
        int tag = 0;
        for (var type : ValueType.values()) {
            node.want(new MetricName(new MetricName.Node("g", "n"), "", "L"), tag++, type);
        }
        node.take("NBIRTH", "", SparkplugPayload.read(BIRTH), 1);
        node.take(KINDS.get(Math.floorMod(choice, KINDS.size())), "", message, 1);
        node.take("NDATA", "", message, Duration.ofSeconds(1).toNanos());
    }
}
