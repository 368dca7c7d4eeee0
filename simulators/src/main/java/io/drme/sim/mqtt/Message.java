package io.drme.sim.mqtt;

/** A message as the broker passes it on. The payload is never changed. */
final class Message {
    private final String topic;
    private final byte[] payload;
    private final int qos;
    private final boolean retain;

    Message(String topic, byte[] payload, int qos, boolean retain) {
        this.topic = topic;
        this.payload = payload;
        this.qos = qos;
        this.retain = retain;
    }

    String topic() {
        return topic;
    }

    byte[] payload() {
        return payload;
    }

    int qos() {
        return qos;
    }

    boolean retain() {
        return retain;
    }
}
