package io.drme.driver.mqtt;

import java.nio.ByteBuffer;

/**
 * A message as it was heard, read for any number of tags.
 *
 * @param head the begin of the payload, to be shown
 * @param length of the payload, in bytes
 * @param retained whether the broker had kept it
 * @param timeNanos when it came, since 1970 UTC
 */
record Heard(
        String topic,
        Payload payload,
        ByteBuffer head,
        int length,
        boolean retained,
        long timeNanos) {

    static Heard of(String topic, byte[] bytes, boolean retained, long timeNanos) {
        return new Heard(
                topic, new Payload(bytes), Traces.head(bytes), bytes.length, retained, timeNanos);
    }

    /** The same for the person who asks, with what was wrong with it. */
    Traces.Seen seen(String error) {
        return new Traces.Seen(topic, head, length, retained, timeNanos, error);
    }
}
