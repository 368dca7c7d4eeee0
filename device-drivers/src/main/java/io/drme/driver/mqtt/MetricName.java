package io.drme.driver.mqtt;

import java.util.Optional;

/**
 * Where a Sparkplug B metric is.
 *
 * @param node who publishes it
 * @param device behind the node; empty where the metric is the node's own
 * @param metric its name as in the birth
 */
record MetricName(Node node, String device, String metric) {
    /** What all topics of the protocol begin with. */
    static final String NAMESPACE = "spBv1.0";

    private static final int NODE_WORDS = 3;
    private static final int DEVICE_WORDS = 4;

    /** An edge node: one publisher with one sequence. */
    record Node(String group, String name) {
        /** What brings all of the node's messages. */
        String filter() {
            return "%s/%s/+/%s/#".formatted(NAMESPACE, group, name);
        }

        /** Where commands to the node go. */
        String commands() {
            return "%s/%s/NCMD/%s".formatted(NAMESPACE, group, name);
        }
    }

    /** Whether an address is one of this protocol. */
    static boolean isSparkplug(String address) {
        return address.startsWith(NAMESPACE + "/");
    }

    /** Reads {@code spBv1.0/GROUP/NODE} or {@code spBv1.0/GROUP/NODE/DEVICE}. */
    static Optional<MetricName> parse(String address, String metric) {
        var words = address.split("/", -1);
        boolean right = words.length == NODE_WORDS || words.length == DEVICE_WORDS;
        for (int i = 1; i < words.length; i++) {
            right &= !words[i].isEmpty() && words[i].chars().noneMatch(c -> "+#{}".indexOf(c) >= 0);
        }
        return right
                ? Optional.of(
                        new MetricName(
                                new Node(words[1], words[2]),
                                words.length == DEVICE_WORDS ? words[3] : "",
                                metric))
                : Optional.empty();
    }

    @Override
    public String toString() {
        return "%s/%s/%s%s metric %s"
                .formatted(
                        NAMESPACE,
                        node.group(),
                        node.name(),
                        device.isEmpty() ? "" : "/" + device,
                        metric);
    }
}
