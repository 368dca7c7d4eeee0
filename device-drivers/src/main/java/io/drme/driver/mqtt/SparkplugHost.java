package io.drme.driver.mqtt;

import io.drme.driver.mqtt.ProtobufReader.MalformedException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/**
 * The Sparkplug B nodes of one broker: gives each its messages, and says of which a birth has to be
 * asked for. Guarded by the driver's lock.
 */
final class SparkplugHost {
    /** A node that is asked more often would do nothing but tell of its births. */
    static final long REBIRTH_EVERY_NANOS = 10_000_000_000L;

    private static final int NODE_WORDS = 4;
    private static final int DEVICE_WORDS = 5;

    private final Map<MetricName.Node, SparkplugNode> nodes = new HashMap<>();
    private final Map<MetricName.Node, Long> askedAt = new HashMap<>();
    private final LongSupplier nanoTime;
    private long malformed;

    SparkplugHost(List<Routes.Bound> tags, LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        for (var tag : tags) {
            tag.address()
                    .metric()
                    .ifPresent(m ->
                            nodes.computeIfAbsent(m.node(), _ -> new SparkplugNode())
                                    .want(m, tag.position(), tag.type()));
        }
    }

    /** A new connection: no birth is known. */
    void forget() {
        nodes.values().forEach(SparkplugNode::forget);
        askedAt.clear();
    }

    /**
     * What a message says of tags. A message that the broker kept is none of the protocol's and is
     * left out: births are told anew on demand.
     *
     * @param now nanoseconds since 1970
     */
    List<Arrival> message(String topic, byte[] bytes, boolean retained, long now) {
        var words = topic.split("/", -1);
        if (retained || (words.length != NODE_WORDS && words.length != DEVICE_WORDS)) {
            return List.of();
        }
        var node = nodes.get(new MetricName.Node(words[1], words[3]));
        if (node == null || bytes.length > Payload.MAX_BYTES) {
            return List.of();
        }
        try {
            return node.take(
                    words[2],
                    words.length == DEVICE_WORDS ? words[4] : "",
                    SparkplugPayload.read(bytes),
                    now);
        } catch (MalformedException _) {
            malformed++;
            node.unreadable(words[2]);
            return List.of();
        }
    }

    /**
     * Asks for the births that are to be asked for now.
     *
     * @param command asks one node, and tells whether the command left; if not, it is tried again
     */
    void ask(Predicate<MetricName.Node> command) {
        long now = nanoTime.getAsLong();
        nodes.forEach((name, node) -> {
            var before = askedAt.get(name);
            boolean isDue = before == null || now - before >= REBIRTH_EVERY_NANOS;
            if (node.wantsRebirth() && isDue && command.test(name)) {
                askedAt.put(name, now);
                node.askedForRebirth();
            }
        });
    }

    /** What was left out, for a person; empty where nothing was. */
    String counts() {
        long historical = nodes.values().stream().mapToLong(SparkplugNode::historical).sum();
        return (malformed == 0 ? "" : "; %d Sparkplug messages malformed".formatted(malformed))
                + (historical == 0 ? "" : "; %d values of the past left out".formatted(historical));
    }
}
