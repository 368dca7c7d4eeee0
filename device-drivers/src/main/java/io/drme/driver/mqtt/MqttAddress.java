package io.drme.driver.mqtt;

import io.drme.driver.TagAddress;
import java.time.Duration;
import java.util.Optional;

/**
 * Where a tag's values come from.
 *
 * @param topic one topic, or a pattern of topics
 * @param content what of a message is the value
 * @param qos the most that the broker is asked for: 0, 1 or 2
 * @param retained what is made of a message that the broker kept, whose age nobody knows
 * @param metric the Sparkplug B metric, which then goes before topic, content and retained
 * @param expire after so long without a message the tag is bad, stale; zero never
 */
record MqttAddress(
        TopicFilter topic,
        Content content,
        int qos,
        Retained retained,
        Duration expire,
        Optional<MetricName> metric)
        implements TagAddress {

    /** What a person is told is subscribed to. */
    String shown() {
        return metric.map(MetricName::toString).orElseGet(topic::text);
    }

    /** The same for one of the topics that the pattern matches. */
    MqttAddress at(String oneTopic) {
        return new MqttAddress(
                TopicFilter.ofTopic(oneTopic), content, qos, retained, expire, metric);
    }

    /** What to make of a value that the broker kept. */
    enum Retained {
        /** It is the tag's value, uncertain as stale, unless the message tells its time. */
        UNCERTAIN,
        /** It is good: the publisher retains each message, and publishes when the value changes. */
        GOOD,
        /** It is left out; the tag waits for the next message. */
        SKIP
    }
}
